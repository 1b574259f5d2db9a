// The clerk's bar, 320 × 88: one line says, one line acts. The keys, their reasons and their hotkeys are those of the page.

import { html, useLayoutEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { lasting } from "/assets/shared/clock.js";
import { Shape } from "/assets/shared/shapes.js";
import { cardsOf } from "/assets/shared/store.js";
import { pick, t } from "/assets/shared/words.js";
import { choices } from "./choose.js";
import { SHAPE_OF } from "./hand.js";
import { onlyHere } from "./hotkeys.js";

const ON_BAR = ["recall", "miss", "hold", "pass_on", "pause_window", "reopen_window"];
const LONG_PAUSE = 15 * 60_000;
const BY_PAGE = 4; // choices at a time; the fifth place turns the page

/** How long the first in the window's own lines has waited, in minutes; null if nobody waits. */
function oldest(work, cards, now) {
  const waiting = cardsOf(cards, "queue").flatMap((queue) => queue.numbers).filter((queued) => work.next_numbers.includes(queued.number));
  if (!waiting.length) return null;
  return Math.max(0, Math.floor((now - Math.min(...waiting.map((queued) => Date.parse(queued.since)))) / 60_000));
}

function Wait({ n, here }) {
  return html`<p class="bar-wait">${here && html`<span class="bar-here" role="img" aria-label=${here} title=${here}><${Shape} name="tri" /></span>`}<b class="num">${n}</b>${t("win.waiting")}</p>`;
}

function Warn({ shape, first, then }) {
  return html`<div class=${`bar-say bar-warn ${then ? "" : "bar-two"}`} role="alert"><${Shape} name=${shape} /><p><b>${first}</b>${then}</p></div>`;
}

function Normal({ work, agent, cards, now, outcome, items }) {
  const { state, visit, ticket } = work;
  const since = { called: visit?.called_at, serving: visit?.started_at, paused: work.paused_since }[state];
  const minutes = oldest(work, cards, now);
  const word = state === "paused" && work.paused_reason ? `${t("window_state.paused")} ${work.paused_reason}` : t(`window_state.${state}`);
  const recalled = state === "called" && visit.recalls > 0 ? t("bar.recalled", { n: visit.recalls }) : word;
  const chosen = state === "serving" && (outcome !== "finished" || items > 1) ? `${t(`outcome.${outcome}`)} ×${items}` : "";
  const small = since ? `${lasting(now - Date.parse(since))} ${chosen}` : minutes === null ? t("win.line_empty") : t("bar.oldest", { n: minutes });
  return html`<div class=${`bar-say ${ticket ? "" : "bar-free"} ${state === "paused" ? "bar-still" : ""}`}>
    ${ticket && html`<b class="bar-no num">${ticket.number}</b>`}
    <p class="bar-state" role="status"><b><${Shape} name=${SHAPE_OF[state]} />${recalled}</b><span>${small}</span></p>
    <${Wait} n=${work.waiting} here=${onlyHere(agent.agent)} />
  </div>`;
}

/** The first device of this window that is not well: calling goes on without it. */
function deviceFault(devices) {
  return Object.entries(devices ?? {}).find(([, state]) => ["silent", "fault", "unplugged", "offline", "taken", "unfit", "shared", "refused"].includes(state));
}

function Says(props) {
  const { work, agent, now, said, cut } = props;
  if (cut) {
    const since = agent.cut ? agent.cutSince + agent.offset : Date.parse(agent.agent?.since);
    const n = Math.max(0, Math.floor((now - since) / 1000));
    return html`<${Warn} shape="fault" first=${t(agent.cut ? "bar.cut_agent" : "bar.cut_server", { n })} then=${t("win.cut_do")} />`;
  }
  if (said?.refusal) return html`<${Warn} shape="tri" first=${pick(said.refusal.sentence)} then=${pick(said.refusal.what_to_do)} />`;
  if (said?.deed) return html`<${Warn} shape="tri" first=${said.text} then="" />`;
  const paused = work.paused_since ? now - Date.parse(work.paused_since) : 0;
  if (paused > LONG_PAUSE) return html`<${Warn} shape="pause" first=${t("bar.paused_long", { time: lasting(paused) })} then=${t("bar.waiting", { n: work.waiting })} />`;
  const fault = deviceFault(agent.agent?.devices);
  if (fault) {
    const [device, state] = fault;
    const then = `${work.ticket?.number ?? ""} ${t(`window_state.${work.state}`)}　${t("bar.waiting", { n: work.waiting })}`;
    return html`<${Warn} shape="tri" first=${t("bar.device", { device: t(`device.${device}`), state: t(`device_state.${state}`) })} then=${then} />`;
  }
  return html`<${Normal} ...${props} cards=${agent.cards} />`;
}

function Key({ own, name, className = "", press, hit }) {
  const tag = own.why && own.seconds ? t("bar.seconds", { n: own.seconds }) : own.hotkey;
  return html`<button class=${`bar-key ${className} ${own.why ? "bar-off" : ""} ${hit ? "bar-hit" : ""}`} data-deed=${own.deed} aria-disabled=${Boolean(own.why)}
    title=${own.text} onClick=${() => press(own)}><span>${name ?? t(`bar.key.${own.deed}`)}</span><kbd>${tag}</kbd></button>`;
}

function Acts({ keys, main, press, said, outcome }) {
  const finish = keys.find((key) => key.deed === "finish" && key.deed !== main.deed);
  const name = main.deed === "finish" && outcome !== "finished" ? t(`outcome.${outcome}`) : null;
  return html`<nav class=${`bar-keys ${finish ? "bar-both" : ""}`} aria-label=${t("win.keys")}>
    <${Key} own=${main} name=${name} className=${`bar-main ${main.why ? "" : "bar-now"}`} press=${press} hit=${said?.deed === main.deed} />
    ${finish && html`<${Key} own=${finish} press=${press} hit=${said?.deed === finish.deed} />`}
    ${keys.filter((key) => ON_BAR.includes(key.deed)).map((key) => html`<${Key} key=${key.place} own=${key} press=${press} hit=${said?.deed === key.deed} />`)}
  </nav>`;
}

/** What a deed needs to know first, four at a time: a digit or a touch chooses. */
function Choice({ deed, work, agent, run, close, win }) {
  const [page, turn] = useState(0);
  const all = choices(deed, work, agent.cards);
  const shown = all.slice(page * BY_PAGE, (page + 1) * BY_PAGE);
  const more = () => turn((page + 1) * BY_PAGE < all.length ? page + 1 : 0);
  useLayoutEffect(() => {
    const onKey = (event) => {
      const place = Number(event.key) - 1;
      if (event.key === "Escape") close();
      else if (shown[place]) run(deed, shown[place].body);
      else if (event.key === "5" && all.length > BY_PAGE) more();
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    win.addEventListener("keydown", onKey, true);
    return () => win.removeEventListener("keydown", onKey, true);
  });
  return html`<div class="bar-say bar-free" role="status"><p class="bar-state"><b>${t(`choose.${deed}`)}</b></p>
      <button class="bar-leave" onClick=${close}>${t("win.leave_it")}<kbd>Esc</kbd></button></div>
    <nav class="bar-keys bar-choices" aria-label=${t(`choose.${deed}`)}>
      ${shown.map((choice, place) => html`<button class="bar-key" key=${choice.text} title=${choice.small} onClick=${() => run(deed, choice.body)}>
        <span>${choice.text}</span><kbd>${place + 1}</kbd></button>`)}
      ${all.length > BY_PAGE && html`<button class="bar-key" onClick=${more}><span>${t("care.more")}</span><kbd>5</kbd></button>`}
    </nav>`;
}

export function Bar(props) {
  const { menu, cut } = props;
  return html`<main class="bar" aria-label=${t("bar.title", { window: props.work.window })}>
    ${menu && !cut ? html`<${Choice} key=${menu} ...${props} deed=${menu} />` : html`<${Says} ...${props} /><${Acts} ...${props} />`}
  </main>`;
}
