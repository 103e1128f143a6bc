/* Comments on the open document, or on a range of it: written, answered for (resolved), removed. */

import { button, make, quote, setText } from "./elements.js";
import { RemarkOutbox } from "./remark_outbox.js";

const MOST = 5000; // characters, the server's limit
const STILL = 4; // px that a click may move

export class Comments {
  constructor(desk, panel, tabs, signal) {
    this.desk = desk;
    this.tabs = tabs;
    this.outbox = new RemarkOutbox(desk, { onComments: (document, comments) => this.#take(document, comments), onChange: () => this.draw() });
    this.opener = desk.root.querySelector(".remarks-opener");
    this.counter = desk.root.querySelector(".remarks-count");
    this.range = null; // [start, end] in code points of what is written about; null: the document
    this.removed = new Map(); // comment id → the comment taken away, to be brought back in its place
    this.showResolved = false;
    this.#build(panel);
    desk.on("open", (sheet) => this.#open(sheet));
    desk.on("settings", ({ project }) => project.id !== this.outbox.project && this.outbox.enter(project.id));
    window.addEventListener("online", () => this.outbox.send(), { signal });
    const { text } = desk.editor;
    text.addEventListener("pointerdown", (event) => this.#pressed(event), { signal, capture: true });
    text.addEventListener("click", (event) => this.#clicked(event), { signal });
  }

  #build(panel) {
    this.about = make("div", "remark-about");
    this.field = make("textarea", "remark-field");
    Object.assign(this.field, { rows: 2, maxLength: MOST, placeholder: "What is unclear here, or was decided, and why?" });
    this.field.setAttribute("aria-label", "New comment");
    this.field.dir = "auto";
    this.sendButton = button("action remark-send", "Comment", "Ctrl Enter", () => this.#send());
    const row = make("div", "remark-row");
    row.append(this.about, this.sendButton);
    this.writer = make("div", "remark-writer");
    this.writer.append(this.field, row);
    this.list = make("div", "remark-list");
    this.list.setAttribute("role", "list");
    panel.append(this.writer, this.list);
    this.field.addEventListener("input", () => this.#written());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    for (const name of ["keyup", "keypress"]) this.field.addEventListener(name, (event) => event.stopPropagation());
  }

  /* The box, for what is selected or picked, else for the document; a comment begun before goes on. */
  open() {
    const { sheet, editor } = this.desk;
    if (!sheet) return;
    this.tabs.show("comments");
    if (!this.field.value.trim()) this.#aim(meant(editor));
    this.field.focus();
  }

  #open(sheet) {
    this.sheet = sheet;
    this.removed.clear();
    this.showResolved = false;
    const draft = sheet && this.outbox.draft(sheet.id);
    this.field.value = draft?.body ?? "";
    this.#aim(draft?.start === undefined || draft.start === null ? null : [draft.start, draft.end]);
    this.#written({ keep: false });
    this.draw();
  }

  /* ---- writing ---- */

  #aim(range) {
    this.range = range;
    const on = make("span", "remark-on", range ? "on " : "on the document");
    if (range) on.append(make("q", "", this.#surface(range)));
    this.about.replaceChildren(on);
    if (range) this.about.append(button("row-button", "✕", "On the whole document instead", () => this.#aim(null)));
  }

  #surface([start, end]) {
    return quote(textOf(this.desk.editor.model, start, end)).slice(1, -1);
  }

  #written({ keep = true } = {}) {
    this.sendButton.disabled = !this.field.value.trim();
    if (keep) this.#keepDraft();
  }

  #keepDraft() {
    const [start, end] = this.range ?? [null, null];
    this.outbox.keepDraft(this.sheet.id, { body: this.field.value, start, end });
  }

  /* What is typed here belongs to the box; while an input method composes, even Enter and Escape are its own. */
  #key(event) {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#send();
    else if (event.key === "Escape") this.desk.commands.takeFocus();
    else return;
    event.preventDefault();
  }

  #send() {
    const body = this.field.value.trim();
    if (!body || !this.sheet) return;
    const [start, end] = this.range ?? [null, null];
    this.outbox.add(this.sheet.id, { body, start, end });
    this.field.value = "";
    this.#aim(null);
    this.#written();
    this.draw();
    this.desk.commands.takeFocus();
    this.desk.panels.announce("Comment written");
  }

  /* ---- what stands ---- */

  /* The server has told what stands on a document. */
  #take(document, comments) {
    const page = this.desk.queue.known(document);
    if (page) page.sheet.comments = comments;
    if (this.sheet?.id !== document) return;
    this.sheet.comments = comments;
    this.draw();
  }

  async #ask(body) {
    const { id } = this.sheet;
    try {
      this.#take(id, (await this.desk.request("comments", { document: id, ...body })).comments);
      return true;
    } catch (error) {
      this.desk.panels.toast(`${error.message} Nothing was changed.`);
      return false;
    }
  }

  async #remove(comment) {
    if (!(await this.#ask({ remove: comment.id }))) return;
    this.removed.set(comment.id, comment);
    this.draw();
    this.list.querySelector(`[data-removed="${comment.id}"] button`)?.focus();
  }

  async #bringBack(comment) {
    const { body, start, end } = comment;
    if (!(await this.#ask({ add: { body, start, end } }))) return;
    const made = this.sheet.comments.at(-1);
    if (comment.resolved && made) await this.#ask({ resolve: made.id, resolved: true });
    this.removed.delete(comment.id);
    this.draw();
  }

  draw() {
    const { sheet } = this;
    const comments = sheet?.comments ?? [];
    const open = comments.filter((comment) => !comment.resolved);
    const resolved = comments.filter((comment) => comment.resolved);
    const waiting = sheet ? this.outbox.of(sheet.id) : [];
    this.#count(open.length + waiting.length);
    if (sheet) this.desk.editor.view.showRemarks(this.#remarks(open));
    const rows = [
      ...waiting.map((remark) => this.#waitingRow(remark)),
      ...[...open, ...this.removed.values()].sort((a, b) => b.id - a.id).map((comment) => this.#row(comment)),
    ];
    if (resolved.length) {
      const words = `${resolved.length} resolved`;
      const more = button("remark-more", words, "", () => {
        this.showResolved = !this.showResolved;
        this.draw();
      });
      more.setAttribute("aria-expanded", String(this.showResolved));
      rows.push(more, ...(this.showResolved ? resolved.map((comment) => this.#row(comment)) : []));
    }
    if (!rows.length) rows.push(make("p", "empty", "No comments. Select some words first to comment on just them."));
    this.list.replaceChildren(...rows);
  }

  #count(number) {
    this.tabs.count(number);
    setText(this.counter, String(number));
    this.counter.hidden = number === 0;
    this.opener.setAttribute("aria-label", number ? `Comments, ${number} open` : "Comments");
  }

  #row(comment) {
    const { id, start, end, body, who, at, resolved } = comment;
    const row = make("div", resolved ? "remark resolved" : "remark");
    row.setAttribute("role", "listitem");
    if (this.removed.has(id)) {
      row.dataset.removed = String(id);
      row.append(make("span", "remark-gone", "Removed"), button("remark-act", "Undo", "", () => this.#bringBack(comment)));
      return row;
    }
    row.dataset.remark = String(id);
    if (start !== null) row.append(button("remark-quote", this.#surface([start, end]), "Show it in the text", () => this.#show(comment)));
    const text = make("p", "remark-body", body);
    text.dir = "auto";
    const facts = make("div", "remark-facts");
    const when = make("time", "", spokenTime(new Date(at)));
    when.dateTime = at;
    facts.append(make("span", "remark-who", who), when, make("span", "remark-space"));
    facts.append(
      button("remark-act", resolved ? "Reopen" : "Resolve", "", () => this.#ask({ resolve: id, resolved: !resolved })),
      button("remark-act", "Remove", "", () => this.#remove(comment)),
    );
    row.append(text, facts);
    return row;
  }

  #waitingRow(remark) {
    const row = make("div", remark.failed || remark.refused ? "remark waiting late" : "remark waiting");
    row.setAttribute("role", "listitem");
    const text = make("p", "remark-body", remark.body);
    text.dir = "auto";
    const facts = make("div", "remark-facts");
    facts.append(make("span", "", remark.refused ?? (remark.failed ? "Not sent yet; kept in this browser" : "sending…")), make("span", "remark-space"));
    if (remark.refused) facts.append(button("remark-act", "Edit", "", () => this.#edit(remark)));
    row.append(text, facts);
    return row;
  }

  #edit(remark) {
    this.outbox.drop(remark);
    this.field.value = remark.body;
    this.#aim(remark.start === null ? null : [remark.start, remark.end]);
    this.#written();
    this.field.focus();
  }

  /* ---- between text and list ---- */

  #remarks(comments) {
    const { model } = this.desk.editor;
    return comments
      .filter((comment) => comment.start !== null)
      .map(({ id, start, end }) => ({ start: model.offsets.unit(start), end: model.offsets.unit(end), kind: "remark-mark", remark: id }));
  }

  #show({ start, end }) {
    const { editor } = this.desk;
    const unit = (point) => editor.model.offsets.unit(point);
    const span = editor.edits.state.spans.find((one) => one.start === unit(start) && one.end === unit(end));
    if (span) editor.pick(span);
    else editor.select(unit(start), unit(end), { exact: true });
    editor.overlay.reveal(editor.geometry.caret(unit(start), false));
    this.desk.commands.takeFocus();
  }

  /* A click on a mark in the text shows its comment; a drag that begins there does not. The mark is looked up when the
     button goes down: a pick draws the text anew before it comes up. */
  #pressed(event) {
    const mark = event.target instanceof Element ? event.target.closest(".remark-mark") : null;
    this.press = mark && { remark: mark.dataset.remark, x: event.clientX, y: event.clientY };
  }

  #clicked({ clientX, clientY }) {
    const { press } = this;
    if (!press || Math.hypot(clientX - press.x, clientY - press.y) > STILL) return;
    this.tabs.show("comments");
    const row = this.list.querySelector(`[data-remark="${press.remark}"]`);
    row?.scrollIntoView({ block: "nearest" });
    row?.animate([{ backgroundColor: "color-mix(in srgb, var(--accent) 22%, transparent)" }, {}], 900);
  }
}

/* What a comment is about when it is begun: the selection, else what is picked; in code points. */
function meant(editor) {
  const { model, selected } = editor;
  const range = editor.range() ?? (selected && [selected.start, selected.end]);
  return range && range.map((unit) => model.offsets.point(unit));
}

const textOf = (model, start, end) => model.text.slice(model.offsets.unit(start), model.offsets.unit(end));

/* "14:05" for today, else the day. */
function spokenTime(at) {
  const today = at.toDateString() === new Date().toDateString();
  if (today) return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return at.toLocaleDateString([], { day: "numeric", month: "short", year: "numeric" });
}
