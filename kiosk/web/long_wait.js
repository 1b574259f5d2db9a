// A long wait is told before the number is taken, once: still take it, a shorter line of the same kind, or come again.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { date } from "/assets/shared/clock.js";
import { cardsOf } from "/assets/shared/store.js";
import { pick, range, t, waitText } from "/assets/shared/words.js";
import { Head, Named } from "./head.js";

const MOST_OTHERS = 2;

/** Whether the least wait is above what the hall calls long. */
export function isLong(line, hall) {
  return Boolean(hall.long_wait_minutes && line.wait && line.wait[0] > hall.long_wait_minutes);
}

/** Open lines under the same plain word with a wait that is not long, the shortest first. */
function shorter(line, cards) {
  const word = (one) => cards[`service/${one.prefix}`]?.plain?.zh ?? null;
  if (!word(line)) return [];
  return cardsOf(cards, "line")
    .filter((one) => one.line !== line.line && word(one) === word(line) && one.open && one.wait && !isLong(one, cards.hall))
    .sort((a, b) => a.wait[0] - b.wait[0] || a.order - b.order)
    .slice(0, MOST_OTHERS);
}

/** "13:00", or "22 Oct 09:00" for another day. */
function openingAgain(hall) {
  const [day, time] = hall.opens_next.includes(" ") ? hall.opens_next.split(" ") : [null, hall.opens_next];
  return day ? `${date(`${day}T12:00:00Z`, hall.timezone).day} ${time}` : time;
}

export function LongWait({ agent, page, take, home }) {
  const line = agent.cards[`line/${page.line}`];
  const { hall } = agent.cards;
  const others = shorter(line, agent.cards);
  return html`<div class="shut">
    <${Head} what="long.head" values=${{ range: range(line.wait ?? page.wait) }} />
    <${Named} line=${line} hall=${hall} />
    ${others.length > 0 && html`<h2 class="k-others">${t("long.others")}</h2>
      <div class="k-other">${others.map((one) => html`<button class="key" key=${one.line} data-line=${one.line} disabled=${agent.busy} onClick=${() => take(one)}>
        <span>${one.prefix}　${pick(one.name)}</span><small>${t("care.waiting", { n: one.waiting })}　${waitText(one.wait)}</small></button>`)}</div>`}
    ${hall.opens_next && html`<ol class="k-without k-later"><li><b>${t("long.again", { time: openingAgain(hall) })}</b><span>${t("long.again.why")}</span></li></ol>`}
    <h2 class="k-others k-still">${t("long.ask")}</h2>
    <div class="keys1 keys-two">
      <button class="key" disabled=${agent.busy} onClick=${home}>${t("long.leave")}</button>
      <button class="key key-ink" data-still disabled=${agent.busy} onClick=${() => take(line)}>${t("long.take")}</button>
    </div>
  </div>`;
}
