// Who waits now, from the cards of lines and queues: per service, the longest, the median, how many too long.

import { cardsOf } from "/assets/shared/store.js";

const MINUTE = 60_000;

/** [{prefix, name, waiting, overdue, why}] in the hall's order; lines that departments answer apart count as one. */
export function perService(cards, now) {
  const rows = new Map();
  for (const line of cardsOf(cards, "line").sort((a, b) => a.order - b.order)) {
    const row = rows.get(line.prefix) ?? { prefix: line.prefix, name: line.name, waiting: 0, overdue: 0 };
    row.waiting += line.waiting;
    row.overdue += overdueIn(cards[`queue/${line.line}`], now).length;
    rows.set(line.prefix, row);
  }
  return [...rows.values()];
}

/** [{zone, floor, name, waiting}]; a line whose windows stand in several zones counts in the first. */
export function perZone(cards) {
  const lines = cardsOf(cards, "line");
  return (cards.hall?.zones ?? []).map((zone) => ({
    ...zone,
    waiting: lines.filter((line) => line.zones[0] === zone.zone).reduce((sum, line) => sum + line.waiting, 0),
  }));
}

function overdueIn(queue, now) {
  return queue ? queue.numbers.filter((one) => now - Date.parse(one.since) > queue.overdue_minutes * MINUTE) : [];
}

/** {waiting, overdue, median, longest}: minutes; longest is {number, minutes, since, returned, transferred, service} or null. */
export function waitingNow(cards, now) {
  const all = cardsOf(cards, "queue").flatMap((queue) => queue.numbers.map((one) => ({ ...one, line: queue.line })));
  all.sort((a, b) => Date.parse(a.since) - Date.parse(b.since));
  const minutes = (one) => Math.max(0, Math.floor((now - Date.parse(one.since)) / MINUTE));
  const [longest] = all;
  return {
    overdue: cardsOf(cards, "queue").reduce((sum, queue) => sum + overdueIn(queue, now).length, 0),
    median: all.length ? minutes(all[Math.floor(all.length / 2)]) : null,
    longest: longest ? { ...longest, minutes: minutes(longest), service: cards[`line/${longest.line}`]?.name ?? null } : null,
  };
}
