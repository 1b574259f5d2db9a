// The kiosk: which page stands on the screen, and when it goes home by itself.

import { html, render, useCallback, useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { Agent } from "/assets/shared/agent.js";
import { refused } from "/assets/shared/refusal.js";
import { useStore } from "/assets/shared/store.js";
import { lang, setLang, useLang } from "/assets/shared/words.js";
import { Frame } from "./frame.js";
import { Home } from "./home.js";
import { Department } from "./department.js";
import { NumberPage, paperOf } from "./number.js";
import { Closed, Cut, Refused } from "./cannot.js";

const HOME = { name: "home" };
const IDLE_S = 20;
const IDLE_AFTER_PAPER_S = 10;
const IDLE_WITHOUT_PAPER_S = 60;
const IDLE_HOME_S = 60; // then language and contrast are the hall's own again
const OWN_LANG = new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh";

function fit() {
  const portrait = innerHeight > innerWidth;
  document.documentElement.classList.toggle("fit-1080", portrait);
  document.documentElement.classList.toggle("fit-1280", !portrait);
  return portrait;
}

function usePortrait() {
  const [portrait, set] = useState(fit);
  useEffect(() => {
    const again = () => set(fit());
    addEventListener("resize", again);
    return () => removeEventListener("resize", again);
  }, []);
  return portrait;
}

/** Seconds left before `end` is called; every touch and key starts them again. `seconds` null: never. */
function useIdle(seconds, end) {
  const [left, set] = useState(seconds);
  useEffect(() => {
    if (seconds === null) return set(null);
    let until = performance.now() + seconds * 1000;
    const again = () => (until = performance.now() + seconds * 1000);
    const timer = setInterval(() => {
      const rest = Math.ceil((until - performance.now()) / 1000);
      set(Math.max(rest, 0));
      if (rest <= 0) end();
    }, 250);
    set(seconds);
    addEventListener("pointerdown", again);
    addEventListener("keydown", again);
    return () => {
      clearInterval(timer);
      removeEventListener("pointerdown", again);
      removeEventListener("keydown", again);
    };
  }, [seconds, end]);
  return left;
}

function idleSeconds(page, agent, contrast) {
  if (agent.busy) return null;
  if (page.name === "home") return lang() !== OWN_LANG || contrast ? IDLE_HOME_S : null;
  if (page.name !== "number") return IDLE_S;
  const paper = paperOf(page.issued, agent.agent);
  if (paper === "taken") return IDLE_AFTER_PAPER_S;
  return paper === "printing" ? IDLE_S : IDLE_WITHOUT_PAPER_S;
}

function Kiosk({ agent }) {
  useStore(agent);
  useLang();
  const portrait = usePortrait();
  const [page, go] = useState(HOME);
  const [contrast, setContrast] = useState(false);
  useEffect(() => void document.documentElement.classList.toggle("contrast", contrast), [contrast]);

  const home = useCallback(() => {
    agent.forget();
    go(HOME);
  }, [agent]);
  const leave = useCallback(() => {
    home();
    setLang(OWN_LANG);
    setContrast(false);
  }, [home]);
  const left = useIdle(idleSeconds(page, agent, contrast), leave);

  const take = useCallback(async (line) => {
    const answer = await agent.do("take_number", { line: line.line, language: lang() });
    if (answer === null) return;
    go(refused(answer) ? { name: "refused", refusal: answer, line } : { name: "number", issued: answer });
  }, [agent]);
  const choose = useCallback((line) => (line.open ? take(line) : go({ name: "closed", line: line.line })), [take]);

  const shared = { agent, portrait, page, go, home, leave, left, choose, contrast, setContrast };
  return html`<${Frame} ...${shared}><${Page} ...${shared} /><//>`;
}

function Page(props) {
  const { agent, page } = props;
  const connected = agent.agent?.connected && !agent.cut;
  if (page.name === "number") return html`<${NumberPage} ...${props} />`;
  if (!connected || !agent.cards.hall) return html`<${Cut} ...${props} />`;
  if (page.name === "refused") return html`<${Refused} ...${props} />`;
  if (page.name === "closed" && agent.cards[`line/${page.line}`]) return html`<${Closed} ...${props} />`;
  if (page.name === "department") return html`<${Department} ...${props} />`;
  return html`<${Home} ...${props} />`;
}

const agent = new Agent();
render(html`<${Kiosk} agent=${agent} />`, document.body);
agent.start();
