// Signing in at the desk, and choosing the first password with a one-time code (#first).

import { html, useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Refusal, refused } from "/assets/shared/refusal.js";
import { lang, setLang, t } from "/assets/shared/words.js";

function useHash() {
  const [hash, set] = useState(location.hash);
  useEffect(() => {
    const again = () => set(location.hash);
    addEventListener("hashchange", again);
    return () => removeEventListener("hashchange", again);
  }, []);
  return hash;
}

function Form({ title, fields, send, act, server, refusal, children }) {
  const submit = (event) => {
    event.preventDefault();
    send(Object.fromEntries(new FormData(event.target)));
  };
  return html`<form onSubmit=${submit}>
    <h1 class="title">${title}</h1>
    ${fields.map((field, place) => html`<label key=${field.name}>${field.label}<input required autofocus=${place === 0} ...${field.input} name=${field.name} /></label>`)}
    ${refusal && html`<${Refusal} refusal=${refusal} />`}
    <button class="key key-ink" disabled=${server.busy}>${act}</button>
    ${children}
  </form>`;
}

function SignIn({ server, title, children }) {
  const [refusal, setRefusal] = useState(null);
  const send = async (form) => {
    const answer = await server.do("desk", "sign_in", { login: form.login.trim(), password: form.password });
    if (answer === null) return;
    if (refused(answer)) return setRefusal(answer);
    server.keepSession({ token: answer.session, name: answer.name, roles: answer.roles });
  };
  const fields = [
    { name: "login", label: t("sign.login"), input: { autocomplete: "username" } },
    { name: "password", label: t("sign.password"), input: { type: "password", autocomplete: "current-password" } },
  ];
  return html`<${Form} title=${title ?? t("desk.title")} fields=${fields} send=${send} act=${t("sign.in")} server=${server} refusal=${refusal}>
    <a href="#first">${t("sign.first_link")}</a>${children}
  <//>`;
}

function FirstPassword({ server }) {
  const [refusal, setRefusal] = useState(null);
  const [done, setDone] = useState(false);
  const send = async (form) => {
    const answer = await server.do("account", "first_password", { login: form.login.trim(), code: form.code.trim().toUpperCase(), password: form.password });
    if (answer === null) return;
    setRefusal(refused(answer) ? answer : null);
    setDone(!refused(answer));
  };
  if (done) return html`<form><h1 class="title">${t("sign.first_done")}</h1><p>${t("sign.first_done_do")}</p><a class="key key-ink" href="#">${t("sign.in")}</a></form>`;
  const fields = [
    { name: "login", label: t("sign.login"), input: { autocomplete: "username" } },
    { name: "code", label: t("sign.code"), input: { autocomplete: "one-time-code", spellcheck: false } },
    { name: "password", label: t("sign.new_password"), input: { type: "password", minlength: 10, autocomplete: "new-password" } },
  ];
  return html`<${Form} title=${t("sign.first_do")} fields=${fields} send=${send} act=${t("sign.first_do")} server=${server} refusal=${refusal}>
    <a href="#">${t("sign.back")}</a>
  <//>`;
}

/** `title` of the page, `children` under the form: the desk's unless said. */
export function Account({ server, title, children }) {
  const first = useHash() === "#first";
  const other = lang() === "zh" ? "en" : "zh";
  return html`<main class="dk-sign">
    <button class="dk-small" lang=${other} onClick=${() => setLang(other)}>${t("lang.other")}</button>
    ${first ? html`<${FirstPassword} server=${server} />` : html`<${SignIn} server=${server} title=${title}>${children}<//>`}
  </main>`;
}
