/* Undo and redo, over documents. What is known here acts at once; the server is told by the edit's id and computes the
   change itself, so that both stay the same also after a reload. */

import { laid } from "./edits.js";
import { readDelta } from "./wire.js";
import { freshId } from "./tabs.js";

const MOST_WAITING = 20; // steps asked for while one is under way; a held key asks for many
const STEPS = {
  undo: { state: "undone", done: "Undone", other: "redo", back: "brings it back", none: "There is nothing to undo." },
  redo: { state: "done", done: "Redone", other: "undo", back: "takes it back", none: "There is nothing to redo." },
};

export class Travel {
  constructor(desk) {
    this.desk = desk;
    this.running = null; // the steps under way, as a promise
    this.waiting = 0;
  }

  undo() {
    this.#inTurn("undo");
  }

  redo() {
    this.#inTurn("redo");
  }

  /* At once where that can be; while a document is on its way, after it has come. */
  #inTurn(kind) {
    const { desk } = this;
    if (!this.running && !desk.busy) this.#track(this.#step(kind));
    else if (this.waiting < MOST_WAITING) {
      this.waiting++;
      const turn = Promise.resolve(this.running).then(() => desk.opening.way);
      this.#track(turn.then(() => this.#step(kind)).finally(() => this.waiting--));
    }
  }

  #track(step) {
    if (!step) return;
    const mine = step.catch(() => {}).finally(() => {
      if (this.running === mine) this.running = null;
    });
    this.running = mine;
  }

  /* One step; a promise where it takes time. */
  #step(kind) {
    const { history, panels, openId } = this.desk;
    const entry = kind === "undo" ? history.undoable : history.redoable;
    if (!entry) panels.toast(STEPS[kind].none);
    else if (entry.documents.length !== 1) return this.#overDocuments(kind, entry);
    else if (entry.documents[0].id === openId) return this.#here(kind, entry);
    else return this.#elsewhere(kind, entry);
    return null;
  }

  /* An edit of the open document. `said`: the person was led here and is told why. */
  #here(kind, entry, said = false) {
    const { desk } = this;
    const { history, editor, queue, panels } = desk;
    const { done, other, back, state: mark } = STEPS[kind];
    const [change] = (kind === "undo" ? entry.backward : entry.forward) ?? [];
    const delta = change && readDelta(change, editor.model);
    const state = delta && laid(editor.edits.state, delta, queue.overlaps);
    const words = `${done}${said ? ` in ${desk.nameOf(desk.openId)}` : ""}: ${entry.words} · ${editor.keyFor(other)} ${back}`;
    history.mark(entry.id, mark);
    this.#send(kind, entry, state ? [structuredClone(change)] : []);
    if (!state) return this.#bySending(kind, entry, words);
    if (delta.status) {
      queue.moved(desk.opening.page, state.status);
      desk.sayPlace();
    }
    this.#show(state, delta);
    panels.announce(`${mark}: ${entry.words}`);
    if (said || isQuiet(delta)) panels.toast(words);
    return null;
  }

  #send(kind, entry, changes) {
    const documents = entry.documents.map(({ id }) => id);
    this.desk.outbox.add({ id: freshId(), kind, of: entry.id, words: entry.words, documents, changes, seconds: 0 });
  }

  #show(state, { added, removed }) {
    const { editor, panels } = this.desk;
    const place = added[0] ?? removed[0];
    editor.selected = null;
    editor.selection = null;
    panels.quiet();
    if (place) editor.caret = { unit: place.end, after: true };
    editor.show(state, { follow: true });
    if (place) editor.moveTo(place.end, { after: true });
  }

  /* An edit whose changes only the server knows. */
  async #bySending(kind, entry, words) {
    const { outbox, opening, panels } = this.desk;
    if (!(await outbox.flush())) {
      panels.toast(`${outbox.problem} “${entry.words}” is ${STEPS[kind].state} as soon as it is back.`);
      return;
    }
    await opening.readAnew(entry.documents.map(({ id }) => id));
    panels.toast(words);
  }

  /* First to the document, then the step, so that one sees what it does. */
  async #elsewhere(kind, entry) {
    const { desk } = this;
    const [{ id }] = entry.documents;
    const shown = await desk.opening.open(id);
    if (desk.openId === id) await this.#here(kind, entry, true);
    else if (shown) desk.history.drop([entry.id]); // the document is gone, and so is what could be undone
  }

  #overDocuments(kind, entry) {
    const { history, queue, openId } = this.desk;
    const { done, other, back, state } = STEPS[kind];
    history.mark(entry.id, state);
    this.#send(kind, entry, []);
    queue.forget(entry.documents.map(({ id }) => id).filter((id) => id !== openId));
    return this.#bySending(kind, entry, `${done} in ${entry.documents.length} documents: ${entry.words} · ${this.desk.editor.keyFor(other)} ${back}`);
  }
}

/* Whether a step changes nothing in the text, so that words have to say it. */
const isQuiet = ({ added, removed }) => !added.length && !removed.length;
