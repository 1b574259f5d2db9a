// The parts of the command screen beside map and curve: figures, the longest wait, alerts, services, ratings, devices.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock } from "/assets/shared/clock.js";
import { Shape } from "/assets/shared/shapes.js";
import { pick, t } from "/assets/shared/words.js";
import { partsOf, troublesOf } from "./health.js";
import { perService, perZone } from "./waits.js";

const MOST_ALERTS = 5;
const MOST_SERVICES = 26;
const ONE_COLUMN = 9; // up to so many services stand in one column, in larger type

/** "9/867 = 1.0 %"; without a base only the count. */
export function share(part, whole) {
  return whole ? `${count(part)}/${count(whole)} = ${((100 * part) / whole).toFixed(1)} %` : `${part}/0`;
}

export function count(n) {
  return n.toLocaleString("en");
}

const minutes = (seconds) => (seconds === null ? "–" : String(Math.round(seconds / 60)));

function Figure({ name, value, unit, over, children }) {
  return html`<div><dt>${name}</dt><dd class=${over ? "over" : ""}><b class="num">${value}</b> ${unit}<span>${children}</span></dd></div>`;
}

export function Figures({ today, now }) {
  const present = today.waiting + today.called + today.serving;
  const bad = today.levels["1"] + today.levels["2"];
  return html`<dl class="c-five">
    <${Figure} name=${t("command.waiting_now")} value=${count(today.waiting)} unit=${t("command.people")}>
      ${t("command.present")} ${today.capacity ? share(present, today.capacity) : count(present)}<//>
    <${Figure} name=${t("command.longest")} value=${now.longest ? now.longest.minutes : "–"} unit=${t("command.minutes")} over=${now.overdue > 0}>
      ${now.overdue > 0 && html`<${Shape} name="tri" />`}${t("command.overdue")} ${share(now.overdue, today.waiting)}　${t("command.median")} ${now.median ?? "–"}<//>
    <${Figure} name=${t("command.called_wait")} value=${minutes(today.called_wait_average_s)} unit=${t("command.minutes_average")}>
      P90 ${minutes(today.called_wait_p90_s)} ${t("command.minutes")}　${t("command.called_so_far", { n: count(today.people_called) })}<//>
    <${Figure} name=${t("command.done")} value=${count(today.done)} unit=${t("command.tickets")}>
      ${t("command.taken")} ${count(today.taken)}　${t("command.serving")} ${today.serving}　${t("command.abandoned")} ${today.abandoned}<//>
    <${Figure} name=${t("command.bad")} value=${count(bad)} unit=${t("command.ratings_unit")}>
      ${share(bad, today.rated)}　${t("command.not_rated")} ${count(today.not_rated)}/${count(today.rated + today.not_rated)}<//>
  </dl>`;
}

export function Longest({ longest, zone }) {
  if (!longest) return html`<section><h2>${t("command.longest_ticket")}</h2><p class="c-none">${t("command.nobody")}</p></section>`;
  const also = [longest.returned > 0 && t("command.returned"), longest.transferred && t("command.transferred")].filter(Boolean);
  return html`<section><h2>${t("command.longest_ticket")}</h2>
    <div class="c-old"><span class="seal">${longest.number}</span><p><b>${pick(longest.service)}</b><br />${t("command.taken_at", { time: clock(longest.since, zone) })}　${also.join("　")}</p>
      <b class="num">${longest.minutes}<small> ${t("command.minutes")}</small></b></div></section>`;
}

/** What needs somebody: the hall's alerts, then devices that say they are not well, then slips that may not be paper. */
function alertsOf(cards) {
  const devices = cards.devices ?? { devices: [], slips: [] };
  const said = (cards.alerts?.alerts ?? []).map((one) => ({ text: pick(one), since: null }));
  for (const device of devices.devices) {
    const troubles = troublesOf(device.health);
    if (troubles.length) said.push({ text: `${device.device}　${troubles.join("，")}`, since: device.since });
  }
  if (devices.slips.length) said.push({ text: t("command.slips", { numbers: devices.slips.map((slip) => slip.number).slice(0, 4).join(" ") }), since: null });
  return said;
}

