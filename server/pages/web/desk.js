// The desk page: who is signed in, the live cards of the staff, and the three panes.

import { html, render, useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { LiveCards } from "/assets/shared/cards.js";
import { clock, useNow } from "/assets/shared/clock.js";
import { FreshMark } from "/assets/shared/freshness.js";
import { Refusal } from "/assets/shared/refusal.js";
import { Server } from "/assets/shared/server.js";
import { cardsOf, useStore } from "/assets/shared/store.js";
import { lang, pick, setLang, t, useLang } from "/assets/shared/words.js";
import { Account } from "./account.js";
import { LineList } from "./lines.js";
import { LinePane } from "./line.js";
import { Requests, Side } from "./side.js";
import { TicketPane } from "./ticket.js";
import { CloseDay } from "./close_day.js";

const HALL = decodeURIComponent(location.pathname.split("/")[1]);

/** Live cards of the staff for as long as somebody is signed in. */
function useLive(server, token) {
  const [live, set] = useState(null);
  useEffect(() => {
    if (!token) return set(null);
    const own = new LiveCards({ hall: HALL, audience: "staff", headers: () => server.headers() });
    own.start();
    set(own);
    return () => own.stop();
  }, [token]);
  return live;
}

/** A ticket wherever it stands now: {ticket, number, state, line, …}, or null. */
function findTicket(cards, wanted) {
  for (const queue of cardsOf(cards, "queue")) {
    for (const [state, list] of [["waiting", queue.numbers], ["held", queue.held], ["missed", queue.missed]]) {
      const found = list.find((one) => wanted(one));
      if (found) return { ...found, state, line: queue.line };
    }
  }
  const work = (cards.devices?.at_work ?? []).find((one) => wanted(one));
  return work ? { ...work, at_work: true } : null;
}

function Top({ server, live, choose, cards, hall }) {
  const now = useNow(live.offset);
  const [refusal, setRefusal] = useState(null);
  const [nothing, setNothing] = useState(false);
  const { session } = server;
  const other = lang() === "zh" ? "en" : "zh";
  const zone = hall?.timezone ?? "Asia/Shanghai";
  const find = (event) => {
    event.preventDefault();
    const number = new FormData(event.target).get("number").trim().toUpperCase();
    const found = findTicket(cards, (one) => one.number === number);
    setNothing(!found);
    if (found) choose(found.ticket);
  };
  const signOut = async () => {
    await server.do("desk", "sign_out");
    server.keepSession(null);
  };
  return html`<header class="dk-top">
    <p class="title">${pick(hall?.name)}　${t("desk.title")}</p>
    <form class="dk-find" onSubmit=${find}>
      <input name="number" required placeholder=${t("desk.find")} aria-label=${t("desk.find")} autocomplete="off" onInput=${() => setNothing(false)} />
      <button class="dk-small">${t("desk.find_do")}</button>${nothing && html`<span role="status">${t("desk.not_found")}</span>`}
    </form>
    <ul>
      <li><${FreshMark} live=${live} zone=${zone} className=${`dk-fresh dk-${live.freshness}`} /></li>
      <li><button class="dk-small" onClick=${async () => setRefusal(await server.download("desk/today.csv", `${HALL}-${hall?.day ?? "today"}.csv`))}>${t("desk.csv")}</button></li>
      <li>${session.name}</li>
      <li><button class="dk-small" onClick=${signOut}>${t("deed.sign_out")}</button></li>
      <li><button class="dk-small" lang=${other} onClick=${() => setLang(other)}>${t("lang.other")}</button></li>
      <li><b class="num">${clock(now, zone)}</b></li>
    </ul>
    ${refusal && html`<${Refusal} refusal=${refusal} className="dk-said" />`}
  </header>`;
}

function Desk({ server, live }) {
  useStore(live);
  const ended = live.refusal?.code === "not_signed_in";
  useEffect(() => void (ended && server.keepSession(null)), [ended]);
  const [lineId, chooseLine] = useState(null);
  const [ticketId, choose] = useState(null);
  const [closing, close] = useState(false);
  const { cards } = live;
  const line = cards[`line/${lineId}`] ?? null;
  const ticket = ticketId === null ? null : findTicket(cards, (one) => one.ticket === ticketId);
  const manager = server.session.roles.includes("floor_manager");
  const props = { server, live, cards, line, chooseLine, ticket, choose, manager, hall: cards.hall, closeDay: () => close(true) };
  if (!cards.hall) return html`<main class="dk-wait">${live.refusal ? html`<${Refusal} refusal=${live.refusal} />` : t("fresh.connecting")}</main>`;
  return html`<main class=${`dk ${cards.devices?.requests?.length ? "dk-asked" : ""}`}>
    <${Top} ...${props} />
    <${Requests} ...${props} />
    <${LineList} ...${props} />
    <${LinePane} key=${lineId} ...${props} />
    ${ticket ? html`<${TicketPane} key=${ticket.ticket} ...${props} />` : html`<${Side} ...${props} />`}
    ${closing && html`<${CloseDay} ...${props} done=${() => close(false)} />`}
  </main>`;
}

function Page({ server }) {
  useStore(server);
  useLang();
  const token = server.session?.token ?? null;
  const live = useLive(server, token);
  if (!token) return html`<${Account} server=${server} hall=${HALL} />`;
  return live ? html`<${Desk} server=${server} live=${live} />` : null;
}

render(html`<${Page} server=${new Server(HALL)} />`, document.body);
