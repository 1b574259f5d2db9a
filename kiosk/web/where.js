// A slip was held under the scanner: how its number stands, for whoever has no phone to ask.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { lang, pick, range, t, tIn } from "/assets/shared/words.js";
import { Shape } from "/assets/shared/shapes.js";

const KNOWN = ["waiting", "called", "serving", "held", "missed"];

function Fact({ name, children }) {
  const other = lang() === "zh" ? "en" : "zh";
  return html`<div><dt>${t(name)}<span class="en" lang=${other}>${tIn(other, name)}</span></dt><dd>${children}</dd></div>`;
}

/** The sentence of a state; of a number that is over or of another day, that it counts no more. */
function sentence({ state, today }) {
  return today && KNOWN.includes(state) ? `scan.${state}` : "scan.over";
}

function Facts({ status }) {
  const windows = status.call ? [status.call.window] : status.windows;
  return html`<dl class="facts">
    <${Fact} name="fact.service">${pick(status.service)}<//>
    <${Fact} name="fact.window"><span class="k-place">${windows.length ? windows.slice(0, 6).join(" ") : pick(status.place)}</span><//>
    ${status.ahead !== null && html`<${Fact} name="fact.ahead"><b class="num">${status.ahead}</b> ${t("kiosk.persons")}<//>`}
    ${status.wait && html`<${Fact} name="fact.wait"><b class="num">${range(status.wait)}</b> ${t("kiosk.minutes")}<//>`}
  </dl>`;
}

export function Where({ page, home }) {
  const { status } = page;
  const back = html`<div class="keys1"><button class="key key-ink" onClick=${home}>${t("closed.other")}</button></div>`;
  if (status.kind !== "ticket_status") {
    return html`<div class="shut"><div class="warn k-warn" role="alert"><${Shape} name="tri" /><div>
      <h1>${t(`scan.${status.kind}`)}</h1><p>${t(`scan.${status.kind}.do`)}</p></div></div>${back}</div>`;
  }
  const seal = ["seal", status.number.length > 5 ? "k-six" : status.number.length > 4 ? "k-five" : ""].join(" ").trim();
  return html`<div class="got got-none">
    <div class="got-head"><h1 class="title">${t(sentence(status))}</h1></div>
    <div class="got-no"><span class=${seal}>${status.number}</span></div>
    <div class="got-rest"><${Facts} status=${status} />
      ${status.today && status.state === "missed" && html`<p class="rule"><b>${t("kiosk.seal_rule")}</b>${pick(status.missed_rule)}</p>`}${back}</div>
  </div>`;
}

/** A card lies on the reader, or could not be used. */
export function CardBand({ own }) {
  const card = own?.readers?.card;
  if (!card) return null;
  return html`<div class=${card === "read" ? "warn k-band k-calm" : "warn k-band"} role="status"><${Shape} name=${card === "read" ? "work" : "tri"} /><p><b>${t(`card.${card}`)}</b>${t(`card.${card}.do`)}</p></div>`;
}
