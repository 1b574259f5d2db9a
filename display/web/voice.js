// A board that speaks: ?voice=<voice zone>. It asks for the zone's speaker lease, takes from the queue what to say,
// plays the server's WAV, and tells the server what people heard. Another page of the zone takes over when it goes.
//
// Only a paired display gets a lease; any other board shows, and says in its foot that it does not speak.
//
// The browser may keep a page silent until somebody has pressed a key on it: then the page says so here and to the
// server, and takes no lease, so that a page that can speak does. (Kiosk: --autoplay-policy=no-user-gesture-required.)

import { html } from "/assets/vendor/htm-preact/standalone.module.js";
import { Shape } from "/assets/shared/shapes.js";
import { Store, cardsOf, pause } from "/assets/shared/store.js";
import { t, tIn, lang } from "/assets/shared/words.js";
import { SpeechQueue } from "./speech_queue.js";

const RENEW_EVERY = 2_000;
const ANSWER_WITHIN = 3_000;
const RENEW_AT_MOST = 400;
const HEARD_AFTER_S = 0.1; // of sound that was really played
const BETWEEN_S = 0.25; // between two languages, and between two sentences
const TRY_AGAIN = 1_000;
const STANDS_STILL = 5_000; // a sound clock that has not moved for so long brings nothing out any more
const OPENS_WITHIN = 1_000; // a sound that may come out begins to run by then
const REFUSED = { 401: "unpaired", 403: "elsewhere" };

export class Voice extends Store {
  /**
   * "speaks": it holds the zone's lease; "blocked": the browser lets no sound out; "silent": nobody speaks at this hour;
   * "unpaired", "elsewhere": it may not speak, or not in this zone; "quiet": another page speaks.
   */
  state = "quiet";
  pairAt;
  #door;
  #base;
  #live;
  #queue = new SpeechQueue();
  #context = null;
  #opened = 0;
  #lease = null;
  #until = 0; // of the lease, on this page's own clock
  #shown = false; // the server knows that its answer with this lease came; else it ends the lease soon
  #how = null; // the server's answer: languages, repeat, zones …
  #refused = null; // "unpaired" or "elsewhere"
  #asked = -Infinity;
  #asking = false;
  #playing = false;
  #sounding = []; // the sources that sound now

  constructor({ door, zone, live }) {
    super();
    this.#door = door;
    this.#base = `${door.base}/${encodeURIComponent(zone)}`;
    this.pairAt = door.pairAt;
    this.#live = live;
  }

  start() {
    this.#open(undefined);
    for (const kind of ["keydown", "pointerdown"]) window.addEventListener(kind, () => this.#unblock());
    window.addEventListener("pagehide", () => this.#leave());
    this.#live.subscribe(() => this.#turn());
    setInterval(() => this.#turn(), 250);
  }

  /** Serves the key on the page; any key does the same. */
  async #unblock() {
    if (!this.#runs) await this.#context.resume();
    this.#turn();
  }

  #open(rate) {
    this.#context?.close();
    this.#context = new AudioContext(rate ? { sampleRate: rate } : {});
    this.#opened = performance.now();
    this.#context.addEventListener("statechange", () => this.#turn());
  }

  #look() {
    if (this.#blocked) this.#leave();
    const silent = this.#how?.silent ? "silent" : "quiet";
    const state = this.#refused ?? (this.#blocked ? "blocked" : this.#holds ? "speaks" : silent);
    if (state === this.state) return;
    this.state = state;
    this.changed();
  }

  get #runs() {
    return this.#context.state === "running";
  }

  get #blocked() {
    return !this.#runs && performance.now() - this.#opened > OPENS_WITHIN;
  }

