// Care mode: a few plain words in double size lead to the same services; then the services under a word.

import { html, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { ems } from "/assets/shared/ems.js";
import { lang, pick, t, waitText } from "/assets/shared/words.js";
import { linesAndGroups, takesCard } from "./directory.js";
import { Guide, LookKey } from "./more.js";
import { people } from "./standby.js";

const MOST = 16; // keys on one page, in double size

/** [{key, name, lines}]: services under their plain word in the hall's order; one without a word stands by its name. */
export function wordsOf(cards) {
  const words = new Map();
  for (const line of linesAndGroups(cards).lines) {
    const plain = cards[`service/${line.prefix}`]?.plain ?? null;
    const key = plain ? plain.zh : `line/${line.line}`;
    if (!words.has(key)) words.set(key, { key, name: plain ?? line.name, lines: [] });
    words.get(key).lines.push(line);
  }
  return [...words.values()];
}

/** How long the text may be, in em of the largest size, before it is set smaller: in two columns, or in one. A word of
    Latin letters is never broken, so it needs more room. */
function sizeClass(text, alone) {
  const width = ems(text) * (lang() === "zh" ? 1 : 1.3);
  if (width <= (alone ? 9.5 : 5.2)) return "plain-word";
  return width <= (alone ? 26 : 13) ? "plain-word plain-long" : "plain-word plain-longest";
}

function floors(lines, hall) {
  const zones = new Set(lines.flatMap((line) => line.zones.slice(0, 1)));
  return hall.zones.filter((zone) => zones.has(zone.zone)).map((zone) => zone.floor).join(" ");
}

function state(lines, wait, own) {
  const open = lines.filter((line) => line.open);
  if (!open.length && takesCard(lines[0], own)) return t("why_short.by_card");
  if (!open.length) return t(`why_short.${lines[0].why ?? "no_window"}`);
  const waiting = t("care.waiting", { n: people(open) });
  return wait && open[0].wait ? `${waiting}　${waitText(open[0].wait)}` : waiting;
}

function Key({ name, lines, hall, agent, alone, onPress }) {
  const shut = lines.every((line) => !line.open && !takesCard(line, agent.agent));
  return html`<button class=${`key ${shut ? "plain-shut" : ""}`} data-lines=${lines.map((line) => line.line).join(" ")} disabled=${agent.busy} onClick=${onPress}>
    <b class=${sizeClass(name, alone)}>${name}</b><small><span>${floors(lines, hall)}</span> <span>${state(lines, alone, agent.agent)}</span></small></button>`;
}

/** The keys, page by page: what does not fit on one page stands behind "more", never below the edge. */
function Keys({ all, alone }) {
  const [page, turn] = useState(0);
  const most = all.length > MOST ? MOST - 1 : MOST;
  const shown = all.slice(page * most, (page + 1) * most);
  const next = (page + 1) * most < all.length ? page + 1 : 0;
  return html`<div class=${alone ? "plain plain-alone" : "plain"}>${shown}
    ${all.length > MOST && html`<button class="key plain-more" onClick=${() => turn(next)}><b class="plain-word">${t("care.more")}</b></button>`}</div>`;
}

/** The question; or that a card lies on the reader, for which there is no other room in double size. */
function Question({ agent, what }) {
  const card = agent.agent?.readers?.card;
  return html`<div class="k-ask"><h1 class="title" role=${card ? "status" : null}>${t(card ? `card.${card}` : what)}</h1></div>`;
}

export function CareHome({ agent, go, choose, page, callGuide }) {
  const { hall } = agent.cards;
  const { groups } = linesAndGroups(agent.cards);
  const open = (word) => (word.lines.length === 1 ? choose(word.lines[0]) : go({ name: "word", word: word.key, look: page.look }));
  const all = wordsOf(agent.cards).map((word) => html`<${Key} key=${word.key} name=${pick(word.name)} lines=${word.lines} hall=${hall} agent=${agent}
    onPress=${() => open(word)} />`);
  return html`<${Question} agent=${agent} what=${page.look ? "kiosk.look" : "care.ask"} />
    ${all.length ? html`<${Keys} all=${all} />` : html`<p class="k-none">${t("kiosk.no_services")}</p>`}
    <div class="k-more">
      ${groups.map((group) => html`<button class="key" key=${group.prefix} disabled=${agent.busy} onClick=${() => go({ name: "department", prefix: group.prefix, look: page.look })}>
        <span>${pick(agent.cards[`service/${group.prefix}`]?.plain ?? group.lines[0].name)}</span></button>`)}
      ${!page.look && html`<${LookKey} agent=${agent} go=${go} />`}
      <${Guide} agent=${agent} callGuide=${callGuide} />
    </div>`;
}

/** The services under one word, or the departments that answer one service apart. */
export function CareLines({ agent, lines, nameOf, choose, ask = "care.ask_line" }) {
  const { hall } = agent.cards;
  const alone = lines.length <= 7;
  const all = lines.map((line) => html`<${Key} key=${line.line} name=${pick(nameOf(line))} lines=${[line]} hall=${hall} agent=${agent} alone=${alone}
    onPress=${() => choose(line)} />`);
  return html`<${Question} agent=${agent} what=${ask} /><${Keys} all=${all} alone=${alone} />`;
}

export function CareWord(props) {
  const word = wordsOf(props.agent.cards).find((found) => found.key === props.page.word);
  return html`<${CareLines} ...${props} lines=${word?.lines ?? []} nameOf=${(line) => line.name} />`;
}
