// The middle column: who waits, in the order of calling, and why each stands there.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { cardsOf } from "/assets/shared/store.js";
import { pick, t } from "/assets/shared/words.js";

const MOST_ROWS = 13;

/** {number: {line, queued}} of all lines. */
function placesOf(cards) {
  const found = new Map();
  for (const queue of cardsOf(cards, "queue")) {
    for (const queued of queue.numbers) found.set(queued.number, { line: cards[`line/${queue.line}`], queued });
  }
  return found;
}

function whyHere({ line, queued }) {
  if (queued.priority) return t("place.priority", { class: pick(queued.priority) });
  if (queued.returned > 0) return t("place.returned", { n: queued.returned });
  if (queued.transferred) return t("place.transferred");
  return line?.department ? t("place.inquiry") : t("place.ordinary");
}

function Row({ number, place, found, now }) {
  if (!found) return html`<tr><td>${place}</td><td><b class="num">${number}</b></td><td></td><td></td><td></td></tr>`;
  const minutes = Math.max(0, Math.floor((now - Date.parse(found.queued.since)) / 60_000));
  return html`<tr><td>${place}</td><td><b class="num">${number}</b></td><td class="clip">${pick(found.line?.name)}</td>
    <td class="why clip">${whyHere(found)}</td><td class="r">${t("win.minutes", { n: minutes })}</td></tr>`;
}

function PerLine({ work, cards }) {
  const own = cardsOf(cards, "line")
    .filter((line) => line.windows.includes(work.window) && line.waiting > 0)
    .sort((a, b) => a.order - b.order);
  return html`<p>${own.map((line) => `${line.prefix} ${line.waiting}`).join("　")}</p>`;
}

export function Line({ work, agent, now }) {
  const places = placesOf(agent.cards);
  const shown = work.next_numbers.slice(0, MOST_ROWS);
  const rest = work.waiting - shown.length;
  return html`<section class="wp-line">
    <header><b class="num">${work.waiting}</b><h2>${t("win.waiting")}</h2><${PerLine} work=${work} cards=${agent.cards} /></header>
    <table>
      <thead><tr><th>${t("win.col_place")}</th><th>${t("win.col_number")}</th><th>${t("win.col_service")}</th>
        <th>${t("win.col_why")}</th><th class="r">${t("win.col_waited")}</th></tr></thead>
      <tbody>${shown.map((number, index) => html`<${Row} key=${number} number=${number} place=${index + 1} found=${places.get(number)} now=${now} />`)}</tbody>
    </table>
    ${rest > 0 && html`<p class="wp-rest">${t("win.and_more", { n: rest })}</p>`}
    ${work.waiting === 0 && html`<p class="wp-rest">${t("win.line_empty")}</p>`}
  </section>`;
}
