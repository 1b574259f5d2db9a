// A thing that changes and tells: the base of the live cards and of the link to an agent.

import { useLayoutEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";

export class Store {
  #listeners = new Set();

  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed() {
    for (const tell of this.#listeners) tell();
  }
}

/**
 * Re-render the calling component whenever the store tells of a change. It listens from the first picture on, before
 * anything else can run: the first word of an agent may come sooner than the effects after a paint.
 */
export function useStore(store) {
  const [, set] = useState(0);
  useLayoutEffect(() => store.subscribe(() => set((n) => n + 1)), [store]);
  return store;
}

/** Wait; ends early, without an error, when `signal` is aborted. */
export function pause(milliseconds, signal = undefined) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

/** All cards of one kind, e.g. cardsOf(cards, "line"), in no order. */
export function cardsOf(cards, kind) {
  const start = `${kind}/`;
  return Object.entries(cards).filter(([key]) => key.startsWith(start)).map(([, card]) => card);
}
