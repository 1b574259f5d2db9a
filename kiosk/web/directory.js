// Which lines stand where on the first page: by zone, ruled like a timetable; one key for what departments answer apart.

import { ems } from "/assets/shared/ems.js";
import { cardsOf } from "/assets/shared/store.js";

// Lengths in the page's unit. `width`: of all keys of a row; `letter`, `name`: at scale 1.
const PORTRAIT = { height: 1392, width: 900, row: 98, least: 62, most: 172, columns: 2, letter: 56, pad: 40, name: 31, single: 8 };
const LANDSCAPE = { height: 588, width: 1232, row: 84, least: 62, most: 118, columns: 1, letter: 46, pad: 24, name: 26, single: 0 };

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
 * How the sections fill the page without scrolling. Returns {style, room}: columns, row height and type scale as custom
 * properties, and `room(line)`: how many em of a name stand on one line beside the people waiting or beside the word
 * that the line is closed. A key is never lower than 60. `spare`: height that something else takes.
 */
export function layout(sections, portrait, spare = 0) {
  const page = portrait ? PORTRAIT : LANDSCAPE;
  const height = page.height - spare;
  const all = sections.reduce((sum, section) => sum + section.lines.length, 0);
  const alone = sections.length === 1;
  let columns = portrait && all <= page.single ? 1 : page.columns + (alone && !portrait ? 1 : 0);
  const rows = () => {
    const each = sections.map((section) => Math.ceil(section.lines.length / columns));
    return portrait ? each.reduce((sum, n) => sum + n, 0) : Math.max(...each, 1);
  };
  while (rows() * page.least > height && columns < 4) columns += 1;
  const row = Math.max(60, Math.min(page.most, Math.floor(height / rows())));
  const narrow = columns > 2 || (!portrait && columns * sections.length > 4) ? 0.8 : 1;
  const scale = Math.max(0.78, Math.min(1.4, row / page.row)) * narrow;
  const floors = portrait ? 1 : Math.max(sections.length, 1);
  const cell = page.width / floors / columns;
  const style = { "--columns": columns, "--row": row, "--k": scale.toFixed(3), "--floors": floors };
  const left = cell - page.letter * scale - page.pad;
  const beside = (line) => (line.open ? (30 + 20 * String(line.waiting).length) * scale : 20 + 108 * scale);
  return { style, columns, room: (line) => (portrait ? left - beside(line) : left) / (page.name * scale) };
}

/** The class that lets a name stand in its key with `room` em on a line: one line, two smaller lines, two small ones. */
export function nameClass(text, em) {
  const width = ems(text);
  if (width <= em) return "svc-name";
  return width <= em * 2.25 ? "svc-name svc-long" : "svc-name svc-longest";
}

/** A service that gives its numbers for an ID card, where this kiosk has a reader that works. */
export function takesCard(line, own) {
  return line.why === "ask_desk" && line.real_name === "required" && ["ready", "unheard"].includes(own?.readers?.states.idcard);
}
