/* Unsaved work in this browser: one entry a document and base revision, in code points, so that it outlives the tab.
   An entry goes away when the server has it, when its owner discards it, or after a month. */

const PREFIX = "tagloop:draft:";
const KEPT_FOR = 30 * 24 * 3600 * 1000; // ms

const entryKey = (id, revision) => `${PREFIX}${id}:${revision}`;

/* A short mark of the text (FNV-1a), so that a draft is never laid over another document of the same number. */
export function textMark(text) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${text.length}:${hash >>> 0}`;
}

export class Drafts {
  constructor(storage = attempt(() => window.localStorage)) {
    this.storage = storage;
    this.failed = !storage; // storage is full or forbidden: said once in the bar
    this.#prune();
  }

  /* All drafts of a document, newest revision first: [{revision, spans, decisions, flagged}]. */
  of(id, mark) {
    const found = [];
    for (const name of this.#names(`${PREFIX}${id}:`)) {
      const draft = attempt(() => JSON.parse(this.storage.getItem(name)));
      if (draft?.mark === mark && Array.isArray(draft.spans) && Array.isArray(draft.decisions)) found.push({ ...draft, revision: Number(name.split(":").pop()) });
    }
    return found.sort((a, b) => b.revision - a.revision);
  }

  save(id, revision, draft) {
    const done = attempt(() => {
      this.storage.setItem(entryKey(id, revision), JSON.stringify({ ...draft, saved: Date.now() }));
      return true;
    });
    this.failed = !done;
  }

  remove(id, revision) {
    attempt(() => this.storage.removeItem(entryKey(id, revision)));
  }

  #names(prefix) {
    return attempt(() => Object.keys(this.storage).filter((name) => name.startsWith(prefix))) ?? [];
  }

  #prune() {
    for (const name of this.#names(PREFIX)) {
      const draft = attempt(() => JSON.parse(this.storage.getItem(name)));
      if (!(Date.now() - draft?.saved < KEPT_FOR)) attempt(() => this.storage.removeItem(name));
    }
  }
}

function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
