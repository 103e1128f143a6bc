/* Which document is open, and the way to another: at once when it was fetched ahead, else when the server has answered.
   Until then the old text stays and takes no keys, so that none is meant for one document and reaches another. */

import { sameState } from "./edits.js";
import { whenIdle } from "./idle.js";
import { readState, readSuggestions } from "./wire.js";

const RETRY = 3000; // ms until a document that did not come is asked for again

export class Opening {
  constructor(desk) {
    this.desk = desk;
    this.page = null; // what is shown
    this.trail = []; // documents shown in this visit, the open one last
    this.turn = 0; // of two ways to a document the later one counts
    this.busy = false;
    this.way = Promise.resolve(); // the way under way, over when it is settled
  }

  get id() {
    return this.page?.sheet.id ?? null;
  }

  /* Open `document`, the `step` neighbour of it, or the queue's first. What waits is sent before, because it decides
     what the queue holds. Resolves to whether a document is shown. */
  goTo(request, options = {}) {
    this.way = this.#go(request, options);
    return this.way;
  }

  async #go(request, { back = false, words = "" }) {
    const { desk } = this;
    const turn = this.#begin();
    let answer = null;
    try {
      await desk.outbox.flush();
      answer = await desk.queue.ask(request);
    } catch (error) {
      if (turn === this.turn) this.#failed(error, request, { back, words });
      return false;
    }
    if (turn !== this.turn) return false;
    this.#end();
    if (answer.page && answer.page.sheet.id === this.id && request.step) return this.#noOther(request.step);
    if (!answer.page && request.step === -1) return this.#noOther(-1);
    if (answer.page) this.show(answer.page, { back });
    else this.#nothingLeft(answer);
    if (words) desk.panels.toast(words);
    return answer.page !== null;
  }

  #begin() {
    clearTimeout(this.retry);
    this.busy = true;
    this.desk.editor.locked = true;
    this.desk.root.dataset.opening = "";
    this.desk.root.setAttribute("aria-busy", "true");
    return ++this.turn;
  }

  #end() {
    this.busy = false;
    this.desk.editor.locked = this.page === null;
    delete this.desk.root.dataset.opening;
    this.desk.root.removeAttribute("aria-busy");
    if (this.asked) this.desk.panels.dismiss(this.asked);
    this.asked = null;
  }

  #failed(error, request, options) {
    const { desk } = this;
    this.#end();
    if (error.status === 404 && request.document && !request.step) {
      this.goTo({}, { words: `${error.message} The first of the queue is shown.` });
      return;
    }
    const count = desk.outbox.size;
    const kept = desk.outbox.unkept
      ? " Changes are waiting that this browser does not keep: leave the page open."
      : count ? ` ${count} ${count === 1 ? "change is" : "changes are"} kept in this browser and sent when it is back.` : " Nothing is lost.";
    const what = this.page ? "The other document cannot be opened yet; you can go on with this one." : "No document can be opened yet.";
    const again = () => this.goTo(request, options);
    this.asked = desk.panels.ask(`${error.message} ${what}${kept}`, [["Try again", again]], "warning");
    if (error.away ?? true) this.retry = setTimeout(() => this.#probe(again, desk.history.version), RETRY);
  }

  /* Ask by the way whether the server is back, and go on then, unless the person has gone on with this document. */
  async #probe(again, version) {
    const { desk, turn } = this;
    try {
      await desk.server.request("history", {});
    } catch {
      if (turn === this.turn) this.retry = setTimeout(() => this.#probe(again, version), RETRY);
      return;
    }
    if (turn !== this.turn) return;
    if (desk.history.version === version) again();
    else {
      desk.panels.dismiss();
      desk.panels.toast("The server is back.");
    }
  }

  #noOther(step) {
    const alone = step < 0 ? "This is the first document of the queue." : "The queue holds no other document.";
    this.desk.panels.toast(alone);
    return true;
  }

  #nothingLeft(answer) {
    this.page = null;
    this.desk.editor.locked = true;
    this.desk.showFinished(answer);
  }

  /* Show a page that is here, with what waits for it. */
  show(page, { back = false } = {}) {
    const { desk } = this;
    this.turn++;
    clearTimeout(this.retry);
    this.#end();
    const { sheet } = page;
    const moved = this.id !== sheet.id;
    this.page = page;
    desk.editor.locked = false;
    if (back) this.trail = this.trail.slice(0, this.trail.lastIndexOf(sheet.id) + 1);
    if (this.trail.at(-1) !== sheet.id) this.trail.push(sheet.id);
    desk.queue.shown(page);
    desk.paint(page, { moved });
    desk.queue.fetchAhead(sheet.id).then(() => this.#fetched(), () => {}); // asked again when it is needed
  }

  #fetched() {
    const { desk } = this;
    desk.sayPlace();
    for (const page of desk.queue.fetched()) whenIdle(() => desk.showing.prepare(page));
  }

  /* ---- ways ---- */

  /* To what follows in the queue; the open document may have been answered a moment ago. */
  next() {
    const page = this.id === null ? null : this.desk.queue.next(this.id);
    if (!page) return this.goTo(this.id === null ? {} : { document: this.id, step: 1 });
    this.desk.outbox.flush();
    this.show(page);
    this.check();
    return this.way;
  }

  previous() {
    return this.id === null ? this.goTo({}) : this.goTo({ document: this.id, step: -1 });
  }

  /* To the document shown before in this visit. */
  back() {
    const before = this.id === null ? this.trail.at(-1) : this.trail.at(-2);
    if (before === undefined) this.desk.panels.toast("No document was shown before this one.");
    else this.open(before, { back: true });
  }

  /* To a document by its id, from here where it is kept. Resolves to whether one is shown. */
  open(document, options = {}) {
    const page = this.desk.queue.known(document);
    if (!page) return this.goTo({ document }, options);
    this.desk.outbox.flush();
    this.show(page, options);
    this.check();
    return Promise.resolve(true);
  }

  /* Another tab has saved documents {id: revision}. */
  savedElsewhere(revisions) {
    const documents = Object.keys(revisions).map(Number);
    this.desk.queue.forget(documents.filter((id) => id !== this.id));
    if (documents.includes(this.id)) this.check({ quiet: true });
  }

  /* Whether the open document is still what the server has; what another hand saved is shown. */
  async check({ quiet = false } = {}) {
    const { desk, page } = this;
    if (!page || this.busy) return;
    const { id, revision } = page.sheet;
    let stands;
    try {
      stands = await desk.server.request("check", { document: id, revision });
    } catch (error) {
      if (error.status === 404) this.documentsGone([id], `${desk.nameOf(id)} was deleted elsewhere.`);
      return;
    }
    // What waits is laid over the new version when it is sent, and so is what was confirmed meanwhile.
    if (!stands.spans || page !== this.page || page.sheet.revision !== revision || desk.outbox.of(id).length) return;
    const same = sameState({ ...readState(page.sheet), decisions: new Map() }, readState(stands));
    desk.queue.replace(page, stands);
    desk.outbox.know(id, stands.revision);
    if (!same) desk.showStored(id, quiet ? "" : `${desk.nameOf(id)} was changed elsewhere; the new version is shown`);
  }

  /* Ask how the open document stands, if it is among `documents`, and show that in place; others are asked for when they
     are opened. */
  async readAnew(documents) {
    const { desk, page: known } = this;
    if (!documents.includes(this.id)) return;
    const { page } = await desk.queue.ask({ document: this.id });
    if (!page || this.page !== known) return;
    page.model = known.model;
    this.page = page;
    desk.queue.shown(page);
    if (!desk.outbox.of(this.id).length) desk.outbox.know(this.id, page.sheet.revision);
    desk.editor.suggestions = readSuggestions(page.model, page.sheet.suggestions, desk.settings.model);
    desk.showStored(this.id, "");
  }

  /* Documents that were deleted elsewhere. */
  documentsGone(documents, message) {
    this.trail = this.trail.filter((id) => !documents.includes(id));
    this.desk.queue.forget(documents);
    if (documents.includes(this.id)) this.goTo({}, { words: `${message} The next one is shown.` });
    else this.desk.panels.toast(message);
  }
}
