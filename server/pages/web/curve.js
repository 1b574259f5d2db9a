// The day hour by hour: numbers taken (solid) and tickets called (dotted), drawn as two lines.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock } from "/assets/shared/clock.js";
import { t } from "/assets/shared/words.js";

const [WIDTH, HEIGHT] = [412, 268];
const [LEFT, RIGHT, TOP, BOTTOM] = [46, 398, 14, 226];
const LEAST_HOURS = 8; // a young day's curve does not stretch over the whole picture
const STEPS = 4;

/** The least round number that is not below `most` and has whole quarters. */
export function topOf(most) {
  for (let ten = 1; ; ten *= 10) for (const step of ten > 1 ? [1, 1.5, 2, 3, 5] : [1, 2, 3, 5]) if (step * ten * STEPS >= most) return step * ten * STEPS;
}

export function Curve({ hours, zone }) {
  const top = topOf(Math.max(1, ...hours.flatMap((hour) => [hour.taken, hour.called])));
  const across = Math.max(LEAST_HOURS, hours.length);
  const x = (place) => LEFT + ((place + 0.5) / across) * (RIGHT - LEFT);
  const y = (count) => BOTTOM - (count / top) * (BOTTOM - TOP);
  const points = (what) => hours.map((hour, place) => `${x(place).toFixed(1)},${y(hour[what]).toFixed(1)}`).join(" ");
  const every = Math.ceil(across / 12);
  return html`<svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${t("command.curve")}>
    ${Array.from({ length: STEPS + 1 }, (_, step) => (top / STEPS) * step).map((count) => html`<path class="grid" key=${`g${count}`} d=${`M${LEFT} ${y(count)}H${RIGHT}`} /><text key=${`t${count}`} x=${LEFT - 6} y=${y(count) + 6} text-anchor="end">${count}</text>`)}
    ${hours.map((hour, place) => place % every === 0 && html`<text key=${hour.start} x=${x(place)} y=${BOTTOM + 26} text-anchor="middle">${Number(clock(hour.start, zone).slice(0, 2))}</text>`)}
    <polyline class="done" points=${points("called")} /><polyline class="take" points=${points("taken")} />
    ${hours.map((hour, place) => html`<circle class="dot" key=${hour.start} cx=${x(place)} cy=${y(hour.taken)} r="3.5" />`)}
  </svg>`;
}
