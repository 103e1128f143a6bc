/* Edits on their way to the server: kept in this browser from the moment they are made until the server has confirmed
   them, sent in order, one request at a time. An edit's id makes sending it twice harmless.

   An entry is {id, kind: "edit"|"undo"|"redo", words, documents: [id], changes: [{document, base, added, removed, …}],
   seconds, of}; the changes of an undo are for showing it here, the server computes them itself. Entries lie in the
   storage one by one, so that an edit costs the same however many wait. The outbox lives as long as the page. */

const PREFIX = "tagloop:desk:";
const DELAY = 250; // ms from an edit until it is sent, so that a few travel together
const BACKOFF = [1000, 2000, 5000, 10_000]; // ms until the next attempt
const LARGEST_BATCH = 200; // edits, the server's limit
const REFUSED = [400, 409, 413, 415, 422]; // a request that would be refused again; anything else may pass later
const BULK = 200; // changes: an edit over so many documents travels alone

export class Outbox {
  constructor(server, project, life, storage) {
    this.server = server;
    this.life = life;
    this.storage = storage;
    this.prefix = `${PREFIX}${project}:`;
    this.entries = [];
    this.held = new Set(); // documents whose edits wait for a person's choice
    this.revisions = new Map(); // document → the revision that its first waiting edit is based on
    this.listener = null; // {onChange, onConfirmed(entry, revisions), onFailed(entry, result)}
    this.number = 0;
    this.failures = 0; // attempts in a row that did not arrive
    this.problem = ""; // why the last one did not
    this.running = null;
    for (const event of ["online", "focus"]) window.addEventListener(event, () => this.entries.length && this.flush());
    window.addEventListener("pagehide", () => this.leave());
    window.addEventListener("beforeunload", (event) => this.unkept && event.preventDefault());
  }

  get size() {
    return this.entries.length;
  }

  get away() {
    return this.failures > 0;
  }

  /* Whether something waits that this browser does not keep: its storage is full or switched off. */
  get unkept() {
    return this.entries.some((entry) => !entry.kept);
  }

  /* Entries that touch a document, in order. */
  of(document) {
    return this.entries.filter((entry) => entry.documents.includes(document));
  }

  /* The server's revision of a document, as far as this page knows. */
  know(document, revision) {
    this.revisions.set(document, revision);
  }

  add(entry) {
    const ahead = new Map();
    for (const { documents } of this.entries) for (const id of documents) ahead.set(id, (ahead.get(id) ?? 0) + 1);
    for (const change of entry.changes) {
      if (this.revisions.has(change.document)) change.base = this.revisions.get(change.document) + (ahead.get(change.document) ?? 0);
    }
    this.entries.push(entry);
    this.#keep(entry);
    this.timer ??= setTimeout(() => this.flush(), this.away ? BACKOFF[0] : DELAY);
    this.listener?.onChange();
  }

  /* Take entries out without sending them. */
  drop(entries) {
    const gone = new Set(entries);
    this.entries = this.entries.filter((entry) => !gone.has(entry));
    for (const entry of entries) this.#forget(entry);
    this.listener?.onChange();
  }

  hold(document) {
    this.held.add(document);
  }

  /* Somebody new listens: what waited for a choice is sent again, so that the question is asked again. */
  listen(listener) {
    this.listener = listener;
    this.held.clear();
  }

  release(document) {
    this.held.delete(document);
  }

