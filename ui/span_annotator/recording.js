/* Edits from the person's hand to the outbox and the history. */

import { difference, laid, statusOnceEdited } from "./edits.js";
import { readDelta, writeDelta } from "./wire.js";
import { freshId } from "./tabs.js";

const LONGEST_WORDS = 200; // characters, the server's limit
const UNTOLD = /[\0\p{Surrogate}]/gu; // what no stored text holds: NUL and half a character, where words were cut

export class Recording {
  constructor(desk) {
    this.desk = desk;
  }

  /* The open document was changed from the state `before` to what the editor has now. */
  edited(words, before) {
    const { editor, openId: document } = this.desk;
    const { model, edits } = editor;
    const forward = difference(before, edits.state);
    const backward = difference(edits.state, before);
    const touched = forward.added.length || forward.removed.length;
    if (touched && forward.status === statusOnceEdited(before.status)) delete forward.status; // the server does that itself
    const documents = [{ id: document, name: this.desk.nameOf(document) }];
    this.record(words, documents, [{ document, ...writeDelta(forward, model) }], [{ document, ...writeDelta(backward, model) }]);
  }

  /* One edit over `documents` [{id, name}], on its way to the server and on the way back; its id. */
  record(words, documents, forward, backward) {
    const { history, outbox, queue, worked } = this.desk;
    const id = freshId();
    const told = [...words.replace(UNTOLD, "")].slice(0, LONGEST_WORDS).join("");
    history.record({ id, words: told, documents, forward, backward });
    const changes = forward.map((change) => ({ base: queue.known(change.document)?.sheet.revision ?? 0, ...change }));
    outbox.add({ id, kind: "edit", words: told, documents: documents.map((document) => document.id), changes, seconds: worked.take() });
    return id;
  }

  /* A bulk edit: changes as on the wire, each with the revision it was made on. Resolves to whether it was saved. */
  async commit(words, changes) {
    const { outbox, queue, history, openId } = this.desk;
    for (const { document, base } of changes) {
      if (outbox.of(document).length) continue;
      outbox.know(document, base);
      if (document !== openId && queue.known(document)?.sheet.revision !== base) queue.forget([document]);
    }
    const documents = changes.map(({ document }) => ({ id: document, name: this.desk.nameOf(document) }));
    const id = this.record(words, documents, changes, null);
    this.#showHere(changes.find(({ document }) => document === openId));
    await outbox.flush();
    const known = (entries) => entries.some((entry) => entry.id === id);
    return known(history.entries) && !known(outbox.entries);
  }

  /* The part of a bulk edit that is seen now. */
  #showHere(change) {
    if (!change) return;
    const { editor, queue } = this.desk;
    const state = laid(editor.edits.state, readDelta(change, editor.model), queue.overlaps);
    if (state) editor.show(state);
  }
}
