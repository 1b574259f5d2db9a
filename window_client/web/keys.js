// The clerk's keys, from the deeds that stand on the window's card: never from a second copy of the rules.

import { whyNot } from "/assets/shared/refusal.js";
import { t } from "/assets/shared/words.js";

const ROW = [
  { place: 1, deed: "recall" },
  { place: 2, deed: "start_service" }, // or finish
  { place: 3, deed: "miss" },
  { place: 4, deed: "hold", menu: true },
  { place: 5, deed: "pass_on", menu: true },
  { place: 6, deed: "pause_window", menu: true }, // or reopen_window
  { place: 7, deed: "undo_call" },
  { place: 8, deed: "sign_out" },
];
const WITHOUT_VISIT = new Set(["pause_window", "reopen_window", "sign_out"]);

/** {allowed, why, seconds}: `seconds` until the deed begins to be allowed, or until it ends. */
export function standing(work, deed, now) {
  const own = work.deeds.find((found) => found.deed === deed);
  if (!own) return { allowed: false, why: "step_not_allowed", seconds: null };
  const from = own.allowed_from ? Date.parse(own.allowed_from) : null;
  const until = own.until ? Date.parse(own.until) : null;
  if (until !== null && now >= until) return { allowed: false, why: own.why ?? "undo_too_late", seconds: null };
  if (from !== null && now < from) return { allowed: false, why: own.why ?? "recall_too_soon", seconds: Math.ceil((from - now) / 1000) };
  const allowed = own.allowed || from !== null;
  return { allowed, why: allowed ? null : own.why ?? "step_not_allowed", seconds: until === null ? null : Math.ceil((until - now) / 1000) };
}

function body(deed, work, outcome, items) {
  if (WITHOUT_VISIT.has(deed)) return {};
  const visit = work.visit?.visit ?? null;
  return deed === "finish" ? { visit, outcome, items } : { visit };
}

function label(deed, { allowed, seconds }) {
  if (seconds === null) return t(`deed.${deed}`);
  return t(allowed ? "win.key_left" : "win.key_in", { deed: t(`deed.${deed}`), n: seconds });
}

/** The work as it stands when a visit was finished at this window of which the server has not heard. */
export function withoutFinished(work, finished) {
  if (!finished || work.visit?.visit !== finished) return work;
  return { ...work, visit: null, ticket: null, state: "free", finished_late: work.ticket?.number ?? "" };
}

/** `keeps`: the agent keeps a finish while the line is cut. A key as the page draws it: `why` is null if it can be pressed, `text` says why not, `hotkey` is its place's. */
export function keyFor(deed, { work, cut, keeps, now, outcome, items }, rest = {}) {
  const found = standing(work, deed, now);
  const why = cut && !(keeps && deed === "finish") ? "no_server" : found.why;
  return {
    deed,
    label: label(deed, found),
    seconds: found.seconds,
    why,
    text: why ? t("win.why_not", { deed: t(`deed.${deed}`), why: whyNot(why) }) : "",
    body: body(deed, work, outcome, items),
    ...rest,
  };
}

/** The key beside a held or missed ticket. A deed that the card does not name is for the server to decide. */
export function backKey(deed, parked, state) {
  const { work, cut, now } = state;
  const named = work.deeds.some((own) => own.deed === deed);
  const why = cut ? "no_server" : named ? standing(work, deed, now).why : null;
  const body = { ticket: parked.ticket, ...(deed === "return_missed" ? {} : { visit: work.visit?.visit ?? null }) };
  return { deed, body, why, text: why ? t("win.why_not", { deed: t(`deed.${deed}`), why: whyNot(why) }) : "" };
}

export function keysOf(state) {
  const { work, hotkeys } = state;
  const serving = work.visit?.state === "serving";
  return ROW.map((own) => {
    const place = { ...own, hotkey: hotkeys[own.deed] };
    if (place.deed === "start_service" && serving) return keyFor("finish", state, { ...place, deed: "finish" });
    if (place.deed === "pause_window" && work.state === "paused") {
      return keyFor("reopen_window", state, { ...place, deed: "reopen_window", menu: false });
    }
    return keyFor(place.deed, state, place);
  });
}

/** The one red key: what comes next in the ordinary case. */
export function mainKey(state) {
  return { ...ordinary(state), hotkey: state.hotkeys.main };
}

function ordinary(state) {
  const { work, outcome, items } = state;
  const plain = outcome === "finished" && items === 1;
  const next = keyFor("call_next", state);
  if (work.state === "paused") return keyFor("reopen_window", state);
  if (!work.visit) return next;
  if (work.visit.state === "called") return keyFor("start_service", state);
  if (plain && !next.why) return { ...next, label: t("win.finish_and_next") };
  const finish = keyFor("finish", state);
  return { ...finish, label: outcome === "finished" ? finish.label : t(`outcome.${outcome}`) };
}
