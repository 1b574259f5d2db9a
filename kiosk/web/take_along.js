// The ticket's page on the citizen's own phone: large where no paper came, small beside the slip.

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { t } from "/assets/shared/words.js";

function Qr({ issued }) {
  const { size, path } = issued.qr;
  return html`<svg class="qr" viewBox=${`0 0 ${size} ${size}`} role="img" aria-label=${t("kiosk.scan.alt")} shape-rendering="crispEdges">
    <path d=${path} fill="none" stroke="currentColor" /></svg>`;
}

/** Ways to carry a number that has no slip. */
export function WithoutPaper({ issued }) {
  const ways = html`<ol class="k-without">
    ${issued.qr && html`<li><b>${t("kiosk.scan")}</b><span>${t("kiosk.scan.why")}</span></li>`}
    <li><b>${t("kiosk.note_it", { number: issued.number })}</b><span>${t("kiosk.note_it.why")}</span></li>
    <li><b>${t("kiosk.reprint")}</b><span>${t("kiosk.reprint.where")}</span></li>
  </ol>`;
  return issued.qr ? html`<div class="k-take"><${Qr} issued=${issued} />${ways}</div>` : ways;
}

/** Beside the slip that comes out. */
export function Scan({ issued }) {
  if (!issued.qr) return null;
  return html`<figure class="k-scan"><${Qr} issued=${issued} /><figcaption>${t("kiosk.scan.watch")}</figcaption></figure>`;
}
