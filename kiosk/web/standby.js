// While the server is away and the kiosk has numbers of its own, the pages go on with the last cards: which lines are open
// is the agent's word, and how many wait is not known.

/** What the pages look at: the agent itself, or the same with cards that claim no more than is known. */
export function withoutServer(agent) {
  const own = agent.agent;
  if (!own || own.connected || agent.cut || !own.standby) return agent;
  const cards = Object.fromEntries(Object.entries(agent.cards).map(([key, card]) => [key, key.startsWith("line/") ? known(card, own.standby) : card]));
  const { cut, cutSince, refusal, busy, offset } = agent;
  return { cards, agent: { ...own, connected: true }, cut, cutSince, refusal, busy, offset };
}

function known(line, { closed }) {
  const why = closed[line.line] ?? null;
  return { ...line, open: why === null, why, again: null, waiting: null, wait: null };
}

/** The people of some lines, or a dash where nobody knows. */
export function people(lines) {
  return lines.some((line) => line.waiting === null) ? "—" : lines.reduce((sum, line) => sum + line.waiting, 0);
}
