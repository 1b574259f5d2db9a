// Ending the day by hand: first names what is still open.

import { html, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Refusal, refused } from "/assets/shared/refusal.js";
import { cardsOf } from "/assets/shared/store.js";
import { t } from "/assets/shared/words.js";
import { Confirm } from "./confirm.js";

export function CloseDay({ server, cards, done }) {
  const [refusal, setRefusal] = useState(null);
  const atWork = cards.devices?.at_work ?? [];
  const held = cardsOf(cards, "queue").flatMap((queue) => queue.held);
  const waiting = cardsOf(cards, "queue").reduce((sum, queue) => sum + queue.numbers.length, 0);
  const open = [
    ...atWork.map((one) => t("desk.open_at", { number: one.number, window: one.window, state: t(`state.${one.state}`) })),
    ...held.map((one) => t("desk.open_held", { number: one.number })),
  ];
  const go = async () => {
    const answer = await server.do("desk", "close_day");
    if (answer === null) return;
    if (refused(answer)) setRefusal(answer);
    else done();
  };
  return html`<${Confirm} title=${t("confirm.close_day")} act=${t("desk.close_day")} reason=${null} go=${go} done=${done} blocked=${open.length > 0 || server.busy}>
    ${open.length > 0 && html`<p>${t("desk.open_first")}</p><ul class="dk-open">${open.map((text) => html`<li key=${text}>${text}</li>`)}</ul>`}
    ${open.length === 0 && waiting > 0 && html`<p>${t("desk.still_waiting", { n: waiting })}</p>`}
    ${refusal && html`<${Refusal} refusal=${refusal} />`}
  <//>`;
}
