// A page of the server and its commands: own idempotency keys, the session token in this tab only, no cookies.

import { pageRefusal } from "/assets/shared/refusal.js";
import { Intentions } from "/assets/shared/press.js";
import { Store } from "/assets/shared/store.js";

const ANSWER_WITHIN = 15_000;

export class Server extends Store {
  busy = false;
  #hall;
  #shelf;
  #intentions = new Intentions();

  constructor(hall) {
    super();
    this.#hall = hall;
    this.#shelf = `paihao/session/${hall}`;
  }

  /** {token, name, roles} of who is signed in, or null. */
  get session() {
    return JSON.parse(sessionStorage.getItem(this.#shelf));
  }

  keepSession(session) {
    if (session === null) sessionStorage.removeItem(this.#shelf);
    else sessionStorage.setItem(this.#shelf, JSON.stringify(session));
    this.changed();
  }

  headers() {
    const session = this.session;
    return session ? { "X-Session": session.token } : {};
  }

  /** POST /<hall>/<place>/<deed>; resolves with the reply or a refusal. Locked while one is on its way (null). */
  async do(place, deed, body = {}) {
    if (this.busy) return null;
    this.busy = true;
    this.changed();
    const key = this.#intentions.id(`${place}/${deed}`, body);
    try {
      const answer = await this.#post(place, deed, body, key);
      this.#intentions.answered(`${place}/${deed}`, body);
      if (answer.kind === "refused" && answer.code === "not_signed_in") this.keepSession(null);
      return answer;
    } catch {
      return pageRefusal("no_server"); // the same press again sends the same key
    } finally {
      this.busy = false;
      this.changed();
    }
  }

  async #post(place, deed, body, key) {
    const answer = await fetch(`/${this.#hall}/${place}/${deed}`, {
      method: "POST",
      headers: { ...this.headers(), "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    return answer.json();
  }

  /** Save a file of the server to this machine; resolves with null or a refusal. */
  async download(path, name) {
    try {
      const answer = await fetch(`/${this.#hall}/${path}`, { headers: this.headers(), signal: AbortSignal.timeout(60_000) });
      if (!answer.ok) return await answer.json();
      const address = URL.createObjectURL(await answer.blob());
      Object.assign(document.createElement("a"), { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      return null;
    } catch {
      return pageRefusal("no_server");
    }
  }
}