  /* Send all that waits; true when nothing is left to send. */
  flush() {
    clearTimeout(this.timer);
    this.timer = null;
    this.running ??= this.#send().finally(() => {
      this.running = null;
      this.listener?.onChange();
    });
    return this.running;
  }

  /* The page goes away: what waits is sent once more without waiting for the answer. It stays kept here as well. */
  leave() {
    const batch = this.#batch();
    if (batch.length) this.server.request("edits", { edits: batch.map((entry) => this.#wire(entry)) }, { leaving: true }).catch(() => {});
  }

  async #send() {
    for (;;) {
      const batch = this.#batch();
      if (!batch.length) return true;
      this.listener?.onChange();
      let results;
      try {
        ({ results } = await this.server.request("edits", { edits: this.#numbered(batch) }));
        if (!Array.isArray(results) || !results.length) throw new Error("The server's answer has no results.");
      } catch (error) {
        if (!REFUSED.includes(error.status) || !this.listener) {
          this.#tryLater(error);
          return false;
        }
        if (batch.length > 1) this.only = batch[0]; // one by one, so that only the one at fault stays back
        else this.listener.onFailed(batch[0], { kind: "refused", message: error.message });
        continue;
      }
      this.failures = 0;
      this.only = null;
      if (!this.#take(batch, results)) return false;
    }
  }

  #batch() {
    const free = this.entries.filter((entry) => !entry.documents.some((id) => this.held.has(id)));
    const bulk = free.findIndex((entry) => entry.changes.length >= BULK);
    if (this.only || bulk === 0) return free.slice(0, 1);
    return free.slice(0, Math.min(LARGEST_BATCH, bulk < 0 ? free.length : bulk));
  }

  #numbered(batch) {
    const next = new Map(this.revisions);
    for (const { documents, changes } of batch) {
      for (const change of changes) if (next.has(change.document)) change.base = next.get(change.document);
      for (const change of changes) if (!next.has(change.document)) next.set(change.document, change.base);
      for (const id of documents) if (next.has(id)) next.set(id, next.get(id) + 1);
    }
    return batch.map((entry) => this.#wire(entry));
  }

  #wire({ id, kind, of, words, seconds, changes }) {
    return kind === "edit" ? { id, kind, words, seconds, changes } : { id, kind, of };
  }

  /* What the server said to each of `batch`; false where sending has to stop. */
  #take(batch, results) {
    const waiting = new Map(batch.map((entry) => [entry.id, entry]));
    for (const result of results) {
      const entry = waiting.get(result.id);
      if (!entry) continue;
      if (result.ok) {
        for (const [id, revision] of Object.entries(result.revisions)) this.revisions.set(Number(id), revision);
        this.entries = this.entries.filter((other) => other !== entry);
        this.#forget(entry);
        this.listener?.onConfirmed(entry, result.revisions);
      } else if (this.listener) this.listener.onFailed(entry, result);
      else return false; // nobody there to decide: it waits until the desk is open again
    }
    return true;
  }

  #tryLater(error) {
    const wait = BACKOFF[Math.min(this.failures, BACKOFF.length - 1)];
    this.failures++;
    this.problem = error.message;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), wait);
  }

  /* ---- kept in this browser ---- */

  /* Take over what pages that are gone have left, oldest first; it comes before anything new. */
  async adopt() {
    if (!this.storage) return;
    try {
      const names = Object.keys(this.storage).filter((name) => name.startsWith(this.prefix));
      const tabs = new Set(names.map((name) => name.slice(this.prefix.length).split(":")[0]));
      const gone = new Set(await this.life.gone([...tabs]));
      const left = names.filter((name) => gone.has(name.slice(this.prefix.length).split(":")[0]));
      const found = left.map((name) => ({ name, entry: readEntry(this.storage.getItem(name)) }));
      found.sort((a, b) => (a.entry?.at ?? 0) - (b.entry?.at ?? 0) || (a.name < b.name ? -1 : 1));
      const known = new Set(this.entries.map((entry) => entry.id));
      const adopted = found.map(({ entry }) => entry).filter((entry) => entry && !known.has(entry.id));
      this.entries = [...adopted, ...this.entries];
      for (const entry of adopted) this.#keep(entry);
      if (!this.unkept) for (const { name } of found) this.storage.removeItem(name);
    } catch {
      // Storage that cannot be read: nothing can have been left in it that this page could save.
    }
    this.listener?.onChange();
  }

  #keep(entry) {
    entry.at ??= Date.now() + this.number / 10_000; // in order even within one millisecond
    entry.name = `${this.prefix}${this.life.id}:${String(this.number++).padStart(8, "0")}`;
    try {
      this.storage.setItem(entry.name, JSON.stringify(entry));
      entry.kept = true;
    } catch {
      entry.kept = false;
    }
  }

  #forget(entry) {
    try {
      this.storage.removeItem(entry.name);
    } catch {
      // Storage that cannot be written: it keeps nothing either.
    }
  }
}

/* The browser's storage; null where it is forbidden. */
export function localStorageOrNull() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/* A kept entry, or null when it cannot be one: people and other programs write to a browser's storage too. */
function readEntry(text) {
  try {
    const entry = JSON.parse(text);
    const whole = typeof entry.id === "string" && Array.isArray(entry.documents) && Array.isArray(entry.changes);
    return whole && ["edit", "undo", "redo"].includes(entry.kind) ? entry : null;
  } catch {
    return null;
  }
}
