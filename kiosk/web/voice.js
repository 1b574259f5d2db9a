// The kiosk's voice: sentences one after another, each a WAV that the agent joins from recorded words.
//
// A touch lets a browser sound. Where it keeps the page silent nevertheless, `blocked` says so, and the next touch tries
// again.

import { Store, pause } from "/assets/shared/store.js";

const ANSWER_WITHIN = 3_000;
const OPENS_WITHIN = 1_000; // a sound that may come out begins to run by then
const BETWEEN_S = 0.2;
const RATE_AT = 24; // of a WAV file, in bytes

export class Voice extends Store {
  sounding = false;
  blocked = false;
  #agent;
  #context = null;
  #asked = []; // the sentences of the page now
  #begun = new Set(); // of them and of what the page asked for before: not said a second time
  #now = null; // the sentence that sounds, or is fetched
  #turn = 0; // grows with every page: what belongs to an older one is not begun
  #source = null;

  constructor(agent) {
    super();
    this.#agent = agent;
    addEventListener("click", () => this.#unblock());
  }

  /**
   * Say these ({say, …values}). A page is known by its first sentence. What it said already is not said again when more
   * is known (a slip comes after it was given up); what no longer holds is cut short, and so are another page's words.
   */
  say(sentences, language) {
    const asked = sentences.map((one) => new URLSearchParams({ language, ...one }).toString());
    if (asked[0] !== this.#asked[0]) this.hush();
    this.#asked = asked;
    if (!asked.includes(this.#now)) this.#source?.stop();
    this.#run();
  }

  hush() {
    this.#turn += 1;
    this.#asked = [];
    this.#begun.clear();
    this.#now = null;
    this.#source?.stop();
    this.#source = null;
    this.#set({ sounding: false });
  }

  async #run() {
    if (this.sounding || !this.#next()) return;
    const turn = this.#turn;
    this.#set({ sounding: true });
    for (let sentence = this.#next(); turn === this.#turn && sentence; sentence = this.#next()) {
      this.#begun.add(sentence);
      this.#now = sentence;
      try {
        await this.#play(sentence, turn);
      } catch {
        // no agent, or no such word: what the page shows stands on the page
      }
    }
    if (turn !== this.#turn) return;
    this.#now = null;
    this.#set({ sounding: false });
  }

  #next() {
    return this.#asked.find((one) => !this.#begun.has(one));
  }

  async #play(sentence, turn) {
    const holds = () => turn === this.#turn && this.#asked.includes(sentence);
    const wav = await this.#agent.sound(sentence, AbortSignal.timeout(ANSWER_WITHIN));
    if (wav === null || !holds()) return;
    const context = this.#at(new DataView(wav).getUint32(RATE_AT, true));
    const buffer = await context.decodeAudioData(wav);
    if (!(await this.#opens(context)) || !holds()) return;
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    const ended = new Promise((resolve) => source.addEventListener("ended", resolve, { once: true }));
    this.#source = source;
    source.start();
    await Promise.race([ended, pause((buffer.duration + 2) * 1000)]);
    await pause(BETWEEN_S * 1000);
  }

  /** At the rate of the clips, so that nothing is reckoned anew. */
  #at(sampleRate) {
    if (this.#context?.sampleRate !== sampleRate) {
      this.#context?.close();
      this.#context = new AudioContext({ sampleRate });
    }
    return this.#context;
  }

  async #opens(context) {
    if (context.state !== "running") await Promise.race([context.resume(), pause(OPENS_WITHIN)]);
    this.#set({ blocked: context.state !== "running" });
    return !this.blocked;
  }

  /** A touch: what was kept silent is said now. */
  async #unblock() {
    if (!this.blocked || !(await this.#opens(this.#context))) return;
    this.#begun.clear();
    this.#run();
  }

  #set(values) {
    if (Object.entries(values).every(([name, value]) => this[name] === value)) return;
    Object.assign(this, values);
    this.changed();
  }
}
