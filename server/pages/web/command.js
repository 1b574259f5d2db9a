// The command screen of a hall: for whoever signed in as floor or hall manager, or for a paired display.
//
// At most twelve parts change, and never more often than every three seconds. A paired display keeps its last cards.

import { html, render, useEffect, useLayoutEffect, useReducer, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { LiveCards } from "/assets/shared/cards.js";
import { clock, date } from "/assets/shared/clock.js";
import { FreshMark } from "/assets/shared/freshness.js";
import { Refusal } from "/assets/shared/refusal.js";
import { Server } from "/assets/shared/server.js";
import { useStore } from "/assets/shared/store.js";
import { pick, t, useLang } from "/assets/shared/words.js";
import { Account } from "./account.js";
import { Alerts, Devices, Figures, Longest, Ratings, Services } from "./command_parts.js";
import { Curve } from "./curve.js";
import { bearer, forgetPaired, paired } from "/assets/shared/paired.js";
import { waitingNow } from "./waits.js";
import { WindowMap } from "./window_map.js";

const HALL = decodeURIComponent(location.pathname.split("/")[1]);
const PAINT_EVERY = 3_000;
const GONE = new Set(["not_enrolled", "wrong_hall"]);

/** Paint when the cards change, and by the clock: the first picture at once, then every three seconds at most. */
function useSlowly(live) {
  const [, paint] = useReducer((n) => n + 1, 0);
  useEffect(() => {
    let [last, timer] = [-Infinity, 0];
    const now = () => {
      [last, timer] = [performance.now(), 0];
      paint();
    };
    const told = () => {
      if (!timer) timer = setTimeout(now, live.cards.today && last > 0 ? Math.max(0, last + PAINT_EVERY - performance.now()) : 0);
    };
    const ticking = setInterval(told, PAINT_EVERY);
    const end = live.subscribe(told);
    return () => (clearInterval(ticking), clearTimeout(timer), end());
  }, [live]);
}

/** Live cards of the manager, by the display's token or somebody's session, for as long as there is one. */
function useLive(server, display, token) {
  const [live, set] = useState(null);
  useEffect(() => {
    if (!display && !token) return set(null);
    const headers = () => (display ? bearer(display) : server.headers());
    const own = new LiveCards({ hall: HALL, audience: "manager", headers, keep: display !== null });
    own.start();
    set(own);
    return () => own.stop();
  }, [display?.token, token]);
  return live;
}

function Head({ live, hall, zone, leave }) {
  const now = Date.now() + live.offset;
  const { day, weekday } = date(now, zone);
  return html`<header class="c-head"><p class="title">${pick(hall.name)}</p><p>${t("command.title")}</p>
    ${leave && html`<button class="dk-small" onClick=${leave}>${t("deed.sign_out")}</button>`}
    <${FreshMark} live=${live} zone=${zone} className=${`c-fresh c-is-${live.freshness}`} />
    <p>${day}　${weekday}</p><b class="num">${clock(now, zone)}</b></header>`;
}

function Screen({ live, leave }) {
  useSlowly(live);
  const { cards } = live;
  const { hall, today, devices, hours } = cards;
  if (!hall || !today) return html`<main class="dk-wait">${t("fresh.connecting")}</main>`;
  const zone = hall.timezone;
  const at = live.freshness === "fresh" || live.heard === null ? Date.now() + live.offset : live.heard;
  const now = waitingNow(cards, at);
  return html`<main class=${`cmd cmd-${live.freshness}`}>
    <${Head} live=${live} hall=${hall} zone=${zone} leave=${leave} />
    <${Figures} today=${today} now=${now} />
    <div class="c-mid"><${WindowMap} cards=${cards} />
      <div class="c-right"><${Longest} longest=${now.longest} zone=${zone} /><${Alerts} cards=${cards} zone=${zone} /></div></div>
    <div class="c-low"><${Services} cards=${cards} now=${at} />
      <section class="c-curve"><h2>${t("command.curve")} <span>${t("command.curve_lines")}</span></h2><${Curve} hours=${hours?.hours ?? []} zone=${zone} /></section>
      <${Ratings} today=${today} /><${Devices} devices=${devices?.devices ?? []} /></div>
  </main>`;
}

/** The wall's colours and its one unit belong to the screen, not to the sign-in before it. */
function useWall(on) {
  useLayoutEffect(() => {
    document.documentElement.className = on ? "wall fit-1920" : "";
  }, [on]);
}

/** Why the server shows nothing, painted anew only when that changes. */
function useRefusalCode(live) {
  const [code, set] = useState(live.refusal?.code);
  useEffect(() => live.subscribe(() => set(live.refusal?.code)), [live]);
  return code;
}

function Watched({ live, server, display, onGone }) {
  const code = useRefusalCode(live);
  useEffect(() => {
    if (display && GONE.has(code)) onGone();
    if (!display && code === "not_signed_in") server.keepSession(null);
  }, [code]);
  const leave = display
    ? null
    : async () => {
        await server.do("desk", "sign_out");
        server.keepSession(null);
      };
  const away = code !== undefined && !live.cards.today;
  useWall(!away);
  if (away) {
    return html`<main class="dk-sign"><form onSubmit=${(event) => event.preventDefault()}><h1 class="title">${t("command.title")}</h1><${Refusal} refusal=${live.refusal} />
      ${leave && html`<button class="key key-ink" onClick=${leave}>${t("deed.sign_out")}</button>`}</form></main>`;
  }
  return html`<${Screen} live=${live} leave=${leave} />`;
}

function SignIn({ server }) {
  useWall(false);
  return html`<${Account} server=${server} title=${t("command.title")}><a href=${`/${HALL}/pair`}>${t("command.pair_link")}</a><//>`;
}

function Page({ server }) {
  useStore(server);
  useLang();
  const [display, setDisplay] = useState(paired(HALL));
  const token = display ? null : (server.session?.token ?? null);
  const live = useLive(server, display, token);
  const gone = () => {
    forgetPaired(HALL);
    setDisplay(null);
  };
  if (!display && !token) return html`<${SignIn} server=${server} />`;
  return live ? html`<${Watched} live=${live} server=${server} display=${display} onGone=${gone} />` : null;
}

render(html`<${Page} server=${new Server(HALL)} />`, document.body);
