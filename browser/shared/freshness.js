// How fresh a screen is: 12 s without a beat it is old, after 60 s it tells people to ask staff. Never black.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { Shape } from "/assets/shared/shapes.js";
import { clock } from "/assets/shared/clock.js";
import { pick, t } from "/assets/shared/words.js";

export const OLD_AFTER = 12_000;
export const ASK_AFTER = 60_000;

/** "fresh", "old" or "ask" for the milliseconds since the last beat. */
export function freshness(age) {
  if (age < OLD_AFTER) return "fresh";
  return age < ASK_AFTER ? "old" : "ask";
}

function ago(age) {
  const seconds = Math.floor(age / 1000);
  return seconds < 60 ? t("fresh.seconds", { n: seconds }) : t("fresh.minutes", { n: Math.floor(seconds / 60) });
}

/** The mark itself, from `LiveCards`. */
export function FreshMark({ live, zone, className }) {
  if (live.heard === null && live.refusal) {
    return html`<p class=${className} role="alert"><${Shape} name="tri" />${pick(live.refusal.sentence)}　${pick(live.refusal.what_to_do)}</p>`;
  }
  if (live.freshness === "start" || live.heard === null) {
    return html`<p class=${className}><${Shape} name="idle" />${t("fresh.connecting")}</p>`;
  }
  if (live.freshness === "fresh") {
    return html`<p class=${className}><${Shape} name="idle" />${t("fresh.live")}　${t("fresh.updated", { ago: ago(live.age) })}</p>`;
  }
  return html`<p class=${className} role="status">
    <${Shape} name="tri" />${t("fresh.stopped", { time: clock(live.heard, zone, { seconds: true }) })}　${t("fresh.for", { ago: ago(live.age) })}
  </p>`;
}
