// The halls of this server and the pages of each. GET /halls: {"halls": [{code, name, zones: [{zone, floor, name}]}]}.

import { html, render, useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Refusal, pageRefusal } from "/assets/shared/refusal.js";
import { lang, pick, setLang, t, useLang } from "/assets/shared/words.js";

const AGAIN = 3_000;

async function ask() {
  try {
    const answer = await fetch("/halls", { cache: "no-cache", signal: AbortSignal.timeout(5_000) });
    const body = await answer.json();
    return answer.ok ? body : { refusal: body };
  } catch {
    return { refusal: pageRefusal("no_server") };
  }
}

/** The halls; asked for again every three seconds while there is none or no answer. */
function useHalls() {
  const [told, set] = useState(null);
  useEffect(() => {
    let timer = 0;
    const load = async () => {
      const now = await ask();
      set(now);
      if (!now.halls?.length) timer = setTimeout(load, AGAIN);
    };
    load();
    return () => clearTimeout(timer);
  }, []);
  return told;
}

function Hall({ hall }) {
  const board = `/${hall.code}/board`;
  return html`<section>
    <h2 class="title">${pick(hall.name)}<small>${hall.code}</small></h2>
    <ul class="ix-links">
      <li><a class="key" href=${`/${hall.code}/desk`}>${t("index.desk")}</a></li>
      <li><a class="key" href=${`/${hall.code}/command`}>${t("command.title")}</a></li>
      <li><a class="key" href=${board}>${t("index.board_all")}</a></li>
      ${hall.zones.map((zone) => html`<li key=${zone.zone}><a class="key" href=${`${board}?zone=${encodeURIComponent(zone.zone)}`}>${t("index.board")}　${zone.floor} ${pick(zone.name)}</a></li>`)}
    </ul>
  </section>`;
}

function Index() {
  useLang();
  const told = useHalls();
  const other = lang() === "zh" ? "en" : "zh";
  return html`<main class="ix">
    <header><h1 class="title">${t("index.title")}</h1><button class="dk-small" lang=${other} onClick=${() => setLang(other)}>${t("lang.other")}</button></header>
    ${told?.refusal && html`<${Refusal} refusal=${told.refusal} />`}
    ${told?.halls?.length === 0 && html`<p>${t("index.none")}　<code>paihao hall load</code></p>`}
    ${told?.halls?.map((hall) => html`<${Hall} key=${hall.code} hall=${hall} />`)}
    <p class="ix-foot">${t("index.own_machines")}　<a href="/openapi/">OpenAPI</a></p>
  </main>`;
}

render(html`<${Index} />`, document.body);
