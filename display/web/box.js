// Cards from the box this screen hangs on (paihao display). The box knows when it last heard the server, and starts from what
// it kept on its disk. The interface is that of LiveCards.

import { Agent } from "/assets/shared/agent.js";
import { OLD_AFTER, freshness } from "/assets/shared/freshness.js";

export class BoxCards extends Agent {
  /** Server time in ms of the last word that the box heard, null before the first word ever. */
  get heard() {
    return this.agent?.heard ? Date.parse(this.agent.heard) : null;
  }

  /** Milliseconds since the server was last heard. */
  get age() {
    if (this.agent === null) return performance.now();
    if (this.cut) return Math.max(Date.now() - this.cutSince, OLD_AFTER);
    return this.heard === null ? performance.now() : Math.max(0, Date.now() + this.offset - this.heard);
  }

  /** "start" until the box's first word (12 s at most), then "fresh", "old" or "ask". */
  get freshness() {
    if (this.heard === null && this.age < OLD_AFTER) return "start";
    return freshness(this.age);
  }
}
