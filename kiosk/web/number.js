// The number: in the hollow seal, where to go, how many are ahead, how long; then the paper, or what to do without it.

import { html, useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock } from "/assets/shared/clock.js";
import { Shape } from "/assets/shared/shapes.js";
import { lang, pick, range, t, tIn } from "/assets/shared/words.js";
import { Scan, WithoutPaper } from "./take_along.js";

const MOST_WINDOWS = 8;
const UNKNOWN_AFTER = 15_000;

/** "printing", "taken" (paper came, or was sent to a printer that cannot say), or "none". */
function paperOf(issued, own) {
  const slip = own?.last_slip;
  if (issued.late) return "none";
  if (!slip || slip.slip !== issued.slip || (slip.outcome === null && !slip.after)) return "printing";
  return slip.outcome === "printed" || slip.outcome === "sent" ? "taken" : "none";
}

/** The same for a page, null where it shows no number; a printer that never answers is waited for only so long. */
export function usePaper({ issued }, own) {
  const [late, setLate] = useState(null);
  useEffect(() => {
    if (!issued) return undefined;
    const timer = setTimeout(() => setLate(issued.slip), UNKNOWN_AFTER);
    return () => clearTimeout(timer);
  }, [issued?.slip]);
  if (!issued) return null;
  const known = paperOf(issued, own);
  return known === "printing" && late === issued.slip ? "none" : known;
}

function Fact({ name, children }) {
  const other = lang() === "zh" ? "en" : "zh";
  return html`<div><dt>${t(name)}<span class="en" lang=${other}>${tIn(other, name)}</span></dt><dd>${children}</dd></div>`;
}

/** The floor and the windows; the words of the slip where there are too many windows to name, or none. */
function Windows({ issued, cards }) {
  const { windows } = issued;
  if (!windows.length || windows.length > MOST_WINDOWS) return html`<span class="k-place">${pick(issued.place)}</span>`;
  const many = windows.length > 4 ? "num k-many" : "num";
  const zone = cards.hall?.zones.find((found) => found.zone === cards[`line/${issued.line}`]?.zones[0]);
  return html`<span class="k-place">${zone?.floor}</span>
    <span class="k-windows">${windows.map((window) => html`<b class=${many} key=${window}>${window}</b>`)}</span>`;
}

/** Without the server only the least there can be is known, as of the cut. */
function Ahead({ issued, zone }) {
  if (!issued.cut_since) return html`<b class="num">${issued.ahead}</b> ${t("kiosk.persons")}`;
  if (!issued.ahead) return t("kiosk.ahead_unknown");
  return html`${t("kiosk.at_least")} <b class="num">${issued.ahead}</b> ${t("kiosk.persons")}<small class="k-then">${t("kiosk.ahead_then", { time: clock(issued.cut_since, zone) })}</small>`;
}

function Facts({ issued, cards }) {
  return html`<dl class="facts">
    <${Fact} name="fact.service">${pick(issued.service)}${issued.department && html`　<small>${pick(issued.department)}</small>`}<//>
    <${Fact} name="fact.window"><${Windows} issued=${issued} cards=${cards} /><//>
    <${Fact} name="fact.ahead"><${Ahead} issued=${issued} zone=${cards.hall?.timezone ?? "Asia/Shanghai"} /><//>
    <${Fact} name="fact.wait">${issued.wait ? html`<b class="num">${range(issued.wait)}</b> ${t(issued.wait[0] === 0 ? "kiosk.minutes_most" : "kiosk.minutes")}` : t("kiosk.wait_unknown")}<//>
  </dl>`;
}

function Paper({ issued, state }) {
  return html`<section class=${issued.qr ? "k-paper k-with-scan" : "k-paper"} aria-live="polite">
    <h2>${t(state === "taken" ? "kiosk.take_slip" : "kiosk.printing")}</h2>
    <div class="mouth">
      <div class=${`mouth-slip ${state === "taken" ? "" : "mouth-coming"}`}>
        <b class="num">${issued.number}</b><span>${pick(issued.service)}</span><span>${pick(issued.place)}</span>
      </div>
      ${state === "taken" && html`<${Shape} name="down" />`}
    </div>
    <${Scan} issued=${issued} />
  </section>`;
}

function Failed({ own, issued }) {
  const reason = own?.last_slip?.slip === issued.slip ? own.last_slip.outcome : null;
  const state = own?.printer?.state;
  const why = state && state !== "ready" && state !== "paper_low" ? `printer.${state}` : reason === "unknown" || !reason ? "kiosk.slip_unknown" : "printer.error";
  return html`<div class="warn k-warn" role="alert"><${Shape} name="tri" /><div>
    <h1>${t("kiosk.no_slip")}</h1><p>${t(why)}　${t(issued.cut_since ? "kiosk.no_slip.cut" : "kiosk.no_slip.do")}</p>
  </div></div>`;
}

export function NumberPage({ agent, page, leave, left, paper: state }) {
  const { issued } = page;
  const other = lang() === "zh" ? "en" : "zh";
  const seal = ["seal", issued.number.length > 5 ? "k-six" : issued.number.length > 4 ? "k-five" : ""].join(" ").trim();
  return html`<div class=${`got got-${state}`}>
    ${state === "none"
      ? html`<${Failed} own=${agent.agent} issued=${issued} />`
      : html`<div class="got-head"><h1 class="title">${t("kiosk.your_number")}</h1><span class="en" lang=${other}>${tIn(other, "kiosk.your_number")}</span></div>`}
    <div class="got-no"><span class=${seal}>${issued.number}</span></div>
    <div class="got-rest">
      <${Facts} issued=${issued} cards=${agent.cards} />
      <div class="got-paper">
        ${state === "none" ? html`<${WithoutPaper} issued=${issued} />` : html`<${Paper} issued=${issued} state=${state} />`}
        ${issued.cut_since
          ? html`<p class="rule k-cutline"><b>${t("kiosk.cut_number")}</b> ${t("kiosk.cut_number.stands", { number: issued.number })}</p>`
          : html`<p class="rule"><b>${t("kiosk.seal_rule")}</b>${pick(issued.missed_rule)}</p>`}
        ${state === "none" && html`<div class="keys1"><button class="key key-ink" onClick=${leave}>
          ${t("kiosk.noted")}${left !== null && html`<small>${t("kiosk.stays", { n: left })}</small>`}</button></div>`}
      </div>
    </div>
  </div>`;
}
