// All words of all pages, in Chinese and English, from one catalogue (words.json): no sentence stands in code.
//
// The language is chosen by ?lang=zh|en, else by what this page last used, else by the page's <html lang>.

import { useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";

const catalogue = await (await fetch(new URL("./words.json", import.meta.url))).json();
const KEPT = "paihao/lang";
const listeners = new Set();
let language = chosen();

function chosen() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "zh" || asked === "en") return asked;
  const kept = sessionStorage.getItem(KEPT);
  if (kept === "zh" || kept === "en") return kept;
  return document.documentElement.lang.startsWith("en") ? "en" : "zh";
}

function apply() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
}

/** The language in use: "zh" or "en". */
export function lang() {
  return language;
}

export function setLang(next) {
  language = next;
  sessionStorage.setItem(KEPT, next);
  apply();
  for (const tell of listeners) tell(next);
}

/** Re-render the calling component when the language changes. */
export function useLang() {
  const [now, set] = useState(language);
  useEffect(() => {
    listeners.add(set);
    return () => listeners.delete(set);
  }, []);
  return now;
}

function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** The catalogue's text for `key`, its {names} filled from `values`. */
export function t(key, values = {}) {
  return tIn(language, key, values);
}

/** The same in a given language: for the second, smaller line on screens that show both. */
export function tIn(which, key, values = {}) {
  const entry = catalogue[key];
  if (!entry) throw new Error(`words.json has no ${key}`);
  return fill(entry[which], values);
}

/** Whether the catalogue has this key: for codes that a newer server may send. */
export function hasWord(key) {
  return key in catalogue;
}

/** The text of a contract `Words` in the language in use; empty for null. */
export function pick(words) {
  return words ? words[language] : "";
}

/** The other language of a contract `Words`; empty where both read the same. */
export function pickOther(words) {
  if (!words || words.zh === words.en) return "";
  return words[language === "zh" ? "en" : "zh"];
}

/** Minutes [low, high] as "10–20", or "10" where it may be at once. */
export function range(wait) {
  return wait[0] === 0 ? String(wait[1]) : `${wait[0]}–${wait[1]}`;
}

/** A wait in words: "about 10–20 min", "up to 10 min"; `brief` where there is little room. */
export function waitText(wait, brief = false) {
  if (wait[0] === 0) return t(brief ? "wait.up_to_brief" : "wait.up_to", { range: range(wait) });
  return t(brief ? "wait.about_brief" : "wait.about", { range: range(wait) });
}

apply();
