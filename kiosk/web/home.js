// The first page: every service with the people waiting and the wait, by floor.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock } from "/assets/shared/clock.js";
import { Shape } from "/assets/shared/shapes.js";
import { lang, pick, t, tIn, waitText } from "/assets/shared/words.js";
import { byZone, layout, linesAndGroups, nameClass, takesCard } from "./directory.js";
import { Guide, LookKey } from "./more.js";
import { people } from "./standby.js";
import { CardBand } from "./where.js";

export function Ask({ what }) {
  const other = lang() === "zh" ? "en" : "zh";
  return html`<div class="k-ask"><h1 class="title">${t(what)}</h1><span class="en" lang=${other}>${tIn(other, what)}</span></div>`;
}

/** One key of the directory. A closed line can be pressed too: it says why. */
export function LineKey({ line, name, letter, agent, room, portrait, onPress }) {
  const short = letter.length > 1 ? "svc-l num svc-l2" : "svc-l num";
  const wait = line.open && line.wait ? waitText(line.wait, !portrait) : "";
  const byCard = takesCard(line, agent.agent);
  return html`<button class=${`svc ${line.open ? "" : byCard ? "svc-tag" : "svc-tag svc-shut"} ${wait ? "" : "svc-alone"}`} data-line=${line.line} disabled=${agent.busy} onClick=${onPress}>
    <b class=${short}>${letter}</b>
    <span class=${nameClass(pick(name), room(line))}>${pick(name)}</span>
    <span class="svc-sub">${wait}</span>
    ${line.open
      ? html`<span class="svc-wait"><b class="num">${people([line])}</b> <span>${t("kiosk.people")}</span></span>`
      : html`<span class="svc-wait"><${Shape} name=${byCard ? "work" : "none"} />${t(byCard ? "why_short.by_card" : `why_short.${line.why ?? "no_window"}`)}</span>`}
  </button>`;
}

function Floor({ section, agent, room, portrait, choose }) {
  const { zone, lines } = section;
  const here = zone && zone.zone === agent.agent?.zone;
  return html`<section class="floor" aria-label=${pick(zone?.name)}>
    <div class="floor-no">
      <b class="num">${zone?.floor}</b>
      ${here && html`<span class="floor-here">${t("kiosk.here")}</span>`}
      <span>${pick(zone?.name)}</span>
    </div>
    <div class="svcs">
      ${lines.map((line) => html`<${LineKey} key=${line.line} line=${line} name=${line.name} letter=${line.prefix} agent=${agent} room=${room} portrait=${portrait}
        onPress=${() => choose(line)} />`)}
    </div>
  </section>`;
}

function Group({ group, agent, go, look }) {
  const open = group.lines.filter((line) => line.open);
  const waiting = people(group.lines);
  return html`<button class="key" disabled=${agent.busy} onClick=${() => go({ name: "department", prefix: group.prefix, look })}>
    <span>${group.prefix} ${pick(group.lines[0].name)}</span>
    <small>${open.length ? t("kiosk.group", { n: waiting }) : t(`why_short.${group.lines[0].why ?? "no_window"}`)}</small>
  </button>`;
}

function PaperWarning({ printer }) {
  if (["ready", "paper_low"].includes(printer?.state ?? "ready")) return null;
  return html`<div class="warn k-band" role="status"><${Shape} name="tri" /><p><b>${t(`printer.${printer.state}`)}</b>${t("kiosk.no_paper_before")}</p></div>`;
}

function HallWarning({ hall }) {
  if (hall.day_closed) return html`<div class="warn k-band" role="status"><${Shape} name="tri" /><p><b>${t("hall.day_closed")}</b>${t("hall.next_day")}</p></div>`;
  if (hall.open) return null;
  const from = hall.numbers_from ?? hall.opens_next;
  return html`<div class="warn k-band" role="status"><${Shape} name="tri" /><p>
    <b>${t("hall.closed_now")}</b>${from ? t("hall.numbers_from", { time: from }) : t("hall.next_day")}</p></div>`;
}

/** The line to the server is cut: numbers go on, in a series of the kiosk's own. */
function CutWarning({ own, zone }) {
  if (!own?.standby) return null;
  return html`<div class="warn k-band" role="status"><${Shape} name="fault" /><p>
    <b>${t("kiosk.cut_goes_on", { series: own.standby.series })}</b>${t("kiosk.cut_goes_on.why")}${own.since ? `　${t("kiosk.cut_since", { time: clock(own.since, zone) })}` : ""}</p></div>`;
}

/** `page.look`: the same keys say what to bring instead of giving a number. */
export function Home({ agent, portrait, go, choose, page, callGuide }) {
  const { hall } = agent.cards;
  const { lines, groups } = linesAndGroups(agent.cards);
  const sections = byZone(hall.zones, lines, agent.agent?.zone);
  const printer = agent.agent?.printer;
  const bands = (hall.open && !hall.day_closed ? 0 : 1) + (agent.agent?.standby ? 1 : 0) + (agent.agent?.readers?.card ? 1 : 0) + (["ready", "paper_low"].includes(printer?.state ?? "ready") ? 0 : 1);
  const { style, columns, room } = layout(sections, portrait, bands * (portrait ? 108 : 78));
  return html`<${Ask} what=${page.look ? "kiosk.look" : "kiosk.ask"} />
    <${CutWarning} own=${agent.agent} zone=${hall.timezone} /><${HallWarning} hall=${hall} /><${CardBand} own=${agent.agent} /><${PaperWarning} printer=${printer} />
    ${sections.length ? null : html`<p class="k-none">${t("kiosk.no_services")}</p>`}
    <div class=${`floors floors-${columns}`} style=${style}>
      ${sections.map((section) => html`<${Floor} key=${section.zone?.zone ?? ""} section=${section} agent=${agent} room=${room} portrait=${portrait} choose=${choose} />`)}
    </div>
    <div class="k-more">
      ${groups.map((group) => html`<${Group} key=${group.prefix} group=${group} agent=${agent} go=${go} look=${page.look} />`)}
      ${!page.look && html`<${LookKey} agent=${agent} go=${go} />`}
      <${Guide} agent=${agent} callGuide=${callGuide} />
    </div>`;
}
