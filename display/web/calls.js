// Which calls stand on the board, and behind which of them the seal is.

import { useEffect, useReducer, useRef } from "/assets/vendor/htm-preact/standalone.module.js";
import { cardsOf } from "/assets/shared/store.js";

const ROWS = 8;
const SEAL_MS = 8_000;
const SEAL_HURRIED_MS = 2_000; // when more than three wait for the seal
const HURRY_FROM = 3;
const TOO_OLD_MS = 60_000; // a call is never shown as new later than this

/** The last calls of the zones (all zones if none is named), newest first, each number once. */
export function lastCalls(cards, zones) {
  const wanted = cardsOf(cards, "calls").filter((card) => !zones.length || zones.includes(card.zone));
  const calls = wanted.flatMap((card) => card.calls).sort((a, b) => b.call - a.call);
  const seen = new Set();
  return calls.filter((call) => !seen.has(call.number) && seen.add(call.number));
}

/**
 * The seal's turn: each new call gets it for 8 s, for 2 s when more than three wait. Returns {sealed, fresh}: the call
 * behind the seal, and whether it came while this page looked on. `now`: server time in ms.
 */
export function useSeal(calls, offset) {
  const [, again] = useReducer((n) => n + 1, 0);
  const state = useRef({ known: null, queue: [], sealed: null, fresh: false, until: 0 });
  const own = state.current;
  const newest = calls[0]?.call ?? 0;
  if (own.known === null && calls.length) {
    own.known = newest;
    own.sealed = calls[0].call;
  } else if (own.known !== null && newest > own.known) {
    const arrived = calls.filter((call) => call.call > own.known && Date.now() + offset - Date.parse(call.time) < TOO_OLD_MS);
    for (const call of arrived.reverse()) {
      const place = own.queue.findIndex((one) => one.number === call.number);
      if (place >= 0) own.queue[place] = call; // a recall takes the place of its call, as in the voice
      else own.queue.push(call);
    }
    own.known = newest;
  }
  if (own.queue.length && performance.now() >= own.until) {
    own.sealed = own.queue.shift().call;
    own.fresh = true;
    own.until = performance.now() + (own.queue.length > HURRY_FROM ? SEAL_HURRIED_MS : SEAL_MS);
  }
  useEffect(() => {
    if (!own.queue.length) return undefined;
    const timer = setTimeout(again, Math.max(0, own.until - performance.now()) + 5);
    return () => clearTimeout(timer);
  }, [own.queue.length, own.until]);
  const sealed = calls.find((call) => call.call === own.sealed) ?? calls[0] ?? null;
  return { sealed, fresh: own.fresh };
}

/** The rows under the seal. */
export function rowsUnder(calls, sealed) {
  return calls.filter((call) => call !== sealed).slice(0, ROWS - 1);
}
