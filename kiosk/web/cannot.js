// What cannot be done now: a closed service, a refusal, a cut line. Each says what happened, then what to do.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock, date } from "/assets/shared/clock.js";
import { Shape } from "/assets/shared/shapes.js";
import { lang, pick, t, tIn } from "/assets/shared/words.js";
import { takesCard } from "./directory.js";
import { Head, Named } from "./head.js";

function Fact({ name, children }) {
  const other = lang() === "zh" ? "en" : "zh";
  return html`<div><dt>${t(name)}<span class="en" lang=${other}>${tIn(other, name)}</span></dt><dd>${children}</dd></div>`;
}

function Again({ line, hall }) {
  if (line.again) return html`${t("closed.today")}　<span class="num">${line.again}</span>`;
  if (line.why === "ask_desk") return html`${t("closed.at_desk")}`;
  if (line.why === "stopped" || line.why === "no_window") return html`${t("closed.unknown")}<small>${t("closed.unknown.do")}</small>`;
  if (!hall.opens_next) return html`${t("closed.next_day")}`;
  const [day, time] = hall.opens_next.includes(" ") ? hall.opens_next.split(" ") : [null, hall.opens_next];
  const on = day ? date(`${day}T12:00:00+08:00`, hall.timezone) : null;
  return html`${on ? `${on.day} ${on.weekday}` : t("closed.today")}　<span class="num">${time}</span>`;
}

export function Closed({ agent, page, home, go }) {
  const line = agent.cards[`line/${page.line}`];
  const { hall } = agent.cards;
  const why = line.why ?? "no_window";
  const lay = takesCard(line, agent.agent);
  const things = agent.cards[`service/${line.prefix}`]?.bring ?? [];
  return html`<div class="shut">
    <${Head} what=${lay ? "closed.head_card" : why === "ask_desk" ? "closed.head_desk" : "closed.head"} />
    <${Named} line=${line} hall=${hall} />
    <dl class="facts">
      <${Fact} name="closed.why">${t(lay ? "closed.why_card" : `why.${why}`)}<//>
      <${Fact} name=${lay ? "closed.how" : "closed.again"}>${lay ? t("closed.lay_card") : html`<${Again} line=${line} hall=${hall} />`}<//>
      <${Fact} name="closed.else">${t(why === "ask_desk" ? "closed.else_desk" : "closed.else_do")}
        ${hall.supervision_phone && html`<small>${t("kiosk.phone", { phone: hall.supervision_phone })}</small>`}<//>
    </dl>
    <div class="keys1 keys-two">
      ${things.length > 0 && html`<button class="key" onClick=${() => go({ name: "bring", line: line.line })}>${t("kiosk.bring")}</button>`}
      <button class="key key-ink" onClick=${home}>${t("closed.other")}</button>
    </div>
  </div>`;
}

export function Refused({ page, home }) {
  const { refusal, line } = page;
  return html`<div class="shut">
    <div class="warn k-warn" role="alert"><${Shape} name="tri" /><div>
      <h1>${pick(refusal.sentence)}</h1><p>${pick(refusal.what_to_do)}</p>
    </div></div>
    ${line && html`<div class="shut-name"><b class="num">${line.prefix}</b><div><h2>${pick(line.name)}</h2><p>${t("kiosk.no_number_given")}</p></div></div>`}
    <div class="keys1"><button class="key key-ink" onClick=${home}>${t("closed.other")}</button></div>
  </div>`;
}

/** No key can be pressed: the line to the server, or the kiosk's own program, is away. */
export function Cut({ agent }) {
  const zone = agent.cards.hall?.timezone ?? "Asia/Shanghai";
  if (agent.refusal) {
    return html`<div class="k-cut"><div class="warn k-warn" role="alert"><${Shape} name="tri" /><div>
      <h1>${pick(agent.refusal.sentence)}</h1><p>${pick(agent.refusal.what_to_do)}</p></div></div></div>`;
  }
  if (!agent.agent && !agent.cut) return html`<div class="k-cut"><p class="k-none">${t("fresh.connecting")}</p></div>`;
  const since = agent.cut ? agent.cutSince + agent.offset : agent.agent?.since;
  const what = agent.cut ? "kiosk.cut_agent" : agent.agent.connected ? "kiosk.loading" : "kiosk.cut_server";
  return html`<div class="k-cut">
    <div class="warn k-warn" role="alert"><${Shape} name="fault" /><div>
      <h1>${t("kiosk.no_numbers")}</h1>
      <p>${t(what)}${since ? `　${t("kiosk.cut_since", { time: clock(since, zone) })}` : ""}</p>
    </div></div>
    <ol class="k-without">
      <li><b>${t("kiosk.cut.desk")}</b><span>${t("kiosk.cut.desk.why")}</span></li>
      <li><b>${t("kiosk.cut.keep")}</b><span>${t("kiosk.cut.keep.why")}</span></li>
      <li><b>${t("kiosk.cut.other")}</b><span>${t("kiosk.cut.other.why")}</span></li>
    </ol>
  </div>`;
}
