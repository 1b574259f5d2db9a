// The one thin set of shapes; every state has one beside its word. 1em square, drawn with the current colour.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";

const line = (d, width = 2) => html`<path d=${d} fill="none" stroke="currentColor" stroke-width=${width} />`;
const solid = (d) => html`<path d=${d} fill="currentColor" fill-rule="evenodd" stroke="none" />`;

const SHAPES = {
  none: () => line("M2 8h12", 2.4),
  half: () => html`<circle cx="8" cy="8" r="6.6" fill="none" stroke="currentColor" stroke-width="1.6" />${solid("M8 1.4a6.6 6.6 0 0 0 0 13.2z")}`,
  home: () => line("M2 7.6 8 2l6 5.6V14H2z", 1.6),
  back: () => line("M15 8H2M8 2 2 8l6 6", 1.8),
  sound: () => html`${solid("M2 5.6h3L9 2v12l-4-3.6H2z")}${line("M11.2 5.4a3.6 3.6 0 0 1 0 5.2M13.2 3.4a6.5 6.5 0 0 1 0 9.2", 1.5)}`,
  mute: () => html`${solid("M2 5.6h3L9 2v12l-4-3.6H2z")}${line("M11 5.8l4 4.4M15 5.8l-4 4.4", 1.6)}`,
  down: () => line("M8 1v13M2 8l6 6 6-6", 1.8),
  tri: () => solid("M8 1 15.6 14.8H.4zM7.1 5.8v4.6h1.8V5.8zM7.1 11.4v1.8h1.8v-1.8z"),
  work: () => solid("M2 2h12v12H2z"),
  call: () => solid("M8 0l8 8-8 8-8-8z"),
  idle: () => html`<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2" />`,
  pause: () => solid("M3 2h3.4v12H3zM9.6 2H13v12H9.6z"),
  fault: () => line("M2.5 2.5l11 11M13.5 2.5l-11 11", 3),
};

export function Shape({ name }) {
  if (name === "arrow") {
    return html`<svg class="shape shape-arrow" viewBox="0 0 32 16" aria-hidden="true">${line("M0 8h29M22 1l7 7-7 7")}</svg>`;
  }
  return html`<svg class=${`shape shape-${name}`} viewBox="0 0 16 16" aria-hidden="true">${SHAPES[name]()}</svg>`;
}
