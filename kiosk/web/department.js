// One question more for what each department answers for itself (inquiry): which department.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { CareLines } from "./care.js";
import { Ask, LineKey } from "./home.js";
import { layout, linesAndGroups } from "./directory.js";

export function Department(props) {
  const { agent, portrait, page, choose, care } = props;
  const group = linesAndGroups(agent.cards).groups.find((found) => found.prefix === page.prefix);
  const lines = group?.lines ?? [];
  if (care) return html`<${CareLines} ...${props} lines=${lines} nameOf=${(line) => line.department} ask="kiosk.ask_department" />`;
  const { style, columns, room } = layout([{ lines }], portrait, portrait ? -136 : -140);
  return html`<${Ask} what="kiosk.ask_department" />
    <div class=${`floors k-departments floors-${columns}`} style=${style}>
      <section class="floor"><div class="svcs">
        ${lines.map((line) => html`<${LineKey} key=${line.line} line=${line} name=${line.department} letter=${line.prefix} agent=${agent} room=${room} portrait=${portrait}
          onPress=${() => choose(line)} />`)}
      </div></section>
    </div>`;
}
