// The right pane with no ticket chosen: missed and held, at work, slips that may not be paper in a hand, devices.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock } from "/assets/shared/clock.js";
import { Shape } from "/assets/shared/shapes.js";
import { cardsOf } from "/assets/shared/store.js";
import { hasWord, t } from "/assets/shared/words.js";
import { troublesOf } from "./health.js";

const MOST = 30;

function Numbers({ title, all, choose, say }) {
  return html`<section><h2>${title}<span>${all.length}</span></h2><ul>
    ${all.slice(0, MOST).map((one) => html`<li key=${one.slip ?? one.ticket}><button class="num" onClick=${() => choose(one.ticket)}>${one.number}</button><span>${say(one)}</span></li>`)}
  </ul></section>`;
}

function Device({ device }) {
  const troubles = troublesOf(device.health);
  const mark = troubles.length ? "tri" : device.since ? "work" : "none";
  return html`<li class=${troubles.length ? "dk-trouble" : ""}><b>${device.device}</b><span><${Shape} name=${mark} />
    ${troubles.length ? troubles.join("，") : t(device.since ? "desk.device_fine" : "desk.device_never")}</span></li>`;
}

function slipSaid(slip) {
  const outcome = t(`slip.${slip.after ?? slip.outcome ?? "reserved"}`);
  const reason = slip.reason && hasWord(`printer.${slip.reason}`) ? `　${t(`printer.${slip.reason}`)}` : "";
  return `${slip.kiosk ?? ""}　${outcome}${reason}`;
}

export function Side({ cards, choose, hall }) {
  const queues = cardsOf(cards, "queue");
  const missed = queues.flatMap((queue) => queue.missed);
  const held = queues.flatMap((queue) => queue.held);
  const devices = cards.devices ?? { devices: [], slips: [], at_work: [] };
  return html`<aside class="dk-side">
    <${Numbers} title=${t("win.missed")} all=${missed} choose=${choose} say=${(one) => `${clock(one.since, hall.timezone)}　${one.can_return ? "" : t("desk.cannot_return")}`} />
    <${Numbers} title=${t("win.held")} all=${held} choose=${choose} say=${(one) => `${t(`hold.${one.kind}`)}　${one.window ?? ""}`} />
    <${Numbers} title=${t("desk.slips")} all=${devices.slips} choose=${choose} say=${slipSaid} />
    <${Numbers} title=${t("desk.at_work")} all=${devices.at_work} choose=${choose} say=${(one) => `${one.window}　${t(`state.${one.state}`)}`} />
    <section class="dk-devices"><h2>${t("desk.devices")}<span>${devices.devices.length}</span></h2><ul>${devices.devices.map((device) => html`<${Device} key=${device.device} device=${device} />`)}</ul></section>
  </aside>`;
}
