// The window map: every window by its state in fill, edge, shape and word, floor by floor, department by department.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { Shape } from "/assets/shared/shapes.js";
import { cardsOf } from "/assets/shared/store.js";
import { pick, t } from "/assets/shared/words.js";

const STATES = { serving: "work", called: "call", free: "idle", paused: "pause", closed: "none" };
const WIDE = 1200;
const HIGH = 404;
const CELL = 65;
const ROW = 103;

/** Floors in the hall's order, each with its departments and their windows. */
export function floorsOf(cards) {
  const order = (cards.hall?.zones ?? []).map((zone) => zone.zone);
  const windows = cardsOf(cards, "window").sort((a, b) => order.indexOf(a.zone) - order.indexOf(b.zone) || byNumber(a, b));
  const floors = new Map();
  for (const window of windows) {
    const departments = floors.get(window.floor) ?? new Map();
    const name = pick(window.department);
    departments.set(name, [...(departments.get(name) ?? []), window]);
    floors.set(window.floor, departments);
  }
  return [...floors].map(([floor, departments]) => ({ floor, departments: [...departments].map(([name, all]) => ({ name, windows: all })) }));
}

function byNumber(a, b) {
  return a.window.localeCompare(b.window, "en", { numeric: true });
}

/** The size of a cell, 0.4 to 2.6 of the ordinary one, at which all floors fit. */
function scaleFor(floors) {
  const rows = (scale) => floors.reduce((sum, floor) => sum + rowsOf(floor, Math.floor(WIDE / (CELL * scale))), 0);
  for (let scale = 2.6; scale > 0.4; scale -= 0.05) if (rows(scale) * ROW * scale <= HIGH) return scale;
  return 0.4;
}

/** Rows that a floor takes: a department that does not fit beside the others begins the next row. */
function rowsOf(floor, most) {
  let rows = 1;
  let taken = 0;
  for (const { windows } of floor.departments) {
    if (taken && taken + windows.length > most) [rows, taken] = [rows + 1, 0];
    rows += Math.floor((windows.length - 1) / most);
    taken += windows.length;
  }
  return rows;
}

function Window({ card }) {
  const said = card.number ?? t(`map.${card.state}`);
  return html`<li class=${`win win-${STATES[card.state]}`}><b class="num">${card.window}</b><${Shape} name=${STATES[card.state]} /><span class=${said.length > 4 ? "five" : ""}>${said}</span></li>`;
}

export function WindowMap({ cards }) {
  const floors = floorsOf(cards);
  const windows = cardsOf(cards, "window");
  const scale = scaleFor(floors);
  return html`<section class="c-map" style=${{ "--k": scale.toFixed(2) }}>
    <h2>${t("command.windows")} <span>${windows.length}</span><div class="key-list">
      ${Object.entries(STATES).map(([state, shape]) => html`<span key=${state}><${Shape} name=${shape} />${t(`map.${state}`)} ${windows.filter((one) => one.state === state).length}</span>`)}
    </div></h2>
    ${floors.map(({ floor, departments }) => html`<div class="c-floor" key=${floor}><b class="num">${floor}</b><div class="c-deps">
      ${departments.map(({ name, windows: own }) => html`<div class="c-dep" key=${name}><p>${name}</p><ul>${own.map((card) => html`<${Window} key=${card.window} card=${card} />`)}</ul></div>`)}
    </div></div>`)}
  </section>`;
}
