// The right pane for one ticket: what may be done with it. What cannot be undone asks once.

import { html, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Refusal, refused } from "/assets/shared/refusal.js";
import { cardsOf } from "/assets/shared/store.js";
import { pick, t } from "/assets/shared/words.js";
import { Confirm } from "./confirm.js";
import { kiosksOf } from "./kiosks.js";

/** deed: {when: states in which it is offered, manager: only for floor managers, reason: "required" or "may"} */
const ASKED = {
  cancel: { when: ["waiting", "missed", "called"], manager: false, reason: "may" },
  release: { when: ["called", "serving"], manager: true, reason: "required" },
  abandon: { when: ["waiting", "held", "missed"], manager: true, reason: "required" },
};

function LineSelect({ cards, ticket, send, server }) {
  const [line, setLine] = useState("");
  const lines = cardsOf(cards, "line").filter((one) => one.line !== ticket.line).sort((a, b) => a.order - b.order);
  return html`<div class="dk-act"><label class="dk-field">${t("desk.reroute_to")}
    <select value=${line} onChange=${(event) => setLine(event.target.value)}><option value="">…</option>
      ${lines.map((one) => html`<option key=${one.line} value=${one.line}>${one.prefix} ${pick(one.name)}${one.department ? `　${pick(one.department)}` : ""}</option>`)}
    </select></label>
    <button class="key" disabled=${!line || server.busy} data-deed="reroute" onClick=${() => send("reroute", { ticket: ticket.ticket, line })}>${t("deed.reroute")}</button></div>`;
}

function Reprint({ cards, ticket, send, server }) {
  const kiosks = kiosksOf(cards);
  return html`<div class="dk-act"><p class="dk-field">${t("desk.reprint_at")}</p><div class="dk-row">
    ${kiosks.map((kiosk) => html`<button class="key" key=${kiosk} disabled=${server.busy} data-deed="reprint_slip"
      onClick=${() => send("reprint_slip", { ticket: ticket.ticket, print_at: kiosk })}>${kiosk}</button>`)}
    ${kiosks.length === 0 && t("desk.no_kiosk")}</div></div>`;
}

export function TicketPane(props) {
  const { server, cards, ticket, choose, manager } = props;
  const [told, setTold] = useState(null);
  const [asked, ask] = useState(null);
  const send = async (deed, body) => {
    ask(null);
    const answer = await server.do("desk", deed, body);
    if (answer !== null) setTold({ deed, answer });
  };
  const line = cards[`line/${ticket.line}`];
  const offered = Object.keys(ASKED).filter((deed) => ASKED[deed].when.includes(ticket.state) && (manager || !ASKED[deed].manager));
  const confirmed = (reason) => send(asked, { ticket: ticket.ticket, ...(asked === "release" ? { visit: ticket.visit } : {}), reason: reason || null });
  return html`<aside class="dk-side">
    <header class="dk-ticket"><span class="seal">${ticket.number}</span><div><b>${t(`state.${ticket.state}`)}</b>
      <span>${line ? `${line.prefix} ${pick(line.name)}` : t("desk.at_window", { window: ticket.window })}</span></div></header>
    ${told && (refused(told.answer)
      ? html`<${Refusal} refusal=${told.answer} />`
      : html`<p class="dk-done" role="status">${t("desk.done", { deed: t(`deed.${told.deed}`) })}</p>`)}
    ${ticket.state === "missed" && html`<button class="key key-ink" disabled=${server.busy || ticket.can_return === false} data-deed="return_missed"
      onClick=${() => send("return_missed", { ticket: ticket.ticket })}>${t(ticket.can_return === false ? "desk.cannot_return" : "deed.return_missed")}</button>`}
    ${ticket.state === "waiting" && html`<${LineSelect} ...${props} send=${send} />`}
    <${Reprint} ...${props} send=${send} />
    ${offered.map((deed) => html`<button class="key" key=${deed} data-deed=${deed} disabled=${server.busy} onClick=${() => ask(deed)}>${t(`deed.${deed}`)}…</button>`)}
    <button class="dk-small" onClick=${() => choose(null)}>${t("desk.back")}</button>
    ${asked && html`<${Confirm} title=${t(`confirm.${asked}`, { number: ticket.number })} act=${t(`deed.${asked}`)} reason=${ASKED[asked].reason}
      done=${() => ask(null)} go=${confirmed} />`}
  </aside>`;
}
