// The right column: held and missed tickets that this window may take back, ratings under way, and the clerk's own day.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock, lasting } from "/assets/shared/clock.js";
import { pick, t } from "/assets/shared/words.js";
import { backKey } from "./keys.js";

const MOST = 5;

function Back({ deed, parked, press, ...state }) {
  const key = backKey(deed, parked, state);
  return html`<button aria-disabled=${Boolean(key.why)} title=${key.text} data-deed=${deed} onClick=${() => press(key)}>${t(`deed.${deed}`)}</button>`;
}

function Held({ parked, ...rest }) {
  const minutes = Math.max(0, Math.floor((rest.now - Date.parse(parked.since)) / 60_000));
  return html`<li><b class="num">${parked.number}</b>
    <span title=${pick(parked.service)}>${t(`hold.${parked.kind}`)}${parked.reason ? `，${parked.reason}` : ""}<br />${t("win.held_for", { n: minutes })}</span>
    <div><${Back} deed="resume" parked=${parked} ...${rest} /><${Back} deed="bring_back" parked=${parked} ...${rest} /></div></li>`;
}

function Missed({ parked, zone, ...rest }) {
  return html`<li><b class="num">${parked.number}</b>
    <span>${clock(parked.since, zone)}<br />${pick(parked.service)}</span>
    <div><${Back} deed="bring_back" parked=${parked} ...${rest} />
    ${parked.can_return && html`<${Back} deed="return_missed" parked=${parked} ...${rest} />`}</div></li>`;
}

function Parked({ title, all, children }) {
  return html`<section><h2>${title}<span>${all.length}</span></h2>
    <ul>${children}</ul>${all.length > MOST && html`<p class="wp-rest">${t("win.and_more_parked", { n: all.length - MOST })}</p>`}</section>`;
}

export function Side({ work, agent, press, now, cut }) {
  const zone = agent.cards.hall?.timezone ?? "Asia/Shanghai";
  const rest = { work, press, now, cut, zone };
  return html`<aside class="wp-side">
    <${Parked} title=${t("win.held")} all=${work.held}>${work.held.slice(0, MOST).map((parked) => html`<${Held} key=${parked.ticket} parked=${parked} ...${rest} />`)}<//>
    <${Parked} title=${t("win.missed")} all=${work.missed}>${work.missed.slice(0, MOST).map((parked) => html`<${Missed} key=${parked.ticket} parked=${parked} ...${rest} />`)}<//>
    <section><h2>${t("win.my_day")}</h2><dl>
      <dt>${t("win.finished_today")}</dt><dd><b>${work.finished_today}</b> ${t("win.tickets")}</dd>
      <dt>${t("win.items_today")}</dt><dd><b>${work.items_today}</b></dd>
      ${work.mean_handling_s !== null && html`<dt>${t("win.mean_handling")}</dt><dd><b>${t("win.minutes_seconds", { time: lasting(work.mean_handling_s * 1000) })}</b></dd>`}
      ${work.pending.length > 0 && html`<dt>${t("win.records_pending")}</dt><dd><b>${work.pending.length}</b></dd>`}
      ${!work.keypad && html`<dt>${t("win.keypad")}</dt><dd>${t("win.qr_only")}</dd>`}
    </dl></section>
  </aside>`;
}
