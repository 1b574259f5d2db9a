// The keys below the services: call a guide, see what to bring; and the pages behind them.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { Head, Named } from "./head.js";
import { pick, t } from "/assets/shared/words.js";

export function LookKey({ agent, go }) {
  return html`<button class="key" disabled=${agent.busy} onClick=${() => go({ name: "home", look: true })}>
    <span>${t("kiosk.bring")}</span><small>${t("kiosk.bring.how")}</small></button>`;
}

export function Guide({ agent, callGuide }) {
  return html`<button class="key key-ink k-guide" disabled=${agent.busy} onClick=${callGuide}>
    <span>${t("guide.key")}</span><small>${t("guide.key.who")}</small></button>`;
}

/** A guide was told: where to wait. */
export function GuideCalled({ agent, home }) {
  return html`<div class="shut">
    <${Head} what="guide.called" />
    <ol class="k-without k-told">
      <li><b>${t("guide.stay")}</b><span>${t("guide.stay.why", { kiosk: agent.agent?.kiosk ?? "" })}</span></li>
      <li><b>${t("guide.desk")}</b><span>${t("guide.desk.why")}</span></li>
    </ol>
    <div class="keys1"><button class="key key-ink" onClick=${home}>${t("closed.other")}</button></div>
  </div>`;
}

/** What to bring for a service; its number is one touch away. */
export function Bring({ agent, page, choose }) {
  const line = agent.cards[`line/${page.line}`];
  const things = agent.cards[`service/${line.prefix}`]?.bring ?? [];
  return html`<div class="shut">
    <${Head} what="bring.head" />
    <${Named} line=${line} hall=${agent.cards.hall} />
    ${things.length
      ? html`<ol class=${`k-without k-bring ${things.length > 5 ? "k-bring-many" : ""}`}>${things.map((thing) => html`<li key=${thing.zh}><b>${pick(thing)}</b></li>`)}</ol>`
      : html`<p class="k-none">${t("bring.nothing")}</p>`}
    <div class="keys1"><button class="key key-ink" disabled=${agent.busy} onClick=${() => choose(line)}>${t(line.open ? "bring.take" : "bring.closed")}</button></div>
  </div>`;
}
