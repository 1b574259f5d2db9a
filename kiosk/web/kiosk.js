// The kiosk: which page stands on the screen, and when it goes home by itself.

import { html, render, useCallback, useEffect, useLayoutEffect, useRef, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Agent } from "/assets/shared/agent.js";
import { refused } from "/assets/shared/refusal.js";
import { useStore } from "/assets/shared/store.js";
import { lang, setLang, useLang } from "/assets/shared/words.js";
import { Voice } from "./voice.js";
import { spoken } from "./spoken.js";
import { Frame } from "./frame.js";
import { takesCard } from "./directory.js";
import { Home } from "./home.js";
import { Department } from "./department.js";
import { NumberPage, usePaper } from "./number.js";
import { Closed, Cut, Refused } from "./cannot.js";
import { CareHome, CareWord } from "./care.js";
import { LongWait, isLong } from "./long_wait.js";
import { Bring, GuideCalled } from "./more.js";
import { withoutServer } from "./standby.js";
import { Where } from "./where.js";

const HOME = { name: "home" };
const IDLE_S = 20;
const IDLE_AFTER_PAPER_S = 10;
const IDLE_WITHOUT_PAPER_S = 60;
const IDLE_CARE_S = 60; // nobody is hurried in care mode
const IDLE_HOME_S = 60; // then language, contrast and size are the hall's own again
const OWN_LANG = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh";

function fit() {
  const portrait = innerHeight > innerWidth;
  document.documentElement.classList.toggle("fit-1080", portrait);
  document.documentElement.classList.toggle("fit-1280", !portrait);
  return portrait;
}

function usePortrait() {
  const [portrait, set] = useState(fit);
  useEffect(() => {
    const again = () => set(fit());
    addEventListener("resize", again);
    return () => removeEventListener("resize", again);
  }, []);
  return portrait;
}

/** Seconds left before `end` is called; every touch and key starts them again. `seconds` null: never. */
function useIdle(seconds, end) {
  const [left, set] = useState(seconds);
  useEffect(() => {
    if (seconds === null) return set(null);
    let until = performance.now() + seconds * 1000;
    const again = () => (until = performance.now() + seconds * 1000);
    const timer = setInterval(() => {
      const rest = Math.ceil((until - performance.now()) / 1000);
      set(Math.max(rest, 0));
      if (rest <= 0) end();
    }, 250);
    set(seconds);
    addEventListener("pointerdown", again);
    addEventListener("keydown", again);
    return () => {
      clearInterval(timer);
      removeEventListener("pointerdown", again);
      removeEventListener("keydown", again);
    };
  }, [seconds, end]);
  return left;
}

function idleSeconds(page, agent, { contrast, care, speaks, sounding, paper }) {
  if (agent.busy || sounding) return null; // nobody is sent away in the middle of a sentence
  if (page.name === "home" && !page.look) return lang() !== OWN_LANG || contrast || care || speaks ? IDLE_HOME_S : null;
  if (page.name !== "number") return care || page.name === "guide" ? IDLE_CARE_S : IDLE_S;
  if (paper === "taken") return care ? IDLE_S : IDLE_AFTER_PAPER_S;
  return paper === "printing" ? IDLE_S : IDLE_WITHOUT_PAPER_S;
}

/**
 * Each new page is heard: its first words get the focus, so that the next Tab goes on from there. At once with the
 * page, before it is painted: a Tab pressed on what is already seen would otherwise be taken back.
 */
function useHeard(page) {
  const first = useRef(true);
  useLayoutEffect(() => {
    const head = document.querySelector(".k-body h1, .k-body [role=alert] h1");
    if (!first.current && head) {
      head.tabIndex = -1;
      head.focus({ preventScroll: true });
    }
    first.current = false;
  }, [page]);
}

/** Where Back leads from the next page; from the first page it is Home that leads back. */
function before(page) {
  return page.name === "home" && !page.look ? null : page;
}

/** What stands on the screen is said as well. */
function useSpoken(voice, speaks, props) {
  const said = speaks ? JSON.stringify(spoken(props)) : null;
  const language = lang();
  useEffect(() => (said === null ? voice.hush() : voice.say(JSON.parse(said), language)), [voice, said, language, props.page]);
}

