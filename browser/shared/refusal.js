// A refusal says what happened and what to do next.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { Shape } from "/assets/shared/shapes.js";
import { lang, pick, t, tIn, hasWord } from "/assets/shared/words.js";

/** A refusal made by the page itself, in the shape of the contract's `Refused`; `code` is a key `page.<code>` of the catalogue. */
export function pageRefusal(code) {
  const both = (key) => ({ zh: tIn("zh", key), en: tIn("en", key) });
  return { kind: "refused", code, sentence: both(`page.${code}`), what_to_do: both(`page.${code}.do`), details: {} };
}

/** Whether an answer is a refusal. */
export function refused(answer) {
  return answer.kind === "refused";
}

/** Why a deed is not allowed now, by the refusal code on its card. */
export function whyNot(code) {
  return hasWord(`code.${code}`) ? t(`code.${code}`) : t("code.other");
}

/** The warning band: sentence, then what to do. */
export function Refusal({ refusal, className = "" }) {
  return html`<div class=${`warn refusal ${className}`} role="alert" lang=${lang()}>
    <${Shape} name="tri" /><p><b>${pick(refusal.sentence)}</b>${pick(refusal.what_to_do)}</p>
  </div>`;
}
