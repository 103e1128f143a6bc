/* Undo and redo, over documents. What is known here acts at once; the server is told by the edit's id and computes the
   change itself, so that both stay the same also after a reload. */

import { laid } from "./edits.js";
import { readDelta } from "./wire.js";
import { freshId } from "./tabs.js";

const WORDS = {
  undo: { state: "undone", done: "Undone", back: "Ctrl Shift Z brings it back", none: "There is nothing to undo." },
  redo: { state: "done", done: "Redone", back: "Ctrl Z takes it back", none: "There is nothing to redo." },
};

export class Travel {
  constructor(desk) {
    this.desk = desk;
    this.running = Promise.resolve();
  }

  undo() {
    return this.#go("undo");
  }

  redo() {
    return this.#go("redo");
  }

  #go(kind) {
    const { desk } = this;
    const { history } = desk;
    const entry = kind === "undo" ? history.undoable : history.redoable;
    if (!entry) {
      desk.panels.toast(WORDS[kind].none);
      return;
    }
    if (desk.busy) return;
    const changes = kind === "undo" ? entry.backward : entry.forward;
    const documents = entry.documents.map(({ id }) => id);
    history.mark(entry.id, WORDS[kind].state);
    const here = documents.length === 1 && documents[0] === desk.openId;
    const state = here && changes ? this.#turned(changes[0]) : null;
    desk.outbox.add({
      id: freshId(),
      kind,
      of: entry.id,
      words: entry.words,
      documents,
      changes: state || !here ? structuredClone(changes ?? []) : [],
      seconds: 0,
    });
    if (state) this.#showHere(state, changes[0], `${WORDS[kind].state}: ${entry.words}`);
    else this.#elsewhere(kind, entry, documents, here);
  }

  /* The open document once `change` is laid over it; null where it does not fit. */
  #turned(change) {
    const { editor, queue } = this.desk;
    return laid(editor.edits.state, readDelta(change, editor.model), queue.overlaps);
  }

  #showHere(state, change, words) {
    const { editor, panels } = this.desk;
    const { added, removed } = readDelta(change, editor.model);
    const place = added[0] ?? removed[0];
    editor.selected = null;
    editor.selection = null;
    panels.quiet();
    if (place) editor.caret = { unit: place.end, after: true };
    editor.show(state, { follow: true });
    if (place) editor.moveTo(place.end, { after: true });
    panels.announce(words);
  }

  async #elsewhere(kind, entry, documents, here) {
    const { desk } = this;
    const { done, back } = WORDS[kind];
    if (documents.length === 1 && !here) {
      const words = `${done} in ${entry.documents[0].name ?? desk.nameOf(documents[0])}: ${entry.words} · ${back}`;
      if (!entry.backward) desk.queue.forget(documents); // how it looks after that is for the server to say
      await desk.opening.open(documents[0], { words });
      return;
    }
    const sent = await desk.outbox.flush();
    if (!sent) {
      desk.panels.toast(`The server does not answer: ${done.toLowerCase()} is “${entry.words}” as soon as it is back.`);
      return;
    }
    desk.queue.forget(documents.filter((id) => id !== desk.openId));
    await desk.opening.readAnew(documents);
    const count = documents.length > 1 ? ` in ${documents.length} documents` : "";
    desk.panels.toast(`${done}${count}: ${entry.words} · ${back}`);
  }
}
