// Where a screen's cards come from: the server whose page this is, or, on a box of its own (paihao display), the box.

import { LiveCards } from "/assets/shared/cards.js";
import { bearer, forgetPaired, paired } from "/assets/shared/paired.js";
import { BoxCards } from "./box.js";

const ON_A_BOX = location.pathname.startsWith("/display/");
const ASKED = new URLSearchParams(location.search);

/** The hall's code; on a box it is known once the box has spoken. */
export const HALL = ON_A_BOX ? null : decodeURIComponent(location.pathname.split("/")[1]);

/** The window of a window screen: /<hall>/window/<no>, on a box ?window=<no>. */
export const WINDOW = ON_A_BOX ? (ASKED.get("window") ?? "") : decodeURIComponent(location.pathname.split("/")[3] ?? "");

/** The public cards, remembered so that the screen never starts black. */
export function publicCards() {
  return ON_A_BOX ? new BoxCards() : new LiveCards({ hall: HALL, audience: "public", keep: true });
}

/**
 * Where a board that speaks asks, and with which headers; null: it is not paired. `pairAt`: the page that pairs it (a box
 * is enrolled instead). `forget`: the token is worth nothing any more.
 */
export function voiceDoor(live) {
  if (ON_A_BOX) return { base: "/display/voice", headers: () => live.headers(), pairAt: null, forget: () => undefined };
  const back = `board${location.search}`;
  return {
    base: `/${HALL}/voice`,
    headers: () => {
      const display = paired(HALL);
      return display === null ? null : bearer(display);
    },
    pairAt: `/${HALL}/pair?back=${encodeURIComponent(back)}`,
    forget: () => forgetPaired(HALL),
  };
}

/** The address of a file that comes with the hall: "portrait/1003". */
export function fileOf(path) {
  return ON_A_BOX ? `/display/${path}` : `/${HALL}/${path}`;
}
