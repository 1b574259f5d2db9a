// The clerk's page: the one in hand, the line, what waits aside, and all keys in one row.

import { html, render, useCallback, useEffect, useLayoutEffect, useRef, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Agent } from "/assets/shared/agent.js";
import { clock, useNow } from "/assets/shared/clock.js";
import { Refusal, refused } from "/assets/shared/refusal.js";
import { Shape } from "/assets/shared/shapes.js";
import { useStore } from "/assets/shared/store.js";
import { hasWord, lang, pick, setLang, t, useLang } from "/assets/shared/words.js";
import { Bar } from "./bar.js";
import { openBarWindow } from "./bar_window.js";
import { Choose } from "./choose.js";
import { InHand } from "./hand.js";
import { onlyHere, useHotkeys } from "./hotkeys.js";
import { keysOf, mainKey, withoutFinished } from "./keys.js";
import { Line } from "./line.js";
import { OUTCOMES } from "./outcomes.js";
import { Side } from "./side.js";
import { SignIn } from "./sign_in.js";

const SAY_FOR = 5_000;
const GUARD = 600; // after the red key has changed its meaning, a second tap of the same press is not taken for it

/** What the last press said, for five seconds. */
function useSaid() {
  const [said, set] = useState(null);
  const say = useCallback((what) => {
    set(what);
    if (what) setTimeout(() => set((now) => (now === what ? null : now)), SAY_FOR);
  }, []);
  return [said, say];
}

/** The bar in its window, or null; and what opens it, or closes it again. */
function useBar(say) {
  const [bar, set] = useState(null);
  const opening = useRef(false);
  useEffect(() => {
    if (!bar) return undefined;
    const gone = () => set(null);
    const close = () => bar.window.close();
    bar.window.addEventListener("pagehide", gone);
    addEventListener("pagehide", close);
    return () => {
      bar.window.removeEventListener("pagehide", gone);
      removeEventListener("pagehide", close);
      close();
    };
  }, [bar]);
  const toggle = async () => {
    if (bar) return set(null);
    if (opening.current) return undefined;
    opening.current = true;
    const opened = await openBarWindow();
    opening.current = false;
    if (!opened) return say({ deed: "bar", text: t("bar.blocked") });
    if (!opened.onTop) say({ text: t("bar.not_on_top") });
    return set(opened);
  };
  return [bar, toggle];
}

/** Draws the bar with every picture of the page, and each second by the bar's own clock: a page behind others is slowed. */
function useBarPicture(bar, props) {
  const [, again] = useState(0);
  useEffect(() => {
    if (!bar) return undefined;
    const timer = bar.window.setInterval(() => again((n) => n + 1), 1_000);
    return () => bar.window.clearInterval(timer);
  }, [bar]);
  useLayoutEffect(() => {
    if (!bar) return;
    bar.window.document.documentElement.lang = document.documentElement.lang;
    bar.window.document.title = t("bar.title", { window: props.work.window });
    render(html`<${Bar} ...${props} win=${bar.window} now=${Date.now() + props.agent.offset} />`, bar.window.document.body);
  });
}

function Desk({ agent, work: card }) {
  const work = withoutFinished(card, agent.agent.finished_late);
  const now = useNow(agent.offset);
  const [said, say] = useSaid();
  const [menu, open] = useState(null); // a choice to make before the deed: hold, pass_on, pause_window
  const [outcome, setOutcome] = useState("finished");
  const [items, setItems] = useState(1);
  const [bar, toggleBar] = useBar(say);
  const changed = useRef({ deed: null, at: 0 });
  const visit = work.visit?.visit ?? null;
  useLayoutEffect(() => (setOutcome("finished"), setItems(1), open(null)), [visit]);

  const cut = agent.cut || !agent.agent?.connected;
  const state = { work, cut, keeps: cut && !agent.cut, now, outcome, items, hotkeys: agent.agent.hotkeys.keys };
  const keys = keysOf(state);
  const main = mainKey(state);
  if (changed.current.deed !== main.deed) changed.current = { deed: main.deed, at: performance.now() };

  const run = async (deed, body, id) => {
    open(null);
    say(null);
    const answer = await agent.do(deed, body, id);
    if (answer === null) return;
    if (refused(answer)) say({ refusal: answer });
    else if (answer.kind === "nobody_waiting") say({ text: t("win.said_nobody") });
    else if (answer.kind === "called") say({ text: t("win.said_called", { number: answer.number, reason: reason(answer.reason) }) });
  };
  const press = (key, id) => {
    if (key.why) return say({ deed: key.deed, text: key.text });
    if (agent.busy) return;
    if (key.menu) return open(menu === key.deed ? null : key.deed);
    run(key.deed, key.body, id);
  };
  useHotkeys((name, id) => {
    if (name === main.hotkey) {
      if (performance.now() - changed.current.at > GUARD) press(main, id);
      return true;
    }
    const key = keys.find((found) => found.hotkey === name);
    if (key) press(key, id);
    const wanted = work.visit?.state === "serving" && OUTCOMES[Number(name) - 1];
    if (wanted) setOutcome(wanted);
    return Boolean(key || wanted);
  }, bar, agent);
  const here = onlyHere(agent.agent);
  useEffect(() => void (bar?.onTop && here && say({ deed: "hotkeys", text: here })), [bar, here]);

  const props = { agent, work, now, keys, main, press, run, outcome, setOutcome, items, setItems, said, cut };
  useBarPicture(bar, { ...props, menu, close: () => open(null) });
  return html`<main class="wp">
    <${Top} agent=${agent} work=${work} now=${now} bar=${bar} toggleBar=${toggleBar} />
    <${InHand} ...${props} /><${Line} ...${props} /><${Side} ...${props} />
    <${Say} said=${said} cut=${cut} agent=${agent} now=${now} here=${here} />
    <nav class="wp-keys" aria-label=${t("win.keys")}>${keys.map((key) => html`<${Key} key=${key.place} own=${key} press=${press} hit=${said?.deed === key.deed} />`)}</nav>
    ${menu && html`<${Choose} deed=${menu} work=${work} cards=${agent.cards} run=${run} close=${() => open(null)} />`}
  </main>`;
}

