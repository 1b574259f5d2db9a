// What is said of a page, as sentences of the kiosk's packs (drivers/voices/prompts.py). What the page shows, it says: the
// question, the service that was pressed, the number and where to go, why not and when again.

import { linesAndGroups, takesCard } from "./directory.js";

const MOST_WINDOWS = 4;
const REFUSALS = { too_soon: "too_soon", not_confirmed: "not_confirmed", ask_desk: "at_desk", no_server: "cut" };

const chosen = (prefix) => ({ say: "chosen", service: prefix });
const floorNo = (floor) => /^([1-9][0-9]?)F$/.exec(floor ?? "")?.[1];

/** [{say, …values}] for what stands on the screen. */
export function spoken(props) {
  const { agent, page } = props;
  if (page.name === "number") return ofNumber(props);
  if (agent.refusal || (!agent.agent && !agent.cut)) return [];
  if (!agent.agent?.connected || agent.cut || !agent.cards.hall) return [{ say: "cut" }];
  const line = page.line && agent.cards[`line/${page.line}`];
  if (page.name === "refused") return ofRefusal(page);
  if (page.name === "closed" && line && takesCard(line, agent.agent)) return [chosen(line.prefix), { say: "why_ask_desk" }];
  if (page.name === "closed" && line) return ofClosed(line, agent.cards.hall);
  if (page.name === "long" && line) return [chosen(line.prefix), ofWait(page.wait, "long")];
  if (page.name === "bring" && line) return [chosen(line.prefix), { say: "bring" }];
  if (page.name === "where") return ofScanned(page.status);
  if (page.name === "guide") return [{ say: "guide" }];
  if (page.name === "department") return [{ say: "ask_department" }];
  return ofHome(props);
}

function ofHome({ agent, page, care }) {
  if (page.name === "word" && care) return [{ say: "ask_line" }];
  const { lines, groups } = linesAndGroups(agent.cards);
  if (!lines.length && !groups.length) return [{ say: "no_services" }];
  const silent = ["ready", "paper_low"].includes(agent.agent.printer?.state ?? "ready");
  return [{ say: page.look ? "look" : care ? "ask_care" : "ask" }, ...(silent ? [] : [{ say: "no_printer" }])];
}

function ofNumber({ agent, page, paper }) {
  const { issued } = page;
  const line = agent.cards[`line/${issued.line}`];
  const prefix = line?.prefix ?? issued.line;
  const said = [chosen(prefix), { say: "number", number: issued.number }, ofPlace(issued, agent.cards, line)];
  if (!issued.cut_since) said.push({ say: "ahead", people: issued.ahead });
  if (issued.wait) said.push(ofWait(issued.wait, "wait"));
  if (paper === "taken") said.push({ say: "take_slip" });
  if (paper === "none") said.push({ say: "no_slip" });
  return said;
}

function ofScanned(status) {
  if (status.kind !== "ticket_status" || status.state !== "waiting" || status.ahead === null) return [];
  return [{ say: "number", number: status.number }, { say: "ahead", people: status.ahead }, ...(status.wait ? [ofWait(status.wait, "wait")] : [])];
}

function ofPlace({ windows }, cards, line) {
  const floor = floorNo(cards.hall?.zones.find((zone) => zone.zone === line?.zones[0])?.floor);
  if (!windows.length || windows.length > MOST_WINDOWS) return floor ? { say: "where_floor", floor } : { say: "where_screen" };
  return floor ? { say: "where", floor, windows: windows.join(",") } : { say: "where_window", windows: windows.join(",") };
}

function ofWait(wait, prompt) {
  const [low, high] = wait;
  return low === 0 && prompt === "wait" ? { say: "wait_most", high } : { say: prompt, low, high };
}

function ofClosed(line, hall) {
  const why = line.why ?? "no_window";
  if (why === "ask_desk") return [chosen(line.prefix), { say: "why_ask_desk" }, { say: "at_desk" }];
  return [chosen(line.prefix), { say: "closed" }, { say: `why_${why}` }, ofAgain(line, hall, why)];
}

function ofAgain(line, hall, why) {
  if (line.again) return { say: "again_today", time: line.again };
  if (why === "stopped" || why === "no_window") return { say: "again_unknown" };
  if (!hall.opens_next) return { say: "again_next" };
  const [day, time] = hall.opens_next.includes(" ") ? hall.opens_next.split(" ") : [null, hall.opens_next];
  if (day === null) return { say: "again_today", time };
  const [, month, date] = day.split("-").map(Number);
  return { say: "again_date", month, day: date, time };
}

function ofRefusal({ refusal, line }) {
  if (!line) return [{ say: "no_guide" }];
  return [chosen(line.prefix), { say: REFUSALS[refusal.code] ?? "no_number" }];
}
