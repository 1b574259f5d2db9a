// What pages about one service begin with: the question or the fact in both languages, and the service by letter and name.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { lang, pick, t, tIn } from "/assets/shared/words.js";

export function Head({ what, values }) {
  const other = lang() === "zh" ? "en" : "zh";
  return html`<div class="got-head"><h1 class="title">${t(what, values)}</h1><span class="en" lang=${other}>${tIn(other, what, values)}</span></div>`;
}

export function Named({ line, hall }) {
  const zone = hall.zones.find((found) => found.zone === line.zones[0]);
  return html`<div class="shut-name"><b class="num">${line.prefix}</b><div>
    <h2>${pick(line.name)}</h2>
    <p>${pick(line.department ?? zone?.name)}　${line.windows.slice(0, 8).join(" ")}</p>
  </div></div>`;
}
