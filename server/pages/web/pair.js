// A display waits to be let in. It asks for a code, shows it, and claims its token once a manager has entered the code; then it
// becomes the command screen, or the board of the zone it was given.

import { html, render, useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { keepPaired, paired } from "/assets/shared/paired.js";
import { newId } from "/assets/shared/press.js";
import { Refusal, pageRefusal, refused } from "/assets/shared/refusal.js";
import { pause } from "/assets/shared/store.js";
import { lang, t, tIn, useLang } from "/assets/shared/words.js";

const HALL = decodeURIComponent(location.pathname.split("/")[1]);
const ASK_EVERY = 1_500;

async function post(deed, body, key) {
  try {
    const answer = await fetch(`/${HALL}/device/${deed}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    return await answer.json();
  } catch {
    return pageRefusal("no_server");
  }
}

/** Offer this display, again and again, until it is let in. `tell({code, refusal})` is told what to show. */
async function beLetIn(tell) {
  for (;;) {
    const offer = await post("offer", {}, newId());
    if (refused(offer)) {
      tell({ code: null, refusal: offer });
      await pause(ASK_EVERY * 2);
      continue;
    }
    tell({ code: offer.code, refusal: null });
    const display = await claim(offer, (refusal) => tell({ code: offer.code, refusal }));
    if (display) return display;
  }
}

/** The token for the offer, or null when the offer has run out. The same key each time: a lost answer is given again. */
async function claim(offer, trouble) {
  const key = newId();
  const until = performance.now() + offer.seconds * 1000;
  while (performance.now() < until) {
    await pause(ASK_EVERY);
    const answer = await post("claim", { claim: offer.claim }, key);
    if (answer.kind === "enrolled") return { token: answer.token, device: answer.device, zone: answer.zone };
    if (answer.code === "code_invalid") return null;
    trouble(refused(answer) ? answer : null);
  }
  return null;
}

/** The board from which somebody came here, else the board of the zone, which speaks there, else the command screen. */
async function goOn(display) {
  const back = new URLSearchParams(location.search).get("back") ?? "";
  if (/^board\?[\w=&,%.-]*$/.test(back)) return location.replace(`/${HALL}/${back}`);
  if (!display.zone) return location.replace(`/${HALL}/command`);
  const asked = new URLSearchParams({ zone: display.zone });
  try {
    const { halls } = await (await fetch("/halls", { signal: AbortSignal.timeout(10_000) })).json();
    const own = halls.find((hall) => hall.code === HALL)?.zones.find((zone) => zone.zone === display.zone);
    if (own) asked.set("voice", own.voice_zone);
  } catch {
    // the board shows without a voice, and says nothing of one
  }
  return location.replace(`/${HALL}/board?${asked}`);
}

function Page() {
  useLang();
  const [{ code, refusal }, tell] = useState({ code: null, refusal: null });
  const other = lang() === "zh" ? "en" : "zh";
  useEffect(() => {
    const known = paired(HALL);
    if (known) return goOn(known);
    beLetIn(tell).then((display) => {
      keepPaired(HALL, display);
      goOn(display);
    });
  }, []);
  return html`<main class="pair">
    <h1 class="title">${t("pair.title")}<span class="en" lang=${other}>${tIn(other, "pair.title")}</span></h1>
    ${code ? html`<span class="seal" aria-live="polite">${code}</span>` : html`<p>${t("fresh.connecting")}</p>`}
    ${refusal && html`<${Refusal} refusal=${refusal} />`}
    <p>${t("pair.do")}　<code>paihao device pair ${code ?? "······"} --name ${t("pair.name_sample")}</code></p>
    <p class="en" lang=${other}>${tIn(other, "pair.do")}</p>
  </main>`;
}

render(html`<${Page} />`, document.body);