function Kiosk({ agent, voice }) {
  useStore(agent);
  useStore(voice);
  useLang();
  const portrait = usePortrait();
  const [page, turn] = useState(HOME);
  const [contrast, setContrast] = useState(false);
  const [care, setCare] = useState(false);
  const [ownVoice, setSpeaks] = useState(null); // null: as care mode is
  const speaks = ownVoice ?? care;
  const paper = usePaper(page, agent.agent);
  useEffect(() => void document.documentElement.classList.toggle("contrast", contrast), [contrast]);
  useLayoutEffect(() => void document.documentElement.classList.toggle("care", care), [care]);
  useHeard(page);
  const go = useCallback((next) => turn((now) => ("from" in next ? next : { ...next, from: before(now) })), []);

  const home = useCallback(() => {
    agent.forget();
    turn(HOME);
  }, [agent]);
  const leave = useCallback(() => {
    home();
    setLang(OWN_LANG);
    setContrast(false);
    setCare(false);
    setSpeaks(null);
  }, [home]);
  const left = useIdle(idleSeconds(page, agent, { contrast, care, speaks, sounding: voice.sounding, paper }), leave);
  const shown = withoutServer(agent);
  useSpoken(voice, speaks, { agent: shown, page, care, paper });

  const take = useCallback(async (line) => {
    const answer = await agent.do("take_number", { line: line.line, language: lang(), ...(care ? { care } : {}) });
    if (answer === null) return;
    go(refused(answer) ? { name: "refused", refusal: answer, line } : { name: "number", issued: answer, from: null });
  }, [agent, care]);
  const choose = useCallback((line) => {
    if (page.look) return go({ name: "bring", line: line.line });
    if (takesCard(line, agent.agent) && agent.agent.readers.card === "read") return take(line);
    if (!line.open) return go({ name: "closed", line: line.line });
    if (isLong(line, agent.cards.hall)) return go({ name: "long", line: line.line, wait: line.wait });
    return take(line);
  }, [take, page]);
  useEffect(() => {
    agent.onScanned = (said) => go(refused(said) ? { name: "refused", refusal: said, line: null } : { name: "where", status: said });
    return () => (agent.onScanned = null);
  }, [agent, go]);
  const card = agent.agent?.readers?.card;
  useEffect(() => {
    const line = page.name === "closed" && card === "read" ? agent.cards[`line/${page.line}`] : null;
    if (line && takesCard(line, agent.agent)) take(line);
  }, [card, page]);
  const callGuide = useCallback(async () => {
    const answer = await agent.do("call_guide");
    if (answer !== null) go(refused(answer) ? { name: "refused", refusal: answer, line: null } : { name: "guide" });
  }, [agent]);

  const shared = { agent: shown, portrait, page, go, home, leave, left, choose, take, callGuide, contrast, setContrast, care, setCare, paper, voice, speaks, setSpeaks };
  return html`<${Frame} ...${shared}><${Page} ...${shared} /><//>`;
}

const ABOUT_A_LINE = { closed: Closed, bring: Bring, long: LongWait };

function Page(props) {
  const { agent, page } = props;
  const connected = agent.agent?.connected && !agent.cut;
  if (page.name === "number") return html`<${NumberPage} ...${props} />`;
  if (!connected || !agent.cards.hall) return html`<${Cut} ...${props} />`;
  if (page.name === "refused") return html`<${Refused} ...${props} />`;
  const about = page.line && agent.cards[`line/${page.line}`] ? ABOUT_A_LINE[page.name] : null;
  if (about) return html`<${about} ...${props} />`;
  if (page.name === "where") return html`<${Where} ...${props} />`;
  if (page.name === "guide") return html`<${GuideCalled} ...${props} />`;
  if (page.name === "department") return html`<${Department} key=${page.prefix} ...${props} />`;
  if (page.name === "word" && props.care) return html`<${CareWord} key=${page.word} ...${props} />`;
  return props.care ? html`<${CareHome} ...${props} />` : html`<${Home} ...${props} />`;
}

const agent = new Agent();
render(html`<${Kiosk} agent=${agent} voice=${new Voice(agent)} />`, document.body);
agent.start();
