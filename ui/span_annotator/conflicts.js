/* Edits that the server did not take: another version came in between, a reason speaks against it, or the document is
   gone. Nothing of a person's work goes away without a word, and each choice can be undone. */

import { difference, forced, isEmpty, laid, sameState } from "./edits.js";
import { readDelta, readState, writeDelta } from "./wire.js";

const ATTEMPTS = 5; // times that one edit may be laid over yet another version

export class Conflicts {
  constructor(desk) {
    this.desk = desk;
    this.asked = new Map(); // document → {name, theirs} of the questions that are open
    this.attempts = new Map(); // edit → how often it was stale
  }

  /* What the server said to `entry` instead of ok. */
  handle(entry, { kind, message, current }) {
    if (entry.kind !== "edit") this.#notTurnedBack(entry, message);
    else if (kind === "gone") this.#gone(entry, current, message);
    else if (current && this.#again(entry) && (kind === "stale" || this.#clashes(entry, current))) this.#stale(entry, current, message);
    else this.#refused(entry, message, current);
  }

  #again({ id }) {
    const times = (this.attempts.get(id) ?? 0) + 1;
    this.attempts.set(id, times);
    return times <= ATTEMPTS;
  }

  /* ---- another version ---- */

  #stale(entry, current, message) {
    const { outbox, queue } = this.desk;
    const found = Object.entries(current).map(([id, stands]) => this.#compare(Number(id), stands));
    const apart = found.filter(({ state }) => state === null);
    if (apart.length && entry.documents.length > 1) {
      this.#refused(entry, message, current);
      return;
    }
    for (const { id, stands, state, same, page } of found) {
      outbox.know(id, stands.revision);
      if (page) queue.replace(page, stands);
      if (state === null) this.#ask(id, stands);
      else if (!same) this.desk.showStored(id, `${this.#name(id)}: merged with changes saved elsewhere`);
    }
  }

