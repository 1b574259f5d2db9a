// Live cards from the server: a snapshot by GET, then changes by Socket.IO, which may lose some: the rule below notices.
//
//   change.revision <= mine         known already
//   change.previous  > mine         something was missed: fetch the snapshot
//   else                            replace each card whole (null: gone)
//   beat.revision    > mine, 1 s    a change was lost: fetch the snapshot
//   no beat for 6 s                 a deaf line: drop it and dial again
//
// A board keeps its last snapshot in localStorage, so that it never starts black.

import { io } from "/assets/vendor/socket.io-client/socket.io.esm.min.js";
import { OLD_AFTER, freshness } from "/assets/shared/freshness.js";
import { Store, pause } from "/assets/shared/store.js";

const DEAF_AFTER = 6_000; // three beats
const LATE_AFTER = 1_000;
const DIAL_WITHIN = 1_500; // with the pause: whatever a dialling ran into, the next one begins in time to be right in 3 s
const REDIAL = 500;
const SNAPSHOT_WITHIN = 4_000;
const KEEP_EVERY = 2_000;

export class LiveCards extends Store {
  cards = {};
  revision = -1;
  heard = null; // server time in ms of the last beat, null before the first word ever
  offset = 0; // server time minus this machine's, in ms
  refusal = null; // why the server will not show these cards (not_signed_in …)
  #hall;
  #audience;
  #headers;
  #keep;
  #live = false; // the server has been heard since the page was opened
  #beat = performance.now(); // monotonic time of the last beat, or of the start
  #wanted = -1; // the highest revision told of
  #fetching = null;
  #socket = null;
  #stop = new AbortController();
  #saved = -Infinity;

  /** `headers`: a function giving the request headers (session); `keep`: remember the last cards on this machine. */
  constructor({ hall, audience, headers = () => ({}), keep = false }) {
    super();
    this.#hall = hall;
    this.#audience = audience;
    this.#headers = headers;
    this.#keep = keep;
    if (keep) this.#remember();
  }

  /** Milliseconds since the last beat. */
  get age() {
    return this.#live ? performance.now() - this.#beat : Date.now() + this.offset - (this.heard ?? Date.now());
  }

  /** "start" until the first word of this run (12 s at most), then "fresh", "old" or "ask". */
  get freshness() {
    const waited = performance.now() - this.#beat;
    return !this.#live && waited < OLD_AFTER ? "start" : freshness(waited);
  }

  /** Stay connected until `stop`. */
  async start() {
    window.addEventListener("pagehide", () => this.#save(true));
    window.addEventListener("online", () => this.#socket?.disconnect());
    while (!this.#stop.signal.aborted) {
      try {
        await this.#talk();
      } catch {
        // the server is away: the age of the last beat says so, and the next round dials again
      }
      await pause(REDIAL, this.#stop.signal);
    }
  }

  stop() {
    this.#stop.abort();
    this.#socket?.disconnect();
  }

  async #talk() {
    const pass = await this.#pass();
    if (pass === null) return;
    const socket = io({
      transports: ["websocket"],
      reconnection: false, // a pass works once, so every dialling is a new connection
      forceNew: true,
      timeout: DIAL_WITHIN,
      query: { hall: this.#hall }, // in the address: a proxy may bring all that concerns a hall to one process
      auth: { hall: this.#hall, pass },
    });
    this.#socket = socket;
    socket.on("change", (change) => this.#change(change));
    socket.on("beat", (beat) => this.#heardBeat(beat));
    const gone = new Promise((resolve) => {
      socket.once("disconnect", resolve);
      socket.once("connect_error", resolve);
    });
    const dialled = performance.now();
    const deaf = setInterval(() => {
      if (performance.now() - Math.max(this.#beat, dialled) > DEAF_AFTER) socket.disconnect();
    }, 500);
    try {
      await Promise.race([new Promise((resolve) => socket.once("connect", resolve)), gone]);
      if (!socket.connected) return;
      const { revision } = await socket.timeout(DIAL_WITHIN).emitWithAck("watch");
      if (revision !== this.revision || this.heard === null) await this.#fetch(true);
      await gone;
    } finally {
      clearInterval(deaf);
      socket.disconnect();
    }
  }

  async #pass() {
    const answer = await this.#ask("live/pass", {
      method: "POST",
      body: JSON.stringify({ audience: this.#audience }),
      headers: { "Content-Type": "application/json", ...this.#headers() },
    });
    return answer === null ? null : answer.pass;
  }

  /** A JSON answer, or null when refused; the refusal is kept for the page to show. */
  async #ask(path, options = {}) {
    const answer = await fetch(`/${this.#hall}/${path}`, {
      headers: this.#headers(),
      ...options,
      signal: AbortSignal.timeout(options.method === "POST" ? DIAL_WITHIN : SNAPSHOT_WITHIN),
    });
    const body = await answer.json();
    const before = this.refusal;
    this.refusal = answer.ok ? null : body;
    if (before !== this.refusal) this.changed();
    return answer.ok ? body : null;
  }

  #heardBeat(beat) {
    this.#heardTime(beat.time);
    this.#wanted = Math.max(this.#wanted, beat.revision);
    if (beat.revision > this.revision) {
      setTimeout(() => beat.revision > this.revision && this.#fetch(false), LATE_AFTER);
    }
    this.changed();
  }

  #heardTime(time) {
    this.heard = Date.parse(time);
    this.offset = this.heard - Date.now();
    this.#beat = performance.now();
    this.#live = true;
  }

  #change(change) {
    this.#wanted = Math.max(this.#wanted, change.revision);
    if (change.revision <= this.revision) return;
    if (change.previous > this.revision) {
      this.#fetch(false);
      return;
    }
    const cards = { ...this.cards, ...change.cards };
    for (const [key, card] of Object.entries(change.cards)) if (card === null) delete cards[key];
    this.cards = cards;
    this.revision = change.revision;
    this.#save(false);
    this.changed();
  }

  /** Fetch the snapshot, one at a time. `force`: take it even if its revision is lower (the server was restored). */
  #fetch(force) {
    this.#fetching ??= this.#snapshot(force).finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  async #snapshot(force) {
    const told = await this.#ask(`snapshot/${this.#audience}`, { cache: "no-cache" });
    if (told === null || (!force && told.revision < this.revision)) return;
    this.cards = told.cards;
    this.revision = told.revision;
    this.#heardTime(told.time);
    this.#save(false);
    this.changed();
    if (force) this.#wanted = Math.max(told.revision, 0);
    if (this.#wanted > told.revision) setTimeout(() => this.#wanted > this.revision && this.#fetch(false), 200);
  }

  get #shelf() {
    return `paihao/cards/${this.#hall}/${this.#audience}`;
  }

  #save(now) {
    if (!this.#keep || this.revision < 0 || this.#stop.signal.aborted) return; // what was forgotten is not kept anew
    if (!now && performance.now() - this.#saved < KEEP_EVERY) return;
    this.#saved = performance.now();
    localStorage.setItem(this.#shelf, JSON.stringify({ revision: this.revision, heard: this.heard, cards: this.cards }));
  }

  #remember() {
    const kept = localStorage.getItem(this.#shelf);
    if (kept === null) return;
    const { heard, cards } = JSON.parse(kept);
    this.cards = cards; // the revision is not kept: the first connection fetches the snapshot in any case
    this.heard = heard;
  }
}
