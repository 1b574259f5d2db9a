// The hall board of one zone (?zone=A), of several (?zone=A,B) or of the whole hall. With ?voice=A it speaks the calls
// of voice zone A too.

import { html, render, useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock, date, useNow } from "/assets/shared/clock.js";
import { ems } from "/assets/shared/ems.js";
import { FreshMark } from "/assets/shared/freshness.js";
import { Shape } from "/assets/shared/shapes.js";
import { useStore } from "/assets/shared/store.js";
import { lang, pick, t, tIn, useLang } from "/assets/shared/words.js";
import { Media, noticesOf, useProgramme, useTurn } from "./programme.js";
import { publicCards, voiceDoor } from "./source.js";
import { lastCalls, rowsUnder, useSeal } from "./calls.js";
import { SoundBlocked, Voice, VoiceMark } from "./voice.js";
import { fitted, waitingPerService } from "./waiting.js";

const NOTICE_MS = 12_000;
const SPEAKS_IN = new URLSearchParams(location.search).get("voice");
const ZONES = (new URLSearchParams(location.search).get("zone") ?? "").split(",").filter(Boolean);

function Unit({ big }) {
  const other = lang() === "zh" ? "en" : "zh";
  return html`<span class="b-unit">${t("board.window")}${big && html`<span class="en">${tIn(other, "board.window")}</span>`}</span>`;
}

function Newest({ call, stale, fresh }) {
  if (!call) return html`<div class="b-new b-quiet"><span class="title">${t("board.no_calls")}</span></div>`;
  const long = call.number.length > 4 ? "b-five" : "";
  return html`<div class=${`b-new ${fresh && !stale ? "is-new" : ""}`} key=${call.call} aria-live="polite">
    <span class=${`seal ${long} ${stale ? "" : "seal-now"}`}>${call.number}</span><${Shape} name="arrow" />
    <span><b class=${`num b-win ${call.window.length > 4 ? "b-five" : ""}`}>${call.window}</b><${Unit} big /></span>
  </div>`;
}

function Row({ call, department }) {
  return html`<div class="b-row"><b class=${`num ${call.number.length > 5 ? "b-six" : ""}`}>${call.number}</b>
    <span class=${`b-dep ${ems(pick(department)) > 6.7 ? "b-dep-long" : ""}`}>${pick(department)}</span><${Shape} name="arrow" />
    <span><b class="num">${call.window}</b> <${Unit} /></span></div>`;
}

function Calls({ cards, offset, stale }) {
  const calls = lastCalls(cards, ZONES);
  const { sealed, fresh } = useSeal(calls, offset);
  return html`<section class="b-calls">
    <${Newest} call=${sealed} stale=${stale} fresh=${fresh} />
    ${rowsUnder(calls, sealed).map((call) => html`<${Row} key=${call.call} call=${call} department=${cards[`window/${call.window}`]?.department} />`)}
  </section>`;
}

function Waiting({ cards }) {
  const all = waitingPerService(cards, ZONES);
  const { rows, rest } = fitted(all);
  const height = Math.min(75, Math.floor(620 / Math.max(rows.length + (rest ? 1 : 0), 1)));
  const other = lang() === "zh" ? "en" : "zh";
  return html`<table class="b-wait" style=${{ "--row": height, "--k": (height / 75).toFixed(3) }}>
    <colgroup><col class="b-col-prefix" /><col /><col class="b-col-people" /></colgroup>
    <thead><tr><th colspan="2">${t("board.waiting")} <span class="en" lang=${other}>${tIn(other, "board.waiting")}</span></th><th>${t("board.people")}</th></tr></thead>
    <tbody>
      ${rows.map((row) => html`<tr key=${row.prefix}><th class="num">${row.prefix}</th><td><span class="b-svc">${pick(row.name)}</span></td>
        ${row.why && !row.waiting ? html`<td class="b-shut">${t(`why_short.${row.why}`)}</td>` : html`<td class="num">${row.waiting}</td>`}</tr>`)}
      ${rest && html`<tr><th class="num">+${rest.services}</th><td><span class="b-svc">${t("board.others")}</span></td><td class="num">${rest.waiting}</td></tr>`}
    </tbody>
  </table>`;
}

function Clock({ offset, zone }) {
  const now = useNow(offset);
  const { day, weekday } = date(now, zone);
  return html`<div class="b-clock"><b class="num">${clock(now, zone)}</b><p>${day}<br />${weekday}</p></div>`;
}

function place(hall) {
  const own = hall?.zones.filter((zone) => ZONES.includes(zone.zone)) ?? [];
  return own.length ? own.map((zone) => pick(zone.name)).join("　") : pick(hall?.name);
}

function useNotice(hall, more) {
  const [turn, set] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => set((n) => n + 1), NOTICE_MS);
    return () => clearInterval(timer);
  }, []);
  if (!hall) return "";
  if (hall.day_closed) return t("hall.day_closed");
  const all = [...hall.messages, ...more];
  return all.length ? pick(all[turn % all.length]) : pick(hall.missed_rule);
}

function Foot({ live, hall, zone, notices, voice }) {
  const notice = useNotice(hall, notices);
  const other = lang() === "zh" ? "en" : "zh";
  if (live.freshness === "ask") {
    return html`<footer class="b-note" role="alert"><${Shape} name="tri" />${t("board.ask_staff")}
      <span>${live.heard === null ? "" : t("board.calls_of", { time: clock(live.heard, zone) })}　<span lang=${other}>${tIn(other, "board.ask_short")}</span></span></footer>`;
  }
  return html`<footer class="b-note"><b>${t("board.notice")}</b><span class=${ems(notice) > 46 ? "b-said b-said-long" : "b-said"}>${notice}</span>
    ${voice && html`<${VoiceMark} voice=${voice} />`}</footer>`;
}

function Board({ live, voice }) {
  useStore(live);
  useStore(voice ?? live);
  useLang();
  useNow(live.offset);
  const { cards } = live;
  const hall = cards.hall;
  const zone = hall?.timezone ?? "Asia/Shanghai";
  const fresh = live.freshness;
  const programme = useProgramme();
  const { item, next, bad } = useTurn(programme);
  const classes = { start: "", fresh: "", old: "b-stale", ask: "b-stale b-lost" }[fresh];
  return html`<main class=${`board ${classes}`} data-voice=${voice?.state ?? null}>
    <${Calls} cards=${cards} offset=${live.offset} stale=${fresh !== "fresh"} />
    <aside class="b-side">
      <${Clock} offset=${live.offset} zone=${zone} />
      <p class="b-zone title">${place(hall)}</p>
      ${item && fresh !== "ask" ? html`<${Media} item=${item} next=${next} bad=${bad} />` : html`<${Waiting} cards=${cards} />`}
      <${FreshMark} live=${live} zone=${zone} className="b-fresh" />
    </aside>
    <${Foot} live=${live} hall=${hall} zone=${zone} notices=${noticesOf(programme)} voice=${voice} />
    ${voice && html`<${SoundBlocked} voice=${voice} />`}
  </main>`;
}

const live = publicCards();
const voice = SPEAKS_IN ? new Voice({ door: voiceDoor(live), zone: SPEAKS_IN, live }) : null;
render(html`<${Board} live=${live} voice=${voice} />`, document.body);
live.start();
voice?.start();
