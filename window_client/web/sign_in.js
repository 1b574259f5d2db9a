// A clerk signs in at this window. The session stays in the agent; this page never sees it.

import { html, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Refusal, refused } from "/assets/shared/refusal.js";
import { lang, pick, setLang, t } from "/assets/shared/words.js";

export function SignIn({ agent, work }) {
  const [refusal, setRefusal] = useState(null);
  const own = agent.agent;
  const cut = agent.cut || !own.connected;
  const other = lang() === "zh" ? "en" : "zh";
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const answer = await agent.do("sign_in", { staff_no: form.get("staff_no").trim(), password: form.get("password") });
    if (answer !== null) setRefusal(refused(answer) ? answer : null);
  };
  return html`<main class="wp-sign">
    <button class="wp-lang" lang=${other} onClick=${() => setLang(other)}>${t("lang.other")}</button>
    <form onSubmit=${submit}>
      <p>${pick(agent.cards.hall?.name)}</p>
      <h1 class="title">${t("win.title", { window: work.window })}</h1>
      <p>${pick(agent.cards[`window/${work.window}`]?.department)}</p>
      <label>${t("sign.staff_no")}<input name="staff_no" required autocomplete="username" inputmode="numeric" autofocus /></label>
      <label>${t("sign.password")}<input name="password" type="password" required autocomplete="current-password" /></label>
      ${refusal && html`<${Refusal} refusal=${refusal} />`}
      ${cut && html`<p class="wp-flag">${t("sign.cut")}</p>`}
      <button class="key key-ink" disabled=${agent.busy || cut}>${t("sign.in")}</button>
      <p class="wp-first">${t("sign.first")}　${own.server && own.hall
        ? html`<a href=${`${own.server}/${own.hall}/desk#first`} target="_blank" rel="noopener">${t("sign.first_link")}</a>`
        : t("sign.first_where")}</p>
    </form>
  </main>`;
}
