// The server's clock decides: times are shown in the hall's zone, from this machine's clock plus the offset to the server.

import { useEffect, useState } from "/assets/vendor/htm-preact/standalone.module.js";
import { lang } from "/assets/shared/words.js";

const formats = new Map();

function format(zone, options, locale) {
  const key = `${zone}|${locale}|${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale, { timeZone: zone, hourCycle: "h23", ...options }));
  return formats.get(key);
}

/** "14:32" in the hall's zone. `time`: milliseconds or an ISO string. */
export function clock(time, zone, { seconds = false } = {}) {
  const options = { hour: "2-digit", minute: "2-digit", ...(seconds ? { second: "2-digit" } : {}) };
  return format(zone, options, "en-GB").format(new Date(time));
}

/** "10月21日" or "21 Oct", and the weekday. */
export function date(time, zone) {
  const [locale, long] = lang() === "zh" ? ["zh-CN", "long"] : ["en-GB", "short"];
  return {
    day: format(zone, { month: long, day: "numeric" }, locale).format(new Date(time)),
    weekday: format(zone, { weekday: long }, locale).format(new Date(time)),
  };
}

/** Milliseconds as "3:41" or "1:02:09"; never negative. */
export function lasting(milliseconds) {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const pair = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(all / 3600);
  const minutes = Math.floor(all / 60) % 60;
  return hours ? `${hours}:${pair(minutes)}:${pair(all % 60)}` : `${minutes}:${pair(all % 60)}`;
}

/** Re-render every `every` milliseconds, on the beat of the wall clock; returns the server's time in milliseconds. */
export function useNow(offset, every = 1000) {
  const [now, set] = useState(Date.now() + offset);
  useEffect(() => {
    let timer = 0;
    const tick = () => {
      const time = Date.now() + offset;
      set(time);
      timer = setTimeout(tick, every - (time % every));
    };
    tick();
    return () => clearTimeout(timer);
  }, [offset, every]);
  return now;
}
