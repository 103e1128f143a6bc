/* The other tabs of this browser on the same project: which are alive, and what they have open. */

const BEAT = 10_000; // ms between signs of life where the browser has no locks
const DEAD_AFTER = 150_000; // ms: a tab in the background may beat once a minute only

/* An id that nobody else has. Outside of a secure context there is no randomUUID. */
export function freshId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/* This page's life, visible to other tabs: a lock that ends with the page, or else a beating mark in the storage. */
export class Life {
  constructor(storage) {
    this.id = freshId();
    this.storage = storage;
    if (navigator.locks) navigator.locks.request(lockName(this.id), () => new Promise(() => {})).catch(() => {});
    else if (storage) {
      this.#beat();
      setInterval(() => this.#beat(), BEAT);
      window.addEventListener("pagehide", () => storage.removeItem(lockName(this.id)));
    }
  }

  #beat() {
    try {
      this.storage.setItem(lockName(this.id), String(Date.now()));
    } catch {
      // The storage is full: other tabs may send this one's edits too, which their ids make harmless.
    }
  }

  /* Those of `ids` whose page is gone. */
  async gone(ids) {
    const others = ids.filter((id) => id !== this.id);
    if (!others.length) return [];
    if (!navigator.locks) return others.filter((id) => !(Date.now() - Number(this.storage.getItem(lockName(id))) < DEAD_AFTER));
    const { held } = await navigator.locks.query();
    const alive = new Set(held.map((lock) => lock.name));
    return others.filter((id) => !alive.has(lockName(id)));
  }
}

const lockName = (id) => `tagloop:tab:${id}`;

/* Tells other tabs what is open here and what was saved, and keeps what they tell. */
export class Tabs {
  constructor(project, id, { onChange, onSaved }) {
    this.id = id;
    this.others = new Map(); // tab → the document it has open
    this.document = null;
    this.events = { onChange, onSaved };
    if (!window.BroadcastChannel) return;
    this.channel = new BroadcastChannel(`tagloop:desk:${project}`);
    this.channel.addEventListener("message", ({ data }) => this.#hear(data));
    window.addEventListener("pagehide", () => this.#say({ open: null }));
    this.#say({ open: null, ask: true });
  }

  /* This tab shows `document` (null: none) from now on. */
  show(document) {
    if (document === this.document) return;
    this.document = document;
    this.#say({ open: document });
  }

  saved(revisions) {
    this.#say({ saved: revisions });
  }

  /* Whether another tab has the document open that is open here. */
  get shared() {
    return this.document !== null && [...this.others.values()].includes(this.document);
  }

  /* Tabs that are gone without a word. */
  forget(tabs) {
    for (const tab of tabs) this.others.delete(tab);
    if (tabs.length) this.events.onChange();
  }

  close() {
    this.show(null);
    this.channel?.close();
    this.channel = null; // the page goes later, and has nothing more to say here
  }

  #say(message) {
    this.channel?.postMessage({ ...message, from: this.id });
  }

  #hear({ from, open, ask, saved }) {
    if (ask && this.document !== null) this.#say({ open: this.document });
    if (open !== undefined) {
      if (open === null) this.others.delete(from);
      else this.others.set(from, open);
      this.events.onChange();
    }
    if (saved) this.events.onSaved(saved);
  }
}
