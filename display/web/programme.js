// The board's programme: notices in the foot, pictures and videos in turn with the waiting people. Calls are never covered.

import { html, useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { fileOf } from "./source.js";

const ASK_EVERY = 60_000;
const WAITING_FOR = 20_000; // people waiting are shown so long between two items
const PICTURE_FOR = 12_000;
const PLAYS_WITHIN = 5_000; // a video that does not move by then is left out
const VIDEO_AT_MOST = 180_000;

/** The items, asked for again every minute; what cannot be had leaves those that were there. */
export function useProgramme() {
  const [items, set] = useState([]);
  useEffect(() => {
    let known = "";
    const ask = async () => {
      try {
        const answer = await fetch(fileOf("programme"), { cache: "no-cache", signal: AbortSignal.timeout(10_000) });
        if (!answer.ok) return;
        const told = await answer.json();
        if (JSON.stringify(told.items) === known) return;
        known = JSON.stringify(told.items);
        set(told.items);
      } catch {
        // the server is away: the programme goes on with what it has
      }
    };
    ask();
    const timer = setInterval(ask, ASK_EVERY);
    return () => clearInterval(timer);
  }, []);
  return items;
}

/** The notices among the items, as words. */
export function noticesOf(items) {
  return items.filter((item) => item.kind === "notice").map(({ zh, en }) => ({ zh, en }));
}

/** The picture or video whose turn it is (null: people waiting), and what ends its turn. `bad`: it cannot be shown. */
export function useTurn(items) {
  const media = items.filter((item) => item.kind !== "notice");
  const [turn, set] = useState({ at: 0, on: false });
  const [left, leave] = useState(() => new Set());
  const good = media.filter((item) => !left.has(item.file));
  const item = turn.on && good.length ? good[turn.at % good.length] : null;
  const next = () => set((now) => ({ at: now.at + 1, on: false }));
  useEffect(() => leave(new Set()), [items]);
  useEffect(() => {
    if (!good.length) return undefined;
    const lasts = item === null ? WAITING_FOR : item.kind === "picture" ? PICTURE_FOR : VIDEO_AT_MOST;
    const timer = setTimeout(item === null ? () => set((now) => ({ ...now, on: true })) : next, lasts);
    return () => clearTimeout(timer);
  }, [item?.file, turn.at, good.length]);
  const bad = () => {
    if (item) leave((before) => new Set([...before, item.file]));
    set((now) => ({ ...now, on: false }));
  };
  return { item, next, bad };
}

function Video({ item, next, bad }) {
  const [moves, move] = useState(false);
  useEffect(() => {
    if (moves) return undefined;
    const timer = setTimeout(bad, PLAYS_WITHIN);
    return () => clearTimeout(timer);
  }, [moves]);
  return html`<video muted autoplay playsinline src=${fileOf(`programme/${encodeURIComponent(item.file)}`)} onTimeUpdate=${() => move(true)} onEnded=${next} onError=${bad}></video>`;
}

export function Media({ item, next, bad }) {
  if (item.kind === "video") return html`<figure class="b-media"><${Video} key=${item.file} item=${item} next=${next} bad=${bad} /></figure>`;
  return html`<figure class="b-media"><img key=${item.file} alt="" src=${fileOf(`programme/${encodeURIComponent(item.file)}`)} onError=${bad} /></figure>`;
}
