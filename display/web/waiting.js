// People waiting per service, for the right side of the board.

import { cardsOf } from "/assets/shared/store.js";

const MOST = 13;

/** [{prefix, name, waiting, why}] of the zones in the hall's order; lines that departments answer apart count as one. */
export function waitingPerService(cards, zones) {
  const rows = new Map();
  const lines = cardsOf(cards, "line").filter((line) => !zones.length || line.zones.some((zone) => zones.includes(zone)));
  for (const line of lines.sort((a, b) => a.order - b.order)) {
    const row = rows.get(line.prefix) ?? { prefix: line.prefix, name: line.name, waiting: 0, why: line.why };
    row.waiting += line.waiting;
    if (line.open) row.why = null;
    rows.set(line.prefix, row);
  }
  return [...rows.values()];
}

/** At most thirteen rows: those with the most people, in the hall's order, and the rest as {services, waiting}. */
export function fitted(rows) {
  if (rows.length <= MOST) return { rows, rest: null };
  const busiest = new Set([...rows].sort((a, b) => b.waiting - a.waiting).slice(0, MOST - 1));
  const rest = rows.filter((row) => !busiest.has(row));
  return {
    rows: rows.filter((row) => busiest.has(row)),
    rest: { services: rest.length, waiting: rest.reduce((sum, row) => sum + row.waiting, 0) },
  };
}
