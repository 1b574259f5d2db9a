// The left pane: every line of the hall by zone, with the people waiting; one is chosen.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { cardsOf } from "/assets/shared/store.js";
import { pick, t } from "/assets/shared/words.js";

function Line({ line, chosen, chooseLine }) {
  const name = line.department ?? line.name;
  return html`<li><button class=${line.open ? "" : "dk-shut"} aria-pressed=${chosen} data-line=${line.line} onClick=${() => chooseLine(line.line)}>
    <b class="num">${line.prefix}</b><span>${pick(name)}</span>
    ${line.open ? null : html`<small>${t(`why_short.${line.why ?? "no_window"}`)}</small>`}<b class="num">${line.waiting}</b>
  </button></li>`;
}

export function LineList({ cards, hall, line, chooseLine, manager, closeDay }) {
  const lines = cardsOf(cards, "line").sort((a, b) => a.order - b.order);
  const zones = hall.zones.map((zone) => ({ zone, lines: lines.filter((own) => own.zones[0] === zone.zone) }));
  return html`<nav class="dk-lines" aria-label=${t("desk.lines")}>
    ${lines.length === 0 && html`<p class="dk-none">${t("kiosk.no_services")}</p>`}
    ${zones.filter((found) => found.lines.length).map(({ zone, lines: own }) => html`<section key=${zone.zone}>
      <h2><b class="num">${zone.floor}</b> ${pick(zone.name)}</h2>
      <ul>${own.map((one) => html`<${Line} key=${one.line} line=${one} chosen=${one.line === line?.line} chooseLine=${chooseLine} />`)}</ul>
    </section>`)}
    ${manager && html`<button class="dk-close-day" disabled=${hall.day_closed} onClick=${closeDay}>${t(hall.day_closed ? "hall.day_closed" : "desk.close_day")}</button>`}
  </nav>`;
}
