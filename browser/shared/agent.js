// A page and its agent on 127.0.0.1. The agent tells its state as a stream of JSON lines; presses go up by POST.
//
// The secret comes in the address (#s=…), is kept for this tab only, and leaves the address bar at once.

import { jsonLines } from "/assets/shared/lines.js";
import { pageRefusal } from "/assets/shared/refusal.js";
import { Intentions } from "/assets/shared/press.js";
import { Store, pause } from "/assets/shared/store.js";

const CUT_AFTER = 12_000; // the agent sends an empty line every 5 s
const RETRY = 1_000;
const ANSWER_WITHIN = 45_000; // the agent itself tries for 30 s before it answers "not confirmed"

function takeSecret(base) {
  const kept = `paihao/secret${base}`;
  const found = new URLSearchParams(location.hash.slice(1)).get("s");
  if (found) {
    sessionStorage.setItem(kept, found);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return found ?? sessionStorage.getItem(kept) ?? "";
}

export class Agent extends Store {
  cards = {};
  agent = null; // the agent's own part, null before the first line
  cut = false;
  cutSince = null; // ms, this machine's clock
  refusal = null; // why the agent will not talk to this page at all (page_secret …)
  busy = false; // a press is on its way
  onScanned = null; // (what came of it): a code was held under the kiosk's scanner
  onHotkey = null; // (key, press id): a key that the agent has grabbed for this page
  #base;
  #secret;
  #intentions = new Intentions();
  #heard = performance.now();

  constructor(base = new URL(".", location.href).pathname) {
    super();
    this.#base = base;
    this.#secret = takeSecret(base);
  }

  /** Read the state for ever. */
  async start() {
    setInterval(() => this.#watch(), 1_000);
    for (;;) {
      try {
        await this.#read();
      } catch {
        // the agent is away or the line broke: the watch says so, and the next round tries again
      }
      await pause(RETRY);
    }
  }

  async #read() {
    const stop = new AbortController();
    const opened = performance.now();
    const deaf = setInterval(() => performance.now() - Math.max(this.#heard, opened) > CUT_AFTER && stop.abort(), 1_000);
    try {
      const answer = await fetch(`${this.#base}state`, { headers: this.headers(), cache: "no-store", signal: stop.signal });
      if (!answer.ok) return this.#refused(await answer.json());
      let first = true;
      for await (const told of jsonLines(answer.body)) {
        this.#take(told, first);
        first = false;
      }
    } finally {
      clearInterval(deaf);
      stop.abort();
    }
  }

  /** One line: the first of a stream replaces everything, later ones only the cards they name (null: gone). */
  #take(told, first) {
    this.#heard = performance.now();
    this.refusal = null;
    this.cut = false;
    this.cutSince = null;
    if (first) this.cards = {};
    if (told.cards) {
      const cards = { ...this.cards, ...told.cards };
      for (const [key, card] of Object.entries(told.cards)) if (card === null) delete cards[key];
      this.cards = cards;
    }
    if (told.agent) this.agent = told.agent;
    this.changed();
    if (told.scanned) this.onScanned?.(told.scanned);
    if (told.hotkey) this.onHotkey?.(told.hotkey.key, told.hotkey.press);
  }

  #refused(refusal) {
    this.refusal = refusal;
    this.changed();
  }

  #watch() {
    const age = performance.now() - this.#heard;
    if (this.cut || age < CUT_AFTER) return;
    this.cut = true;
    this.cutSince = Date.now() - age;
    this.changed();
  }

  /** Server time minus this machine's, in ms. */
  get offset() {
    return this.agent?.offset_ms ?? 0;
  }

  /** The header that shows the page's secret. */
  headers() {
    return { "X-Page-Secret": this.#secret };
  }

  /**
   * Do a deed; resolves with the reply or a refusal, never throws. While one is on its way another is not sent (resolves
   * with null): the keys are locked. The same deed and body keep their press id until there is an answer. `pressed`: the id
   * of a press that came by a grabbed key.
   */
  async do(deed, body = {}, pressed = undefined) {
    if (this.busy) return null;
    this.busy = true;
    this.changed();
    const press = this.#intentions.id(deed, body, pressed);
    try {
      const answer = await this.#post(deed, body, press);
      this.#intentions.answered(deed, body);
      return answer;
    } catch {
      return pageRefusal("no_agent");
    } finally {
      this.busy = false;
      this.changed();
    }
  }

  async #post(deed, body, press) {
    const answer = await fetch(`${this.#base}do/${deed}`, {
      method: "POST",
      headers: { ...this.headers(), "Content-Type": "application/json", "X-Press": press },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    return answer.json();
  }

  /** The WAV of a sentence (a query), or null. Throws when the agent does not answer. */
  async sound(query, signal) {
    const answer = await fetch(`${this.#base}sound?${query}`, { headers: this.headers(), cache: "no-store", signal });
    return answer.ok ? answer.arrayBuffer() : null;
  }

  /** Forget unanswered intentions: what comes next is somebody else's. */
  forget() {
    this.#intentions.forget();
  }
}
