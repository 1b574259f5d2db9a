// The screen above one window: which window, whose turn, who serves there (亮身份, 亮职责, 亮承诺).

import { html, render, useRef, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { useNow } from "/assets/shared/clock.js";
import { ems } from "/assets/shared/ems.js";
import { FreshMark } from "/assets/shared/freshness.js";
import { Shape } from "/assets/shared/shapes.js";
import { cardsOf, useStore } from "/assets/shared/store.js";
import { lang, pick, pickOther, t, tIn, useLang } from "/assets/shared/words.js";
import { WINDOW, fileOf, publicCards } from "./source.js";

const SHAPES = { serving: "work", free: "idle", paused: "pause", closed: "none" };
const AT_WORK = new Set(["called", "serving", "free"]);
const MOST_OTHERS = 4;

const other = () => (lang() === "zh" ? "en" : "zh");

function Both({ word }) {
  return html`${t(word)}<span class="en" lang=${other()}>${tIn(other(), word)}</span>`;
}

/** Windows at work that serve what this one serves, those of the same zone first. */
export function othersFor(cards, no) {
  const lines = cardsOf(cards, "line").filter((line) => line.windows.includes(no));
  const found = new Set(lines.flatMap((line) => line.windows).filter((one) => one !== no && AT_WORK.has(cards[`window/${one}`]?.state)));
  const zone = cards[`window/${no}`]?.zone;
  const far = (one) => (cards[`window/${one}`].zone === zone ? 0 : 1);
  return [...found].sort((a, b) => far(a) - far(b)).slice(0, MOST_OTHERS);
}

function Which({ card, live, zone }) {
  return html`<div class="ws-win">
    <b class=${`num ${WINDOW.length > 3 ? "ws-long" : ""}`}>${WINDOW}</b>
    ${card && html`<p><span class=${ems(pick(card.department)) > 9 ? "ws-small" : ""}>${pick(card.department)}</span><span class="en" lang=${other()}>${pickOther(card.department)}</span></p>`}
    ${live.freshness === "fresh" ? null : html`<${FreshMark} live=${live} zone=${zone} className="ws-fresh" />`}
  </div>`;
}

/** Whether this number's call came while the screen looked on: then it is stamped. */
function useIsNew(card) {
  const seen = useRef(undefined);
  const what = card?.state === "called" ? `${card.number} ${card.since}` : null;
  const fresh = seen.current !== undefined && what !== null && what !== seen.current;
  const shown = useRef(false);
  if (what !== seen.current) shown.current = fresh;
  if (card) seen.current = what;
  return shown.current;
}

function NumberShown({ card, stale }) {
  const isNew = useIsNew(card);
  const long = card.number.length > 5 ? "ws-long" : "";
  if (card.state === "called") {
    return html`<div class=${`ws-turn ${isNew && !stale ? "is-new" : ""}`} key=${`${card.number} ${card.since}`} aria-live="polite">
      <span class=${`seal ${long} ${stale ? "" : "seal-now"}`}>${card.number}</span><p class="ws-word"><${Both} word="screen.come" /></p>
    </div>`;
  }
  return html`<div class="ws-turn"><b class=${`num ${long}`}>${card.number}</b>
    <p class="ws-word"><${Shape} name=${SHAPES[card.state]} /><${Both} word="screen.serving" /></p></div>`;
}

function Turn({ card, cards, live }) {
  if (live.freshness === "ask") {
    return html`<div class="ws-turn ws-ask" role="alert"><p class="ws-big"><${Shape} name="tri" />${t("board.ask_short")}</p>
      ${card?.number && html`<p class="ws-next">${t("screen.last_number", { number: card.number })}</p>`}<p class="ws-next" lang=${other()}>${tIn(other(), "board.ask_short")}</p></div>`;
  }
  if (!card) {
    const known = Boolean(cards.hall);
    return html`<div class="ws-turn"><p class="ws-next">${known ? t("screen.unknown") : t("fresh.connecting")}</p></div>`;
  }
  if (card.number) return html`<${NumberShown} card=${card} stale=${live.freshness !== "fresh"} />`;
  const elsewhere = card.state === "free" ? [] : othersFor(cards, WINDOW);
  const next = card.state === "free" ? t("screen.free_do") : elsewhere.length ? t("screen.go_to", { windows: elsewhere.join("　") }) : "";
  const word = `screen.${card.state}`;
  return html`<div class="ws-turn"><p class="ws-big"><${Shape} name=${SHAPES[card.state]} />${t(word)}</p>
    <p class="ws-next">${next && html`<span>${next}</span>`}<span class="en" lang=${other()}>${tIn(other(), word)}</span></p></div>`;
}

function Photo({ staffNo }) {
  const [shown, show] = useState(false);
  return html`<div class=${shown ? "photo" : "photo photo-none"}>
    <img src=${fileOf(`portrait/${encodeURIComponent(staffNo)}`)} alt=${t("screen.photo")} onLoad=${() => show(true)} onError=${() => show(false)} />
  </div>`;
}

function Row({ name, children }) {
  return html`<div><dt>${name}</dt><dd>${children}</dd></div>`;
}

function Who({ card, hall }) {
  const { panel } = card;
  const services = card.services.map(pick).join("　");
  const tags = [panel?.title, panel?.party && t("screen.party"), panel?.honour, card.honour].filter(Boolean);
  return html`<div class="ws-who">
    ${panel && html`<${Photo} key=${panel.staff_no} staffNo=${panel.staff_no} />`}
    <div class="ws-facts">
      ${panel && html`<div class="ws-name"><b>${panel.name}</b><span>${panel.staff_no}</span></div>`}
      ${tags.length > 0 && html`<p class="ws-tags">${tags.map((tag) => html`<span class="tag" key=${tag}>${tag}</span>`)}</p>`}
      <dl class="ws-three">
        ${services && html`<${Row} name=${t("screen.duty")}><span class="ws-services">${services}</span><//>`}
        ${panel?.promise && html`<${Row} name=${t("screen.promise")}>${panel.promise}<//>`}
        ${hall?.supervision_phone && html`<${Row} name=${t("screen.supervision")}>${hall.supervision_phone}<//>`}
      </dl>
    </div>
  </div>`;
}

function Screen({ live }) {
  useStore(live);
  useLang();
  useNow(live.offset);
  const { cards } = live;
  const card = cards[`window/${WINDOW}`] ?? null;
  const zone = cards.hall?.timezone ?? "Asia/Shanghai";
  const classes = { start: "", fresh: "", old: "ws-stale", ask: "ws-stale ws-lost" }[live.freshness];
  return html`<main class=${`ws ${classes}`}>
    <${Which} card=${card} live=${live} zone=${zone} />
    <${Turn} card=${card} cards=${cards} live=${live} />
    ${card && html`<${Who} card=${card} hall=${cards.hall} />`}
  </main>`;
}

const live = publicCards();
render(html`<${Screen} live=${live} />`, document.body);
live.start();