function reason(code) {
  return hasWord(`reason.${code}`) ? t(`reason.${code}`) : code;
}

function Key({ own, press, hit }) {
  return html`<button class=${`${own.why ? "off" : ""} ${hit ? "hit" : ""}`} aria-disabled=${Boolean(own.why)} data-deed=${own.deed}
    title=${own.why ? own.text : ""} onClick=${() => press(own)}>${own.label}<kbd>${own.hotkey}</kbd></button>`;
}

/** One line that says: a cut first, then what the last press said, then that the hotkeys need this page. */
function Say({ said, cut, agent, now, here }) {
  if (cut) {
    const since = agent.cut ? agent.cutSince + agent.offset : Date.parse(agent.agent?.since);
    const seconds = Math.max(0, Math.floor((now - since) / 1000));
    return html`<div class="warn wp-say" role="alert"><${Shape} name="fault" /><p class="refusal">
      <b>${t(agent.cut ? "win.cut_agent" : "win.cut_server", { n: seconds })}</b>${t("win.cut_do")}</p></div>`;
  }
  if (!said) return here ? html`<p class="wp-say wp-here"><${Shape} name="tri" />${here}</p>` : null;
  if (said.refusal) return html`<${Refusal} refusal=${said.refusal} className="wp-say" />`;
  return html`<div class=${`wp-say ${said.deed ? "warn" : "wp-told"}`} role="status">${said.deed && html`<${Shape} name="tri" />`}<p><b>${said.text}</b></p></div>`;
}

/** What was heard of a device: for whoever points at it. */
function heardText(heard, zone) {
  if (!heard) return "";
  const at = heard.last_heard ? clock(Date.parse(heard.last_heard), zone ?? "Asia/Shanghai") : t("heard.never");
  return `${t("heard.counts", { at, frames: heard.frames, noise: heard.noise_bytes, bad: heard.bad_checks })}${heard.problem ? `　${heard.problem}` : ""}`;
}

function Device({ what, state, heard, zone }) {
  if (!state || state === "none") return null;
  if (state === "ready" || state === "unheard") return html`<li title=${heardText(heard, zone)}><${Shape} name="work" />${t(`device.${what}`)}</li>`;
  return html`<li class="wp-flag" title=${heardText(heard, zone)}><${Shape} name="tri" />${t(`device.${what}`)} ${t(`device_state.${state}`)}</li>`;
}

function Top({ agent, work, now, bar, toggleBar }) {
  const own = agent.agent;
  const hall = agent.cards.hall;
  const card = agent.cards[`window/${work.window}`];
  const other = lang() === "zh" ? "en" : "zh";
  const connected = own?.connected && !agent.cut;
  return html`<header class="wp-top">
    <p class="title">${t("win.title", { window: work.window })}</p>
    <p class="wp-who">${pick(card?.department)}　${work.clerk?.name} ${work.clerk?.staff_no}</p>
    <ul>
      <li class=${connected ? "" : "wp-flag"}><${Shape} name=${connected ? "work" : "fault"} />${t(connected ? "win.connected" : "win.not_connected")}</li>
      <${Device} what="strip" state=${own?.devices?.strip} heard=${own?.heard?.strip} zone=${hall?.timezone} />
      <${Device} what="pad" state=${own?.devices?.pad} heard=${own?.heard?.pad} zone=${hall?.timezone} />
      <${Device} what="keypad" state=${own?.devices?.keypad} heard=${own?.heard?.keypad} zone=${hall?.timezone} />
      ${own?.outbox > 0 && html`<li class="wp-flag"><${Shape} name="tri" />${t("win.outbox", { n: own.outbox })}</li>`}
      <li><button class="wp-lang wp-bar" aria-pressed=${Boolean(bar)} onClick=${toggleBar}>${t("bar.open")}</button></li>
      <li><button class="wp-lang" lang=${other} onClick=${() => setLang(other)}>${t("lang.other")}</button></li>
      <li><b class="num">${clock(now, hall?.timezone ?? "Asia/Shanghai")}</b></li>
    </ul>
  </header>`;
}

function Page({ agent }) {
  useStore(agent);
  useLang();
  const number = agent.agent?.window;
  const work = number && agent.cards[`work/${number}`];
  useEffect(() => void (document.title = number ? t("win.title", { window: number }) : "排号"), [number, lang()]);
  if (!work) return html`<main class="wp-wait"><${Waiting} agent=${agent} /></main>`;
  const inside = agent.agent.signed_in && work.clerk;
  return inside ? html`<${Desk} agent=${agent} work=${work} />` : html`<${SignIn} agent=${agent} work=${work} />`;
}

function Waiting({ agent }) {
  if (agent.refusal) return html`<${Refusal} refusal=${agent.refusal} />`;
  if (agent.cut) return html`<p>${t("win.no_agent")}</p>`;
  if (agent.agent && !agent.agent.connected) return html`<p>${t("win.no_server_yet")}</p>`;
  return html`<p>${t("fresh.connecting")}</p>`;
}

const agent = new Agent();
render(html`<${Page} agent=${agent} />`, document.body);
agent.start();
