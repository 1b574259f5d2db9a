// The left column: the number in hand, what the work needs to know of it, the outcome, and the one red key.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { lasting } from "/assets/shared/clock.js";
import { Shape } from "/assets/shared/shapes.js";
import { hasWord, pick, t } from "/assets/shared/words.js";
import { OUTCOMES } from "./outcomes.js";

export const SHAPE_OF = { free: "idle", called: "call", serving: "work", paused: "pause", closed: "none" };

function State({ work, now }) {
  const since = { called: work.visit?.called_at, serving: work.visit?.started_at, paused: work.paused_since }[work.state];
  const recalls = work.state === "called" && work.visit.recalls > 0 ? t("win.recalled", { n: work.visit.recalls }) : "";
  return html`<p class="wp-state"><${Shape} name=${SHAPE_OF[work.state]} />${t(`window_state.${work.state}`)}
    ${work.state === "paused" && work.paused_reason ? `　${work.paused_reason}` : ""}${recalls}
    <span>${since ? lasting(now - Date.parse(since)) : ""}</span></p>`;
}

const ANNOUNCED_WITHIN = 5_000; // a call is spoken and told of by then; where nobody speaks, `announced` is null

/** Nobody in the hall hears the call, or heard it: the clerk may call again, or aloud. */
function NotAnnounced({ work, now }) {
  if (work.no_voice) {
    return html`<p class="wp-silent" role="status"><${Shape} name="tri" />${t(`win.no_voice.${work.no_voice.why}`, { zone: work.no_voice.zone })}</p>`;
  }
  const { announced, last_called_at: at } = work.visit ?? {};
  if (work.state !== "called" || announced !== false || now - Date.parse(at) < ANNOUNCED_WITHIN) return null;
  return html`<p class="wp-silent" role="status"><${Shape} name="tri" />${t("win.not_announced")}</p>`;
}

function Ticket({ ticket }) {
  return html`<b class=${ticket.number.length > 4 ? "wp-no num wp-five" : "wp-no num"}>${ticket.number}</b>
    <p class="wp-svc">${pick(ticket.service)}${ticket.priority && html`<span class="tag">${t("win.priority")}　${pick(ticket.priority)}</span>`}</p>
    <ul class="wp-docs">
      <li>${t("win.why_this")}　${hasWord(`reason.${ticket.reason}`) ? t(`reason.${ticket.reason}`) : ticket.reason}</li>
      ${ticket.late && html`<li>${t("win.late")}</li>`}
      ${ticket.returns > 0 && html`<li>${t("win.returned", { n: ticket.returns })}</li>`}
    </ul>`;
}

function Outcome({ outcome, setOutcome, items, setItems }) {
  return html`<div class="wp-out"><h2>${t("win.outcome")}</h2><ul>
    ${OUTCOMES.map((name, place) => html`<li key=${name}><button aria-pressed=${outcome === name} onClick=${() => setOutcome(name)}>
      ${t(`outcome.${name}`)}<kbd>${place + 1}</kbd></button></li>`)}
  </ul></div>
  <p class="wp-items"><b>${t("win.items")}</b>
    <button aria-label=${t("win.fewer")} disabled=${items <= 1} onClick=${() => setItems(items - 1)}>−</button>
    <b class="num">${items}</b>
    <button aria-label=${t("win.more")} disabled=${items >= 99} onClick=${() => setItems(items + 1)}>+</button>
    <small>${t("win.items_said", { n: items })}</small></p>`;
}

/** A citizen is asked to rate: that, and for how long; never what was pressed. */
function Invitation({ work, now }) {
  const own = work.invitation;
  if (!own || own.ended_at) return null;
  const left = Date.parse(own.deadline) - now;
  if (left <= 0) return null;
  return html`<p class="wp-ask" role="status"><${Shape} name="half" /><b>${t("win.please_rate", { number: own.number })}</b><span class="num">${lasting(left)}</span></p>`;
}

export function InHand(props) {
  const { work, now, main, press, agent, said } = props;
  return html`<section class="wp-now" aria-live="polite">
    <${State} work=${work} now=${now} />
    <${NotAnnounced} work=${work} now=${now} />
    ${work.ticket ? html`<${Ticket} ticket=${work.ticket} />` : html`<${Nobody} work=${work} />`}
    ${work.visit?.state === "serving" && html`<${Outcome} ...${props} />`}
    <div class="wp-foot">
      <${Invitation} work=${work} now=${now} />
      <button class=${`key wp-main ${main.why ? "key-off" : "key-now"} ${said?.deed === main.deed ? "hit" : ""}`} data-deed=${main.deed}
        aria-disabled=${Boolean(main.why)} aria-busy=${agent.busy} onClick=${() => press(main)}>${main.label}<kbd>${main.hotkey}</kbd></button>
    </div>
  </section>`;
}

function Nobody({ work }) {
  if (work.finished_late !== undefined) return html`<p class="wp-nobody" role="status">${t("win.finished_late", { number: work.finished_late })}</p>`;
  return html`<p class="wp-nobody">${t(work.state === "paused" ? "win.paused_now" : work.waiting ? "win.nobody_called" : "win.nobody_waiting")}</p>`;
}
