/* Comments on their way to the server: kept in this browser until it has them, sent in order, never twice. What is
   being written is kept as well, so that a reload loses no word. */

import { freshId } from "./tabs.js";

const SENT_AGAIN = 3000; // ms until a comment that did not arrive is sent again

export class RemarkOutbox {
  /* `onComments(document, comments)` when the server has told what stands; `onChange()` when more or less waits. */
  constructor(desk, { onComments, onChange }) {
    this.desk = desk;
    this.onComments = onComments;
    this.onChange = onChange;
    this.waiting = []; // {id, document, body, start, end, tried, failed?, refused?}
  }

  /* Take up what a visit before left behind; `project` decides whose it is. */
  enter(project) {
    clearTimeout(this.timer);
    this.project = project;
    this.waiting = this.#read("waiting") ?? [];
    this.send();
  }

  of(document) {
    return this.waiting.filter((remark) => remark.document === document);
  }

  add(document, { body, start, end }) {
    this.waiting.push({ id: freshId(), document, body, start, end, tried: false });
    this.#keep();
    this.send();
  }

  drop(remark) {
    this.waiting = this.waiting.filter((other) => other !== remark);
    this.#keep();
  }

  async send() {
    clearTimeout(this.timer);
    if (this.sending) return;
    this.sending = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) await this.#sendOne(next);
    } catch {
      this.timer = setTimeout(() => this.send(), SENT_AGAIN);
    } finally {
      this.sending = false;
      this.onChange();
    }
  }

  #next() {
    return this.waiting.find((remark) => !remark.refused);
  }

  async #sendOne(remark) {
    const { project } = this;
    const { document, body, start, end } = remark;
    try {
      const arrived = remark.tried && (await this.#arrived(remark));
      remark.tried = true;
      this.#keep();
      const { comments } = arrived || (await this.desk.request("comments", { document, add: { body, start, end } }));
      if (project !== this.project) return;
      this.drop(remark);
      this.onComments(document, comments);
    } catch (error) {
      if (error.away ?? true) {
        remark.failed = true;
        throw error;
      }
      remark.refused = error.message; // sending it again would not help: the person decides
      this.#keep();
    }
  }

  /* Whether a comment whose answer was lost has reached the server. */
  async #arrived({ document, body, start, end }) {
    const { sheet } = await this.desk.request("open", { document });
    const there = sheet.comments.some((comment) => comment.body === body && comment.start === start && comment.end === end);
    return there && { comments: sheet.comments };
  }

  /* ---- what is being written ---- */

  draft(document) {
    return this.#read(`draft ${document}`);
  }

  keepDraft(document, draft) {
    this.#write(`draft ${document}`, draft.body ? draft : null);
  }

  /* ---- in the browser ---- */

  #keep() {
    this.#write("waiting", this.waiting.length ? this.waiting : null);
    this.onChange();
  }

  #read(name) {
    try {
      return JSON.parse(localStorage.getItem(this.#place(name)));
    } catch {
      return null; // no storage, or not ours
    }
  }

  #write(name, value) {
    try {
      if (value === null) localStorage.removeItem(this.#place(name));
      else localStorage.setItem(this.#place(name), JSON.stringify(value));
    } catch {
      // No storage: what was written lives as long as the page.
    }
  }

  #place(name) {
    return `tagloop comments ${this.project} ${name}`;
  }
}
