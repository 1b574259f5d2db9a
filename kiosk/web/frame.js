// What stands around every page: the four corners and, in the middle of the foot, Back and Home or the kiosk's own state.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock, date, useNow } from "/assets/shared/clock.js";
import { Shape } from "/assets/shared/shapes.js";
import { lang, pick, setLang, t } from "/assets/shared/words.js";

function Clock({ offset, zone }) {
  const now = useNow(offset);
  const { day, weekday } = date(now, zone);
  return html`<p class="k-clock">${day}　${weekday}　<b class="num">${clock(now, zone)}</b></p>`;
}

/** The four switches have the four corners of every page. Care mode is the first. */
function CareKey({ care, setCare }) {
  const sign = lang() === "zh" ? "大" : "A";
  return html`<button class="key k-care" aria-pressed=${care} onClick=${() => setCare(!care)}>
    <b aria-hidden="true">${sign}</b><span>${t("care.key")}<br /><small>${t(care ? "care.off" : "care.on")}</small></span></button>`;
}

/** Spoken prompts; a press on the key where the browser lets no sound out tries again. */
function VoiceKey({ voice, speaks, setSpeaks }) {
  const stuck = speaks && voice.blocked;
  const shape = stuck ? "tri" : speaks ? "sound" : "mute";
  return html`<button class="key k-voice" aria-pressed=${speaks} onClick=${() => stuck || setSpeaks(!speaks)}>
    <${Shape} name=${shape} /><span>${t("voice.key")}<br /><small role=${stuck ? "alert" : null}>${t(stuck ? "voice.blocked" : speaks ? "voice.on" : "voice.off")}</small></span></button>`;
}

export function Frame(props) {
  const { agent, portrait, page, contrast, setContrast, children } = props;
  const hall = agent.cards.hall;
  const other = lang() === "zh" ? "en" : "zh";
  return html`<main class=${`kiosk ${portrait ? "" : "k-land"} k-page-${page.name}`}>
    <header class="k-ends">
      <${CareKey} ...${props} />
      <div class="k-mid"><p class="title">${pick(hall?.name)}</p><${Clock} offset=${agent.offset} zone=${hall?.timezone ?? "Asia/Shanghai"} /></div>
      <button class="key" lang=${other} onClick=${() => setLang(other)}>
        <span>${t("lang.other")}<br /><small>${t("lang.key")}</small></span>
      </button>
    </header>
    <div class="k-body">${children}</div>
    <footer class="k-ends k-foot">
      <button class="key" aria-pressed=${contrast} onClick=${() => setContrast(!contrast)}>
        <${Shape} name="half" /><span>${t("kiosk.contrast")}</span>
      </button>
      ${page.name === "home" && !page.look ? html`<div class="k-mid"><${Own} ...${props} /></div>` : html`<${Nav} ...${props} />`}
      <${VoiceKey} ...${props} />
    </footer>
  </main>`;
}

function Own({ agent, care }) {
  if (care) return html`<p>${t("care.lasts")}</p>`;
  const own = agent.agent;
  const phone = agent.cards.hall?.supervision_phone;
  if (!own) return null;
  const state = own.printer?.state ?? "none";
  return html`<p>${t("kiosk.own", { kiosk: own.kiosk })}　${t(`printer.${state}`)}</p>
    ${phone && html`<p>${t("kiosk.phone", { phone })}</p>`}`;
}

function Nav({ page, go, home, leave, left, agent }) {
  const back = Boolean(page.from) || page.name === "closed" || page.name === "refused";
  const finished = page.name === "number";
  return html`<div class="k-nav">
    ${back && html`<button class="key" disabled=${agent.busy} onClick=${() => (page.from ? go(page.from) : home())}>
      <${Shape} name="back" />${t("kiosk.back")}</button>`}
    <button class="key k-home" disabled=${agent.busy} onClick=${finished ? leave : home}>
      <${Shape} name="home" /><span>${t("kiosk.home")}${left !== null && html`<br /><small>${t("kiosk.home_in", { n: left })}</small>`}</span>
    </button>
  </div>`;
}
