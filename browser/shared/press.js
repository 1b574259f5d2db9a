// One intention, one press id: the same press again is the same key to the server, so a double tap is done once.

/** 32 hex digits (128 bit). crypto.randomUUID is missing on http:// pages of the hall's network, getRandomValues is not. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * Intentions that have no answer yet. The same deed with the same body keeps its id until it is answered or forgotten
 * (a kiosk forgets when it goes home: the next citizen's press is another intention).
 */
export class Intentions {
  #open = new Map();

  /** `fresh`: the id that this press has already, if it came from outside the page. */
  id(deed, body, fresh = newId()) {
    const what = JSON.stringify([deed, body]);
    if (!this.#open.has(what)) this.#open.set(what, fresh);
    return this.#open.get(what);
  }

  answered(deed, body) {
    this.#open.delete(JSON.stringify([deed, body]));
  }

  forget() {
    this.#open.clear();
  }
}
