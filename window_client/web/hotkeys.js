// The clerk's hotkeys: in this page, in its bar, and those that the agent has grabbed from the whole desktop.

import { useEffect, useLayoutEffect, useRef } from "/assets/vendor/htm-preact/standalone.module.js";
import { t } from "/assets/shared/words.js";

/** What the settings and the agent call a key, or "" for one that is no hotkey. */
function nameOf(event) {
  if (event.repeat || event.metaKey || (event.ctrlKey && event.altKey)) return "";
  const modifier = event.ctrlKey ? "Ctrl+" : event.altKey ? "Alt+" : "";
  if (/^F([1-9]|1[0-2])$/.test(event.key)) return modifier + event.key;
  return !modifier && /^[1-7]$/.test(event.key) && event.target.tagName !== "INPUT" ? event.key : "";
}

/** `press(name, id)` says whether the key meant something; `id` comes with a grabbed press. */
export function useHotkeys(press, bar, agent) {
  const current = useRef(press);
  current.current = press;
  useLayoutEffect(() => {
    const onKey = (event) => {
      const name = nameOf(event);
      if (name && current.current(name)) event.preventDefault();
    };
    const windows = bar ? [window, bar.window] : [window];
    for (const one of windows) one.addEventListener("keydown", onKey);
    return () => windows.forEach((one) => one.removeEventListener("keydown", onKey));
  }, [bar]);
  useEffect(() => {
    agent.onHotkey = (name, id) => current.current(name, id);
    return () => void (agent.onHotkey = null);
  }, [agent]);
}

/** Why hotkeys that should work everywhere do not, in a sentence; "" when they do, or are not meant to. */
export function onlyHere(own) {
  const { why, taken } = own.hotkeys;
  if (why) return t("hotkeys.only_here", { why: t(`hotkeys_why.${why}`) });
  return taken.length ? t("hotkeys.taken", { keys: taken.join(" ") }) : "";
}
