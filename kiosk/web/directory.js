// Which lines stand where on the first page: by zone, ruled like a timetable; one key for what departments answer apart.

import { cardsOf } from "/assets/shared/store.js";

const PORTRAIT = { height: 1392, row: 98, least: 62, most: 172, columns: 2 };
const LANDSCAPE = { height: 604, row: 84, least: 62, most: 118, columns: 1 };

const byOrder = (a, b) => a.order - b.order;

/** Lines of services that have one line only, and groups [{prefix, lines}] of those that departments answer apart. */
export function linesAndGroups(cards) {
  const lines = cardsOf(cards, "line").sort(byOrder);
  const groups = new Map();
  for (const line of lines) {
    if (!line.department) continue;
    if (!groups.has(line.prefix)) groups.set(line.prefix, []);
    groups.get(line.prefix).push(line);
  }
  return {
    lines: lines.filter((line) => !line.department),
    groups: [...groups].map(([prefix, own]) => ({ prefix, lines: own })),
  };
}

/** [{zone, lines}] in the hall's order; a line of several zones stands in the kiosk's own zone, else in its first. */
export function byZone(zones, lines, own) {
  const place = (line) => (line.zones.includes(own) ? own : line.zones[0]);
  const known = new Set(zones.map((zone) => zone.zone));
  const found = zones.map((zone) => ({ zone, lines: lines.filter((line) => place(line) === zone.zone) }));
  const elsewhere = lines.filter((line) => !known.has(place(line)));
  if (elsewhere.length) found.push({ zone: null, lines: elsewhere });
  return found.filter((section) => section.lines.length);
}

/**
 * How the sections fill the page without scrolling: columns of keys, row height and type scale as custom properties.
 * Heights in the page's unit; a key is never lower than 62.
 */
export function layout(sections, portrait, spare = 0) {
  const page = portrait ? PORTRAIT : LANDSCAPE;
  const height = page.height - spare;
  const single = sections.length === 1;
  let columns = !portrait && single ? 2 : page.columns;
  const rows = () => {
    const each = sections.map((section) => Math.ceil(section.lines.length / columns));
    return portrait ? each.reduce((sum, n) => sum + n, 0) : Math.max(...each, 1);
  };
  while (rows() * page.least > height && columns < 4) columns += 1;
  const row = Math.max(page.least - 2, Math.min(page.most, Math.floor(height / rows())));
  const scale = Math.max(0.78, Math.min(1.4, row / page.row)) * (columns > page.columns && !single ? 0.8 : 1);
  return { "--columns": columns, "--row": row, "--k": scale.toFixed(3), "--floors": sections.length };
}

const WIDE = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]|[\ud840-\ud8ff][\udc00-\udfff]/g;

/** Width of a text in em, roughly: a Chinese character is 1, a Latin letter 0.53. */
export function ems(text) {
  const wide = text.match(WIDE)?.length ?? 0;
  return wide + ([...text].length - wide) * 0.53;
}

/** The class that lets a long name stand in its key: one line, two lines smaller, two lines small. */
export function nameClass(text) {
  const width = ems(text);
  if (width <= 9.2) return "svc-name";
  return width <= 19 ? "svc-name svc-long" : "svc-name svc-longest";
}
