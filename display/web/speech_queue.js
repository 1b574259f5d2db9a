// Which call is said next in a voice zone. A pure state machine: the time is handed in, nothing is looked up, nothing
// sounds here.
//
//   never later      a sentence that would end more than 60 s after the press is not begun
//   hurried          more than 20 s behind: no repeats; more than 40 s: only the fewest words, in the first language
//   in the seal's order   first announcements one after another as the calls came; a recall takes the place of its call

export const LATEST_MS = 60_000;
export const HURRIED_MS = 20_000;
export const BRIEF_MS = 40_000;
const FORGOTTEN_MS = 120_000;

export class SpeechQueue {
  unspoken = 0; // calls that came too late to be said
  #plan = { repeat: 1, fullMs: 0, briefMs: 0 };
  #waiting = []; // {call, number, at}: calls to be said for the first time
  #now = null; // the call being said: {call, number, at, times}
  #known = new Map(); // call → when it was first heard of

  /** How often each call is said, and how long a long one takes in full and in the fewest words. */
  plan({ repeat, fullMs, briefMs }) {
    this.#plan = { repeat, fullMs, briefMs };
  }

  /** Calls that another page has said: not said again. */
  saidElsewhere(calls, now) {
    for (const call of calls) this.#known.set(call, now);
    this.#waiting = this.#waiting.filter((one) => !calls.includes(one.call));
  }

  /** The zone's calls as they stand on the board ({call, number, time}). True: the call being said was taken back. */
  hear(calls, now) {
    const onBoard = new Map(calls.map((one) => [one.call, one]));
    const numbers = new Map(calls.map((one) => [one.number, one]));
    for (const one of [...calls].sort((a, b) => a.call - b.call)) {
      if (this.#known.has(one.call)) continue;
      this.#known.set(one.call, now);
      const at = Date.parse(one.time);
      if (now - at < LATEST_MS) this.#lineUp({ call: one.call, number: one.number, at });
    }
    this.#waiting = this.#waiting.filter((one) => onBoard.has(one.call) || now - one.at >= LATEST_MS);
    for (const [call, since] of this.#known) {
      if (!onBoard.has(call) && now - since > FORGOTTEN_MS) this.#known.delete(call);
    }
    if (this.#now === null || onBoard.has(this.#now.call)) return false;
    const recalled = numbers.has(this.#now.number);
    const old = now - this.#now.at >= LATEST_MS;
    this.#now.times = this.#plan.repeat; // a recall says it anew, and what was taken back is not repeated
    return !recalled && !old;
  }

  #lineUp(call) {
    const place = this.#waiting.findIndex((one) => one.number === call.number);
    if (place >= 0) this.#waiting[place] = call;
    else this.#waiting.push(call);
  }

  /** How late the last of those who wait would begin, if all before it were said in full. */
  behind(now) {
    return Math.max(0, ...this.#waiting.map((one, place) => now - one.at + place * this.#plan.fullMs));
  }

  /** Give up what could not be said in time any more, even in the fewest words. */
  dropLate(now) {
    const inTime = this.#waiting.filter((one) => now + this.#plan.briefMs <= one.at + LATEST_MS);
    this.unspoken += this.#waiting.length - inTime.length;
    this.#waiting = inTime;
  }

  /** What to say now that nothing sounds: {call, form, first}, form "full", "again" or "brief"; null for nothing. */
  next(now) {
    const { repeat, fullMs } = this.#plan;
    const said = this.#now;
    this.dropLate(now);
    if (said !== null && said.times < repeat && this.behind(now) <= HURRIED_MS && now + fullMs <= said.at + LATEST_MS) {
      said.times += 1;
      return { call: said.call, form: "again", first: false };
    }
    this.#now = null;
    if (!this.#waiting.length) return null;
    const brief = this.behind(now) > BRIEF_MS || now + fullMs > this.#waiting[0].at + LATEST_MS;
    const one = this.#waiting.shift();
    this.#now = { ...one, times: brief ? repeat : 1 };
    return { call: one.call, form: brief ? "brief" : "full", first: true };
  }

  /** This page does not speak any more: what it said is not repeated. */
  rest() {
    this.#now = null;
  }

  /** What `next` gave could not be said (no answer, no sound): a first announcement is tried again. */
  failed(first) {
    if (first && this.#now !== null) this.#waiting.unshift({ call: this.#now.call, number: this.#now.number, at: this.#now.at });
    this.#now = null;
  }
}
