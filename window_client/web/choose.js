// What a deed needs to know first: the kind of hold, the line to pass on to, the reason of a pause. One press chooses.

import { html, useLayoutEffect, useRef } from "/assets/vendor/htm-preact/standalone.module.js";
import { pick, t } from "/assets/shared/words.js";

const HOLDS = ["without_papers", "with_papers", "waiting"];
const PAUSES = ["meal", "toilet", "errand", "training", "system"];

/** What can be chosen for a deed: [{text, small, body}]. */
export function choices(deed, work, cards) {
  const visit = work.visit?.visit ?? null;
  if (deed === "hold") {
    return HOLDS.map((kind) => ({ text: t(`hold.${kind}`), small: t(`hold_means.${kind}`), body: { visit, kind } }));
  }
  if (deed === "pause_window") return PAUSES.map((why) => ({ text: t(`pause.${why}`), small: "", body: { reason: t(`pause.${why}`) } }));
  return work.pass_on_to.map((id) => {
    const line = cards[`line/${id}`];
    const name = line ? `${line.prefix} ${pick(line.name)}` : id;
    return { text: line?.department ? `${name}　${pick(line.department)}` : name, small: line ? t("win.line_waiting", { n: line.waiting }) : "", body: { visit, line: id } };
  });
}

export function Choose({ deed, work, cards, run, close }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    box.current.querySelector("button").focus();
    const onKey = (event) => event.key === "Escape" && close();
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const all = choices(deed, work, cards);
  return html`<div class="wp-choose" role="dialog" aria-label=${t(`choose.${deed}`)} ref=${box}>
    <h2>${t(`choose.${deed}`)}</h2>
    <ul class=${all.length > 8 ? "wp-many" : ""}>${all.map((choice) => html`<li key=${choice.text}>
      <button onClick=${() => run(deed, choice.body)}><b>${choice.text}</b><small>${choice.small}</small></button></li>`)}</ul>
    <button class="wp-close" onClick=${close}>${t("win.leave_it")}<kbd>Esc</kbd></button>
  </div>`;
}
