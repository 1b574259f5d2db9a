// The middle pane: the chosen line; taking a number in it, stopping it, and who waits.

import { html, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { useNow } from "/assets/shared/clock.js";
import { Refusal, refused } from "/assets/shared/refusal.js";
import { pick, t, waitText } from "/assets/shared/words.js";
import { kiosksOf } from "./kiosks.js";

const PRIORITIES = ["LN", "JR", "CJ", "YF", "YX", "GC"];

function Choice({ name, options, chosen, choose }) {
  return html`<fieldset class="dk-choice"><legend>${name}</legend>
    ${options.map(([value, text]) => html`<button type="button" key=${value ?? ""} aria-pressed=${chosen === value} onClick=${() => choose(value)}>${text}</button>`)}
  </fieldset>`;
}

function TakeNumber({ server, line, cards }) {
  const [priority, setPriority] = useState(null);
  const [printAt, setPrintAt] = useState(null);
  const [language, setLanguage] = useState("zh");
  const [reason, setReason] = useState("");
  const [answer, setAnswer] = useState(null);
  const kiosks = kiosksOf(cards);
  const take = async (event) => {
    event.preventDefault();
    const body = { line: line.line, language, priority, reason: reason.trim() || null, print_at: printAt };
    const told = await server.do("desk", "take_number", body);
    if (told === null) return;
    setAnswer(told);
    if (!refused(told)) (setPriority(null), setReason(""));
  };
  return html`<form class="dk-take" onSubmit=${take}>
    <${Choice} name=${t("desk.priority")} chosen=${priority} choose=${setPriority}
      options=${[[null, t("desk.ordinary")], ...PRIORITIES.map((code) => [code, t(`priority.${code}`)])]} />
    ${priority && html`<label class="dk-field">${t("desk.reason")}<input value=${reason} required maxlength="200" onInput=${(event) => setReason(event.target.value)} /></label>`}
    <${Choice} name=${t("desk.print_at")} chosen=${printAt} choose=${setPrintAt} options=${[[null, t("desk.no_print")], ...kiosks.map((kiosk) => [kiosk, kiosk])]} />
    <${Choice} name=${t("desk.slip_lang")} chosen=${language} choose=${setLanguage} options=${[["zh", "中文"], ["en", "English"]]} />
    <button class="key key-now" disabled=${server.busy} data-deed="take_number">${t("desk.take", { line: line.prefix })}</button>
    ${answer && (refused(answer) ? html`<${Refusal} refusal=${answer} />` : html`<${Given} issued=${answer} />`)}
  </form>`;
}

function Given({ issued }) {
  const wait = issued.wait ? waitText(issued.wait) : "";
  return html`<div class="dk-given" role="status"><span class="seal">${issued.number}</span><p>
    <b>${pick(issued.service)}</b>${pick(issued.place)}<br />
    ${t("desk.ahead", { n: issued.ahead })}　${wait}${issued.print_at ? html`<br />${t("desk.prints_at", { kiosk: issued.print_at })}` : ""}</p></div>`;
}

function Stop({ server, line }) {
  const [refusal, setRefusal] = useState(null);
  const stopped = line.why === "stopped";
  const press = async () => {
    const told = await server.do("desk", "stop_line", { line: line.line, stopped: !stopped });
    if (told !== null) setRefusal(refused(told) ? told : null);
  };
  return html`<button class="dk-small" disabled=${server.busy} data-deed="stop_line" onClick=${press}>${t(stopped ? "desk.resume_line" : "desk.stop_line")}</button>
    ${refusal && html`<${Refusal} refusal=${refusal} />`}`;
}

function Queue({ queue, choose, ticket, live }) {
  const now = useNow(live.offset);
  const minutes = (since) => t("win.minutes", { n: Math.max(0, Math.floor((now - Date.parse(since)) / 60_000)) });
  const marks = (one) => [one.priority && pick(one.priority), one.returned > 0 && t("place.returned", { n: one.returned }), one.transferred && t("place.transferred"), one.late && t("place.late")].filter(Boolean);
  return html`<table class="dk-queue"><tbody>
    ${queue.numbers.map((one, place) => html`<tr key=${one.ticket} aria-selected=${ticket?.ticket === one.ticket}>
      <td>${place + 1}</td><td><button class="num" onClick=${() => choose(one.ticket)}>${one.number}</button></td>
      <td>${marks(one).map((mark) => html`<span class="tag" key=${mark}>${mark}</span>`)}</td><td>${minutes(one.since)}</td></tr>`)}
  </tbody></table>`;
}

export function LinePane({ server, live, cards, line, manager, choose, ticket }) {
  if (!line) return html`<section class="dk-line dk-empty"><p>${t("desk.choose_line")}</p></section>`;
  const queue = cards[`queue/${line.line}`] ?? { numbers: [] };
  return html`<section class="dk-line">
    <header><h1 class="title"><b class="num">${line.prefix}</b> ${pick(line.name)}</h1>${manager && html`<${Stop} server=${server} line=${line} />`}</header>
    <p class="dk-facts">${line.department ? `${pick(line.department)}　` : ""}${t("desk.line_facts", { waiting: line.waiting, open: line.open_windows, windows: line.windows.join(" ") })}
      ${line.wait ? `　${waitText(line.wait)}` : ""}
      ${line.open ? "" : html`　<b>${t(`why.${line.why ?? "no_window"}`)}</b>${line.again ? ` ${line.again}` : ""}`}</p>
    <${TakeNumber} server=${server} line=${line} cards=${cards} />
    <h2>${t("desk.waiting")}<span>${queue.numbers.length}</span></h2>
    ${queue.numbers.length ? html`<${Queue} queue=${queue} choose=${choose} ticket=${ticket} live=${live} />` : html`<p class="dk-none">${t("win.line_empty")}</p>`}
  </section>`;
}