  get #holds() {
    return this.#lease !== null && performance.now() < this.#until;
  }

  /** Whatever is due: the lease, the calls, the next sentence. */
  #turn() {
    this.#look();
    if (!this.#holds) {
      this.#hush();
      if (!this.#playing) this.#queue.rest();
    }
    if (!(this.#runs || this.#blocked) || this.#live.freshness !== "fresh") return;
    const since = performance.now() - this.#asked;
    const wants = !this.#holds && !this.#blocked && !this.#how?.silent;
    const soon = wants || (this.#holds && !this.#shown);
    if (!this.#asking && since > (soon ? RENEW_AT_MOST : RENEW_EVERY)) this.#ask();
    if (!this.#holds) return;
    const now = Date.now() + this.#live.offset;
    const calls = cardsOf(this.#live.cards, "calls").filter((card) => this.#how.zones.includes(card.zone));
    if (this.#queue.hear(calls.flatMap((card) => card.calls), now)) this.#hush();
    if (!this.#playing) this.#sayNext(now);
  }

  /** Take or renew the lease. */
  async #ask() {
    this.#asking = true;
    const sent = (this.#asked = performance.now());
    try {
      const how = await this.#post("speaker", { lease: this.#lease, blocked: this.#blocked });
      if (how === null) return;
      this.#how = how;
      this.#shown = this.#lease === how.lease;
      this.#lease = how.lease;
      this.#until = sent + how.lease_ms;
      this.#queue.plan({ repeat: how.repeat, fullMs: how.full_ms, briefMs: how.brief_ms });
      this.#queue.saidElsewhere(how.spoken, Date.now() + this.#live.offset);
      if (this.#holds && how.rate !== this.#context.sampleRate) this.#open(how.rate);
    } catch {
      // the server is away: the lease runs out by itself
    } finally {
      this.#asking = false;
    }
    this.#turn();
  }

  async #sayNext(now) {
    const next = this.#queue.next(now);
    if (next === null) return;
    this.#playing = true;
    try {
      await this.#say(next);
      await pause(BETWEEN_S * 1000);
    } catch {
      this.#queue.failed(next.first);
      await pause(TRY_AGAIN);
    } finally {
      this.#playing = false;
    }
    this.#turn();
  }

  async #say({ call, form, first }) {
    const languages = form === "brief" ? this.#how.languages.slice(0, 1) : this.#how.languages;
    const context = this.#context;
    const sounds = await Promise.all(languages.map((language, place) => this.#sound(context, call, language, place ? "again" : form)));
    if (!this.#holds) throw new Error("another page speaks now");
    let at = context.currentTime + 0.02;
    const begins = at;
    const ends = [];
    for (const buffer of sounds) {
      const source = new AudioBufferSourceNode(context, { buffer });
      source.connect(context.destination);
      ends.push(new Promise((resolve) => source.addEventListener("ended", resolve, { once: true })));
      source.start(at);
      this.#sounding.push(source);
      // On a whole sample: between two, the browser would blur the recording.
      at = Math.ceil((at + buffer.duration + BETWEEN_S) * context.sampleRate) / context.sampleRate;
    }
    if (first) this.#confirm(context, call, begins);
    await this.#sounded(context, ends, at);
    this.#sounding = [];
  }

  /** Until all has ended. By the sound's own clock: a sound card that falls behind is waited for, or two would speak at once. */
  async #sounded(context, ends, until) {
    const all = Promise.all(ends).then(() => true);
    let seen;
    do {
      seen = context.currentTime;
      if (await Promise.race([all, pause(STANDS_STILL)])) return;
    } while (context.currentTime > seen && context.currentTime < until + STANDS_STILL / 1000);
    this.#hush();
  }

  async #sound(context, call, language, form) {
    const answer = await fetch(`${this.#base}/${call}.wav?language=${language}&form=${form}`, { signal: AbortSignal.timeout(ANSWER_WITHIN) });
    if (!answer.ok) throw new Error(`no sound: ${answer.status}`);
    return context.decodeAudioData(await answer.arrayBuffer());
  }

  /** Tell the server once sound has really come out: the clock of the sound card went on. */
  async #confirm(context, call, begins) {
    while (context.currentTime < begins + HEARD_AFTER_S) {
      if (context.state !== "running" || !this.#sounding.length) return;
      await pause(30);
    }
    try {
      await this.#post("spoken", { lease: this.#lease, call });
    } catch {
      // the clerk's page says that the call was not announced, which nobody knows better
    }
  }

  #hush() {
    for (const source of this.#sounding.splice(0)) source.stop();
  }

  #leave() {
    this.#hush();
    if (!this.#holds) return;
    const lease = this.#lease;
    this.#lease = null;
    this.#post("leave", { lease }).catch(() => undefined);
  }

  /** The answer, or null for a refusal. */
  async #post(deed, body) {
    const headers = this.#door.headers();
    if (headers === null) return this.#isRefused("unpaired");
    const answer = await fetch(`${this.#base}/${deed}`, {
      method: "POST",
      keepalive: true, // so that "leave" still goes out when the page is closed
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    if (answer.status === 401) this.#door.forget();
    if (!answer.ok) return this.#isRefused(REFUSED[answer.status] ?? null);
    this.#refused = null;
    return answer.json();
  }

  #isRefused(why) {
    this.#refused = why;
    if (why !== null) this.#lease = null;
    return null;
  }
}

/** In the foot of the board: that it does not speak, and why. An unpaired one is paired by a press on it. */
export function VoiceMark({ voice }) {
  if (!["unpaired", "elsewhere", "silent"].includes(voice.state)) return null;
  const said = html`<${Shape} name="none" />${t(`board.voice.${voice.state}`)}`;
  if (voice.state === "unpaired" && voice.pairAt) return html`<a class="b-voice" href=${voice.pairAt}>${said}</a>`;
  return html`<span class="b-voice">${said}</span>`;
}

/** Says that the browser keeps the page silent, with the one key that opens the sound; nothing otherwise. */
export function SoundBlocked({ voice }) {
  if (voice.state !== "blocked") return null;
  const other = lang() === "zh" ? "en" : "zh";
  return html`<button class="b-sound" role="alert"><${Shape} name="tri" />${t("board.sound_blocked")}
    <span lang=${other}>${tIn(other, "board.sound_blocked")}</span></button>`;
}
