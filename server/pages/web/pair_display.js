// At the desk: a manager lets in a display that shows its code.

import { html, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Refusal, refused } from "/assets/shared/refusal.js";
import { pick, t } from "/assets/shared/words.js";

const MAY = ["floor_manager", "hall_manager"];

export function PairDisplay({ server, hall }) {
  const [refusal, setRefusal] = useState(null);
  const [done, setDone] = useState(null);
  if (!MAY.some((role) => server.session?.roles.includes(role))) return null;
  const send = async (event) => {
    event.preventDefault();
    const form = event.target;
    const { code, name, zone } = Object.fromEntries(new FormData(form));
    const answer = await server.do("desk", "pair_display", { code: code.trim(), name: name.trim(), zone: zone || null });
    if (answer === null) return;
    setRefusal(refused(answer) ? answer : null);
    setDone(refused(answer) ? null : answer.subject);
    if (!refused(answer)) form.reset();
  };
  return html`<section class="dk-pair"><h2>${t("pair.title")}</h2>
    <form onSubmit=${send} onInput=${() => setDone(null)}>
      <input name="code" required minlength="6" maxlength="8" autocomplete="off" spellcheck=${false} placeholder=${t("pair.code")} aria-label=${t("pair.code")} />
      <input name="name" required maxlength="20" pattern="[0-9A-Za-z\\-]+" autocomplete="off" placeholder=${t("pair.name")} aria-label=${t("pair.name")} />
      <select name="zone" aria-label=${t("pair.sees")}><option value="">${t("pair.manager")}</option>${hall.zones.map((zone) => html`<option key=${zone.zone} value=${zone.zone}>${t("index.board")} ${zone.floor} ${pick(zone.name)}</option>`)}</select>
      <button class="dk-small" disabled=${server.busy}>${t("pair.let_in")}</button>
    </form>
    ${done && html`<p role="status">${t("pair.done", { name: done })}</p>`}
    ${refusal && html`<${Refusal} refusal=${refusal} />`}
  </section>`;
}