  /* Refused because it lies over what stands by now: that is a question of two versions as well. */
  #clashes({ documents }, current) {
    const [id] = documents;
    return documents.length === 1 && current[id] !== undefined && this.#compare(id, current[id]).state === null;
  }

  /* How what stands on the server goes together with what waits here. */
  #compare(id, stands) {
    const { queue } = this.desk;
    const page = queue.known(id);
    const theirs = readState(stands);
    const state = queue.waiting(id).reduce((known, delta) => known && laid(known, delta, queue.overlaps), theirs);
    const same = page !== null && sameState({ ...queue.stored(page), decisions: theirs.decisions }, theirs);
    return { id, stands, state, same, page };
  }

  #ask(id, stands) {
    this.desk.outbox.hold(id);
    this.asked.set(id, stands);
    this.#put();
  }

  /* Put the first open question. */
  #put() {
    const [first] = this.asked;
    if (!first) return;
    const [id, stands] = first;
    this.desk.panels.ask(
      `${this.#name(id)} was saved elsewhere while you worked on it here, and both versions do not fit together. Nothing of yours is lost.`,
      [
        ["Keep mine on top of theirs", () => this.#choose(id, stands, true)],
        ["Take theirs", () => this.#choose(id, stands, false)],
      ],
      "warning",
    );
  }

  /* Both choices are edits. Theirs is taken by saving mine and then theirs again, so that undo leads back to mine. */
  #choose(id, stands, mine) {
    const { outbox, history, queue, panels } = this.desk;
    const theirs = readState(stands);
    const waiting = outbox.of(id);
    const wanted = queue.waiting(id).reduce((state, delta) => forced(state, delta, queue.overlaps), theirs);
    this.asked.delete(id);
    outbox.drop(waiting);
    history.drop(waiting.map((entry) => entry.id));
    outbox.release(id);
    panels.dismiss();
    this.#send(id, stands.revision, "kept my version", theirs, wanted);
    if (!mine) this.#send(id, stands.revision + 1, "took the version saved elsewhere", wanted, theirs);
    const undo = this.desk.editor.keyFor("undo");
    this.desk.showStored(id, mine ? `Yours is kept · ${undo} takes it back` : `Theirs is taken · ${undo} brings yours back`);
    this.#put();
  }

  #send(id, base, words, before, after) {
    const delta = difference(before, after);
    if (isEmpty(delta)) return;
    const change = (what) => ({ document: id, base, ...writeDelta(what) });
    this.desk.record(words, [{ id, name: this.#name(id) }], [change(delta)], [change(difference(after, before))]);
  }

  /* ---- a reason against it ---- */

  #refused(entry, message, current) {
    const { outbox, history, queue } = this.desk;
    const mine = this.#shown(entry.documents);
    outbox.drop([entry]);
    history.drop([entry.id]);
    const lost = [];
    for (const id of entry.documents) {
      const page = queue.known(id);
      const stands = current?.[id];
      if (stands) {
        outbox.know(id, stands.revision);
        if (page) queue.replace(page, stands);
      }
      if (page) lost.push(...this.#dropMisfits(id, page));
    }
    const others = lost.length ? ` ${lost.length} later ${lost.length === 1 ? "edit" : "edits"} that built on it went with it.` : "";
    const where = entry.documents.length === 1 ? `${this.#name(entry.documents[0])} is` : "The documents are";
    const choices = [["Close", () => this.desk.panels.dismiss()]];
    if (mine) choices.unshift(["Show mine again", () => this.#bringBack(mine)]);
    for (const id of entry.documents) this.desk.showStored(id, "");
    this.desk.panels.ask(`Not saved: ${entry.words}. ${message}${others} ${where} shown as the server has it.`, choices, "error");
  }

  /* What of `documents` is seen now, to be brought back later. */
  #shown(documents) {
    const { sheet, openId, editor } = this.desk;
    return sheet && documents.includes(openId) ? { id: openId, state: editor.edits.state } : null;
  }

  async #bringBack({ id, state: { spans, flagged } }) {
    const { desk } = this;
    desk.panels.dismiss();
    if (id !== desk.openId) await desk.opening.open(id);
    if (id === desk.openId) desk.command((editor) => editor.apply("brought my version back", { spans, flagged }));
  }

  /* Edits that only made sense after one that is gone. */
  #dropMisfits(id, page) {
    const { outbox, history, queue } = this.desk;
    let state = queue.stored(page);
    const lost = [];
    for (const entry of outbox.of(id)) {
      const deltas = entry.changes.filter((change) => change.document === id).map((change) => readDelta(change));
      const next = deltas.reduce((known, delta) => known && laid(known, delta, queue.overlaps), state);
      if (next) state = next;
      else lost.push(entry);
    }
    outbox.drop(lost);
    history.drop(lost.map((entry) => entry.id));
    return lost;
  }

  /* ---- the document is gone; an undo that no longer fits ---- */

  #gone(entry, current, message) {
    const { outbox, history, queue } = this.desk;
    const there = new Set(Object.keys(current ?? {}).map(Number));
    const gone = entry.documents.filter((id) => !there.has(id));
    if (!gone.length) {
      this.#refused(entry, message, current);
      return;
    }
    const lost = gone.length === entry.documents.length || entry.documents.length > 1 ? [entry] : [];
    for (const id of gone) lost.push(...outbox.of(id).filter((other) => !lost.includes(other)));
    const names = gone.map((id) => this.#name(id)).join(", ");
    outbox.drop(lost);
    history.drop(lost.map((other) => other.id));
    queue.forget(gone);
    const count = `${lost.length} ${lost.length === 1 ? "change" : "changes"}`;
    this.desk.opening.documentsGone(gone, `${names} was deleted elsewhere, so ${count} to it could not be saved.`);
  }

  #notTurnedBack(entry, message) {
    const { outbox, queue, panels } = this.desk;
    outbox.drop([entry]);
    queue.forget(entry.documents.filter((id) => id !== this.desk.openId));
    panels.toast(`${entry.kind === "undo" ? "Not undone" : "Not redone"}: ${message}`);
    this.desk.opening.readAnew(entry.documents);
    this.desk.readHistory();
  }

  #name(id) {
    return this.desk.nameOf(id);
  }
}
