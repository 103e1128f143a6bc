/* The documents of a visit: the open one, some behind it, and the next ones fetched ahead, so that Enter waits for
   nothing. A page is {sheet, place, at, decisions}; its sheet is kept as the server has the document, and what
   waits in the outbox is laid over it when it is shown. */

import { laid } from "./edits.js";
import { readDelta, readState, writeSpans } from "./wire.js";

const AHEAD = 3; // documents fetched before they are asked for; so many can be labelled while the server is away
const MOST_AHEAD = 300_000; // characters of them; a single long document is fetched all the same
const BEHIND = 8; // documents kept after they were shown
const OPEN_STATUSES = ["to do", "unlabelled", "draft"]; // queues that a document leaves when it is answered

export class Queue {
  constructor(server, outbox, overlaps) {
    this.server = server;
    this.outbox = outbox;
    this.overlaps = overlaps;
    this.pages = new Map(); // document → page; the one used last comes last
    this.ahead = []; // documents that follow the open one, in order
    this.scope = { filter: {}, sources: {} };
    this.gone = new Map(); // documents that have left the queue by an answer → {place, at}: where and when
    this.answers = 0; // answers so far, the clock of `at`
    this.standing = { total: 0, pace: null, at: 0 }; // as the last answer of the server had it
    this.generation = 0; // a new queue, or other suggestions: what was fetched before no longer counts
  }

  /* Work on what `filter` lets through, with suggestions of `sources`. */
  use(filter, sources) {
    this.scope = { filter, sources };
    this.forgetAll();
  }

  forgetAll() {
    this.generation++;
    this.ahead = [];
    this.pages.clear();
    this.gone.clear();
  }

  forget(documents) {
    for (const id of documents) this.pages.delete(id);
    this.ahead = this.ahead.filter((id) => this.pages.has(id));
  }

  /* Ask for a document, for the neighbour of one (`step`), or for the queue's first; null when there is none. */
  async ask({ document = null, step = null }) {
    const at = this.answers;
    const { sheet, place, total, pace } = await this.server.request("open", { document, step, ...this.scope });
    this.standing = { total, pace, at };
    return { page: sheet && { sheet, place, at, decisions: new Map() }, total, pace };
  }

  /* A page that is here already. */
  known(document) {
    return this.pages.get(document) ?? null;
  }

  /* The fetched page that follows `document`; null where the server has to be asked. */
  next(document) {
    if (this.follows !== document) return null;
    return this.fetched().find((page) => page.sheet.id !== document && !this.#answered(page)) ?? null;
  }

  /* A page is shown now: it is kept longest, and what follows something else is forgotten. */
  shown(page) {
    const document = page.sheet.id;
    this.#keep(page);
    const at = this.ahead.indexOf(document);
    this.ahead = at < 0 && this.follows !== document ? [] : this.ahead.slice(at + 1);
    this.follows = document;
  }

  /* Fetch what follows `document` until enough is here. Failures are left to the next question. */
  async fetchAhead(document) {
    await this.outbox.running; // an answer on its way decides what follows
    const { generation } = this;
    const stands = () => generation === this.generation && this.follows === document;
    const characters = () => this.fetched().reduce((sum, page) => sum + page.sheet.text.length, 0);
    while (stands() && this.ahead.length < AHEAD && characters() < MOST_AHEAD) {
      const last = this.ahead.at(-1) ?? document;
      const { page } = await this.ask({ document: last, step: 1 });
      const id = page?.sheet.id;
      if (!page || !stands() || id === document || this.ahead.includes(id)) return;
      this.#keep(page);
      this.ahead.push(id);
    }
  }

  /* The pages fetched ahead. */
  fetched() {
    return this.ahead.map((id) => this.pages.get(id)).filter(Boolean);
  }

  /* Whether a page that was fetched ahead has been answered since. */
  #answered({ sheet }) {
    const status = this.outbox.of(sheet.id).reduce((known, entry) => statusBy(entry, sheet.id) ?? known, sheet.status);
    const { filter } = this.scope;
    return OPEN_STATUSES.includes(filter.status) && (status === "accepted" || status === "skipped");
  }

  #keep(page) {
    const { id } = page.sheet;
    this.pages.delete(id);
    this.pages.set(id, page);
    const spare = [...this.pages.keys()].filter((other) => !this.ahead.includes(other));
    for (const old of spare.slice(0, Math.max(0, spare.length - BEHIND))) this.pages.delete(old);
  }

  /* A page's status was changed here: an answer takes it out of a queue of open documents, undoing that brings it back. */
  moved({ sheet, place }, status) {
    if (!OPEN_STATUSES.includes(this.scope.filter.status)) return;
    const known = this.gone.get(sheet.id);
    if (status === "accepted" || status === "skipped") {
      if (!known) this.gone.set(sheet.id, { place, at: ++this.answers });
      return;
    }
    if (known && known.at <= this.standing.at) this.standing.total++;
    this.gone.delete(sheet.id);
  }

  /* Where a page stands by now: {place, total, pace}; place 0 is beside the queue. */
  placeOf({ sheet, place, at }) {
    const since = (moment) => [...this.gone.values()].filter((answer) => answer.at > moment);
    const before = since(at).filter((answer) => answer.place < place).length;
    const { total, pace, at: told } = this.standing;
    return { place: this.gone.has(sheet.id) ? 0 : Math.max(0, place - before), total: Math.max(0, total - since(told).length), pace };
  }

  /* ---- as the server has it, and as it is here ---- */

  /* What the server has of a page, in code points. */
  stored({ sheet, decisions }) {
    return { ...readState(sheet), decisions };
  }

  /* The same with all that waits laid over it; null where that does not fit. */
  current(page) {
    let state = this.stored(page);
    for (const delta of this.waiting(page.sheet.id)) state = state && laid(state, delta, this.overlaps);
    return state;
  }

  /* What waits for a document, as deltas in order. */
  waiting(document) {
    const changes = this.outbox.of(document).flatMap((entry) => entry.changes);
    return changes.filter((change) => change.document === document).map((change) => readDelta(change));
  }

  /* The server has taken an entry: what it changed is no longer only here. */
  confirm(entry, revisions) {
    for (const id of entry.documents) {
      const page = this.pages.get(id);
      if (!page) continue;
      const deltas = entry.changes.filter((change) => change.document === id).map((change) => readDelta(change));
      const state = deltas.reduce((known, delta) => known && laid(known, delta, this.overlaps), deltas.length ? this.stored(page) : null);
      if (state) this.#store(page, { ...state, spans: writeSpans(state.spans), revision: revisions[id] ?? page.sheet.revision });
      else this.forget([id]);
    }
  }

  /* What stands on the server by another hand. */
  replace(page, { revision, spans, status, flagged }) {
    this.#store(page, { revision, spans, status, flagged, decisions: page.decisions });
  }

  #store(page, { revision, spans, status, flagged, decisions }) {
    page.sheet = { ...page.sheet, revision, spans, status, flagged };
    page.decisions = decisions;
  }
}

const statusBy = (entry, document) => entry.changes.find((change) => change.document === document)?.status;
