// The demonstration side by side: pages in frames, paper, keypads, call pads, strips, faults. See README.md beside this.

import { html, render, useEffect, useRef, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { clock } from "/assets/shared/clock.js";
import { jsonLines } from "/assets/shared/lines.js";
import { Refusal, pageRefusal, refused } from "/assets/shared/refusal.js";
import { Shape } from "/assets/shared/shapes.js";
import { Store, pause, useStore } from "/assets/shared/store.js";
import { lang, pick, setLang, t, useLang } from "/assets/shared/words.js";

const SIZES = { window: [1280, 800], desk: [1440, 900], board: [1920, 1080] };
const LEVELS = [5, 4, 3, 2, 1];
const PAD = ["call_next", "recall", "start", "miss", "pause"];
const RETRY = 1_000;

class Stage extends Store {
  state = { frames: [], papers: [], windows: [], faults: [], staff: null, log: [] };
  refusal = null;

  async start() {
    for (;;) {
      try {
        const answer = await fetch("/stage/state", { cache: "no-store" });
        for await (const told of jsonLines(answer.body)) {
          this.state = { ...this.state, ...told };
          this.changed();
        }
      } catch {
        // the stage is away; the next round tries again
      }
      await pause(RETRY);
    }
  }

  async post(what, body) {
    const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const told = await fetch(`/stage/${what}`, options).then((answer) => answer.json(), () => pageRefusal("no_stage"));
    this.refusal = refused(told) ? told : null;
    this.changed();
  }
}

/** A page in a frame, drawn at its real size and scaled to the room there is; kiosks scale themselves. */
function Framed({ frame }) {
  const box = useRef(null);
  const [scale, set] = useState(null);
  const size = SIZES[frame.kind];
  useEffect(() => {
    if (!size) return undefined;
    const watch = new ResizeObserver(([entry]) => set(Math.min(entry.contentRect.width / size[0], entry.contentRect.height / size[1])));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, [frame.kind]);
  const style = size && scale ? { width: `${size[0]}px`, height: `${size[1]}px`, transform: `scale(${scale})` } : {};
  return html`<div class=${`st-frame st-${frame.kind}`} ref=${box}><iframe src=${frame.url} title=${frame.title} allow="autoplay" style=${style}></iframe></div>`;
}

/** Several frames in one place; all stay loaded, one is seen. */
function Tabs({ frames, name }) {
  const [chosen, choose] = useState(0);
  return html`<section class="st-tabs" aria-label=${name}>
    <nav>${frames.map((frame, place) => html`<button key=${frame.url} aria-pressed=${place === chosen} onClick=${() => choose(place)}>${frame.title}</button>`)}</nav>
    ${frames.map((frame, place) => html`<div class=${place === chosen ? "st-seen" : "st-unseen"} key=${frame.url}><${Framed} frame=${frame} /></div>`)}
  </section>`;
}

function Papers({ papers }) {
  return html`<section class="st-papers"><h2>${t("stage.paper")}</h2>
    ${papers.length === 0 && html`<p>${t("stage.no_paper")}</p>`}
    <ul>${papers.slice(0, 6).map((paper) => html`<li key=${paper.id}><span>${paper.kiosk}　${clock(paper.time, "Asia/Shanghai", { seconds: true })}</span>
      <img src=${paper.png} alt=${paper.text.join("，")} /></li>`)}</ul></section>`;
}

function AtWindow({ window, stage }) {
  const name = window.window;
  return html`<li>
    <p><b class="num">${name}</b><span class="st-strip">${window.strip}</span></p>
    <div class="st-pad">${PAD.map((key) => html`<button key=${key} onClick=${() => stage.post("pad", { window: name, key })}>${t(`pad.${key}`)}</button>`)}</div>
    <div class=${`st-keypad ${window.keypad_awake ? "st-awake" : ""}`} aria-label=${t("stage.keypad")}>
      ${LEVELS.map((level) => html`<button key=${level} onClick=${() => stage.post("press", { window: name, level })}>${t(`level.${level}`)}</button>`)}</div>
  </li>`;
}

function Faults({ faults, stage }) {
  return html`<section class="st-faults"><h2>${t("stage.faults")}</h2><div>${faults.map((fault) => html`<button key=${`${fault.device} ${fault.fault}`}
    aria-pressed=${fault.on} onClick=${() => stage.post("fault", { device: fault.device, fault: fault.fault, on: !fault.on })}>${pick(fault.name)}</button>`)}</div></section>`;
}

function Page({ stage }) {
  useStore(stage);
  useLang();
  const { frames, papers, windows, faults, staff, log } = stage.state;
  const of = (...kinds) => frames.filter((frame) => kinds.includes(frame.kind));
  const other = lang() === "zh" ? "en" : "zh";
  return html`<main class="st">
    <header><p class="title">${t("stage.title")}</p><p>${t("stage.how")}</p>${staff && html`<p>${t("stage.password")} <b class="num">${staff.password}</b></p>`}<button lang=${other} onClick=${() => setLang(other)}>${t("lang.other")}</button></header>
    <div class="st-left">${of("kiosk").map((frame) => html`<section key=${frame.url}><h2>${frame.title}</h2><${Framed} frame=${frame} /></section>`)}</div>
    <${Papers} papers=${papers} />
    <div class="st-middle"><${Tabs} frames=${of("board", "desk")} name="board, desk" /><${Tabs} frames=${of("window")} name="windows" /></div>
    <aside class="st-right">
      <h2>${t("stage.windows")}</h2>
      <ul>${windows.map((window) => html`<${AtWindow} key=${window.window} window=${window} stage=${stage} />`)}</ul>
      <${Faults} faults=${faults} stage=${stage} />
    </aside>
    <footer>${stage.refusal ? html`<${Refusal} refusal=${stage.refusal} />` : html`<${Shape} name="idle" /> ${log.at(-1) ?? ""}`}</footer>
  </main>`;
}

const stage = new Stage();
render(html`<${Page} stage=${stage} />`, document.body);
stage.start();
