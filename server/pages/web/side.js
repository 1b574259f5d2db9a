// The right pane with no ticket chosen: missed and held, at work, slips that may not be paper in a hand, devices.

import { html, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock, useNow } from "/assets/shared/clock.js";
import { Refusal, refused } from "/assets/shared/refusal.js";
import { Shape } from "/assets/shared/shapes.js";
import { cardsOf } from "/assets/shared/store.js";
import { hasWord, t } from "/assets/shared/words.js";
import { troublesOf } from "./health.js";
import { PairDisplay } from "./pair_display.js";

const MOST = 30;
const SAY_FOR = 6_000;

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

function doubtSaid(one, hall) {
  return `${one.kiosk}　${clock(one.since, hall.timezone)}　${one.doubts.map((doubt) => t(`doubt.${doubt}`)).join("，")}`;
}

/** Citizens at kiosks who asked for a guide: where, since when, and the key of whoever goes. */
export function Requests({ server, live, cards, hall }) {
  const now = useNow(live.offset);
  const [refusal, refuse] = useState(null);
  const requests = cards.devices?.requests ?? [];
  const attend = async (request) => {
    const answer = await server.do("desk", "attend_kiosk", { request });
    refuse(refused(answer) ? answer : null);
    setTimeout(() => refuse(null), SAY_FOR);
  };
  const said = refusal && html`<${Refusal} refusal=${refusal} className="dk-said" />`;
  if (!requests.length) return said;
  return html`<section class="warn dk-requests" role="alert"><${Shape} name="tri" /><h2>${t("desk.requests")}</h2><ul>
    ${requests.map((one) => html`<li key=${one.request}><b>${floorOf(hall, one.zone)}</b>
      <span>${t("desk.asked", { kiosk: one.kiosk, n: Math.max(0, Math.floor((now - Date.parse(one.since)) / 60_000)) })}　${clock(one.since, hall.timezone)}</span>
      <button class="dk-small" data-deed="attend_kiosk" onClick=${() => attend(one.request)}>${t("desk.attend")}</button></li>`)}
  </ul>${said}</section>`;
}

function floorOf(hall, zone) {
  return hall.zones.find((found) => found.zone === zone)?.floor ?? "";
}

export function Side({ server, cards, choose, hall }) {
  const queues = cardsOf(cards, "queue");
  const missed = queues.flatMap((queue) => queue.missed);
  const held = queues.flatMap((queue) => queue.held);
  const devices = cards.devices ?? { devices: [], slips: [], at_work: [] };
  return html`<aside class="dk-side">
    <${Numbers} title=${t("win.missed")} all=${missed} choose=${choose} say=${(one) => `${clock(one.since, hall.timezone)}　${one.can_return ? "" : t("desk.cannot_return")}`} />
    <${Numbers} title=${t("win.held")} all=${held} choose=${choose} say=${(one) => `${t(`hold.${one.kind}`)}　${one.window ?? ""}`} />
    <${Numbers} title=${t("desk.slips")} all=${devices.slips} choose=${choose} say=${slipSaid} />
    ${devices.doubtful?.length > 0 && html`<${Numbers} title=${t("desk.doubtful")} all=${devices.doubtful} choose=${choose} say=${(one) => doubtSaid(one, hall)} />`}
    <${Numbers} title=${t("desk.at_work")} all=${devices.at_work} choose=${choose} say=${(one) => `${one.window}　${t(`state.${one.state}`)}`} />
    <section class="dk-devices"><h2>${t("desk.devices")}<span>${devices.devices.length}</span></h2><ul>${devices.devices.map((device) => html`<${Device} key=${device.device} device=${device} />`)}</ul></section>
    <${PairDisplay} server=${server} hall=${hall} />
  </aside>`;
}
