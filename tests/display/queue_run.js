// A zone played through the queue at its own clock: what happens on the board, and what is said when. Milliseconds.
//
// events: [{at, do: "call" | "undo", number, call}]; a second call of a number is its recall.
// plan: {repeat, fullMs, briefMs}; cuts: [[from, to]] in which the page hears nothing and says nothing.

export function play({ SpeechQueue, events, plan, cuts = [], until, pause = 280, step = 20 }) {
  const queue = new SpeechQueue();
  queue.plan(plan);
  const said = [];
  let board = []; // newest first, each number once
  let free = 0;
  const due = [...events].sort((a, b) => a.at - b.at);
  for (let now = 0; now <= until; now += step) {
    while (due.length && due[0].at <= now) {
      const { at, number, call, do: what } = due.shift();
      board = board.filter((one) => one.number !== number);
      if (what === "call") board.unshift({ call, number, at, time: new Date(at).toISOString() });
    }
    if (cuts.some(([from, to]) => now >= from && now < to)) continue;
    const shown = board.filter((one, place) => place < 8 || now - one.at <= 60_000);
    const stop = queue.hear(shown, now);
    if (stop && free > now) {
      said.at(-1).stopped = now;
      free = now;
    }
    if (now < free) continue;
    queue.dropLate(now);
    const waits = queue.behind(now);
    const next = queue.next(now);
    if (next === null) continue;
    const ends = now + (next.form === "brief" ? plan.briefMs : plan.fullMs);
    said.push({ ...next, begins: now, ends, behind: waits });
    free = ends + pause;
  }
  return { said, unspoken: queue.unspoken };
}
