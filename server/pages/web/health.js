// What agents say of their devices, in words: for the desk and the command screen.

import { hasWord, t } from "/assets/shared/words.js";

const FINE = new Set(["ready", "unheard", "ok", "connected", "none", "speaks", "standby"]);

/** The catalogue's text, or the code itself where a newer agent sends one that this page does not know. */
function known(key, code) {
  return hasWord(key) ? t(key) : code;
}


/** What is wrong with an agent's devices, the windows of the same fault together: "keypad silent 101 102". */
export function troublesOf(health) {
  const found = new Map();
  for (const [what, state] of Object.entries(health)) {
    if (FINE.has(state)) continue;
    const [part, window] = what.split("/");
    const said = `${known(`part.${part}`, part)} ${known(part === "printer" ? `printer.${state}` : `device_state.${state}`, state)}`;
    found.set(said, [...(found.get(said) ?? []), window ?? ""]);
  }
  return [...found].map(([said, windows]) => `${said} ${windows.join(" ")}`.trim());
}

/** [{kind, fine, all}] for agents and the parts they look after, in a fixed order; kinds that are not there are left out. */
export function partsOf(devices) {
  const found = new Map();
  const count = (kind, fine) => {
    const one = found.get(kind) ?? { kind, fine: 0, all: 0 };
    found.set(kind, { kind, fine: one.fine + (fine ? 1 : 0), all: one.all + 1 });
  };
  for (const device of devices) {
    const health = Object.entries(device.health);
    if (device.kind !== "display") count(device.kind, device.since !== null || health.length > 0);
    for (const [what, state] of health) if (state !== "none") count(what.split("/")[0], FINE.has(state));
  }
  return ["kiosk", "printer", "scanner", "idcard", "window", "keypad", "pad", "strip"].flatMap((kind) => found.get(kind) ?? []);
}
