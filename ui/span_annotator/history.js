/* What was done, over documents and visits: the way back and the way forward again.
   An entry is {id, words, documents: [{id, name}], state: "done"|"undone", forward, backward}: the changes it made and
   those that take it back, [{document, added, removed, …}] in code points, or null where only the server knows them. */

const LONGEST_HISTORY = 200; // entries, as many as the server keeps

export class History {
  constructor(onChange) {
    this.entries = [];
    this.onChange = onChange;
    this.version = 0; // of what this page knows: what the server told before the last step here is outdated
  }

  #changed() {
    this.version++;
    this.onChange();
  }

  get undoable() {
    return this.entries.findLast((entry) => entry.state === "done") ?? null;
  }

  get redoable() {
    const last = this.entries.findLastIndex((entry) => entry.state === "done");
    return this.entries.slice(last + 1).find((entry) => entry.state === "undone") ?? null;
  }

  /* A new edit: what was undone before it can no longer be redone. */
  record(entry) {
    this.entries = [...this.entries.filter((other) => other.state === "done"), { ...entry, state: "done" }].slice(-LONGEST_HISTORY);
    this.#changed();
  }

  mark(id, state) {
    this.entries = this.entries.map((entry) => (entry.id === id ? { ...entry, state } : entry));
    this.#changed();
  }

  drop(ids) {
    const gone = new Set(ids);
    this.entries = this.entries.filter((entry) => !gone.has(entry.id));
    this.#changed();
  }

  /* What the server remembers, oldest first. It comes before what only this page knows; of an edit that both know, this
     page knows the changes and the server the state. */
  load(rows) {
    const own = new Map(this.entries.map((entry) => [entry.id, entry]));
    const told = rows.map(({ id, words, documents, state }) => {
      const known = own.get(id);
      own.delete(id);
      return { forward: null, backward: null, ...known, id, words, documents, state };
    });
    this.entries = [...told, ...own.values()];
    this.#changed();
  }
}
