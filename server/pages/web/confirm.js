// Asks once before what cannot be undone.

import { html, useEffect, useRef, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { t } from "/assets/shared/words.js";

/** `reason`: "required", "may" or null (none is asked for). */
export function Confirm({ title, act, reason, go, done, children, blocked = false }) {
  const dialog = useRef(null);
  const [text, setText] = useState("");
  useEffect(() => dialog.current.showModal(), []);
  const submit = (event) => {
    event.preventDefault();
    go(text.trim());
  };
  return html`<dialog class="dk-confirm" ref=${dialog} onClose=${done} aria-label=${title}><form onSubmit=${submit}>
    <h2 class="title">${title}</h2>
    ${children}
    ${reason && html`<label class="dk-field">${t(reason === "required" ? "desk.reason" : "desk.reason_may")}
      <input value=${text} maxlength="200" required=${reason === "required"} onInput=${(event) => setText(event.target.value)} /></label>`}
    <div class="dk-row"><button type="button" class="key" onClick=${() => dialog.current.close()}>${t("desk.leave_it")}</button>
      <button class="key key-ink" disabled=${blocked} data-confirm>${act}</button></div>
  </form></dialog>`;
}