export function Alerts({ cards, zone }) {
  const all = alertsOf(cards);
  const shown = all.length > MOST_ALERTS ? all.slice(0, MOST_ALERTS - 1) : all;
  return html`<section><h2>${t("command.alerts")} <span class="end">${t("command.alerts_n", { n: all.length })}</span></h2>
    ${all.length === 0 && html`<p class="c-none"><${Shape} name="work" />${t("command.no_alerts")}</p>`}
    <ul class="c-alerts">
      ${shown.map((one) => html`<li key=${one.text}><span><${Shape} name="tri" /></span><p>${one.text}</p>${one.since && html`<time>${clock(one.since, zone)}</time>`}</li>`)}
      ${shown.length < all.length && html`<li><span></span><p>${t("command.more", { n: all.length - shown.length })}</p></li>`}
    </ul></section>`;
}

function fittedServices(rows) {
  if (rows.length <= MOST_SERVICES) return rows;
  const busiest = new Set([...rows].sort((a, b) => b.waiting - a.waiting).slice(0, MOST_SERVICES - 1));
  const rest = rows.filter((row) => !busiest.has(row));
  const sum = (what) => rest.reduce((all, row) => all + row[what], 0);
  return [...rows.filter((row) => busiest.has(row)), { prefix: `+${rest.length}`, name: null, waiting: sum("waiting"), overdue: sum("overdue") }];
}

export function Services({ cards, now }) {
  const rows = fittedServices(perService(cards, now));
  const most = Math.max(10, ...rows.map((row) => row.waiting));
  return html`<section><h2>${t("command.services")} ${perZone(cards).map((zone) => html`<span key=${zone.zone}>${zone.floor} <b class="num">${zone.waiting}</b></span>`)}<span class="end">${t("command.amber")}</span></h2>
    <ul class=${rows.length > ONE_COLUMN ? "c-svcs" : "c-svcs few"}>${rows.map((row) => html`<li key=${row.prefix}><b class="num">${row.prefix}</b><span>${row.name ? pick(row.name) : t("board.others")}</span>
      <svg viewBox=${`0 0 ${most} 10`} preserveAspectRatio="none" aria-hidden="true"><path class="bar" d=${`M0 1h${row.waiting - row.overdue}v8H0z`} />${row.overdue > 0 && html`<path class="over" d=${`M${row.waiting - row.overdue} 1h${row.overdue}v8h${-row.overdue}z`} />`}</svg>
      <b class="num">${row.waiting}</b></li>`)}</ul></section>`;
}

export function Ratings({ today }) {
  const finished = today.rated + today.not_rated;
  return html`<section class="c-rate"><h2>${t("command.ratings")} <span>${t("command.rated")} ${count(today.rated)}/${count(finished)}</span></h2>
    <table><tbody>
      ${["5", "4", "3", "2", "1"].map((level) => html`<tr key=${level}><th>${t(`level.${level}`)}</th><td><b class="num">${count(today.levels[level])}</b>/${count(today.rated)}</td></tr>`)}
      <tr class="un"><th>${t("command.not_rated")}</th><td><b class="num">${count(today.not_rated)}</b>/${share(today.not_rated, finished).split("/")[1]}</td></tr>
    </tbody></table></section>`;
}

export function Devices({ devices }) {
  const parts = partsOf(devices);
  const shape = (part) => (part.fine === part.all ? "work" : "tri");
  return html`<section><h2>${t("command.devices")}</h2><ul class="c-dev">
    ${parts.map((part) => html`<li key=${part.kind} class=${part.fine === part.all ? "" : "bad"}><${Shape} name=${shape(part)} />${t(`device_kind.${part.kind}`)}<b class="num">${part.fine}/${part.all}</b></li>`)}
    ${parts.length === 0 && html`<li><${Shape} name="none" />${t("desk.device_never")}</li>`}
  </ul></section>`;
}
