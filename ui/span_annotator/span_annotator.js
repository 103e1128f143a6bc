/* The component: what Python sends becomes an open document, what a person decides goes back as one submission.
   In between stand the draft in this browser and the question of whose version counts. */

import { TextModel } from "./offsets.js";
import { Edits, sameState } from "./edits.js";
import { Drafts, textMark } from "./drafts.js";
import { fittingDraft, readLabels, readState, readSuggestions, sameData, writeSpans } from "./wire.js";
import { roomFor, themeOf } from "./surroundings.js";
import { SideList } from "./side_list.js";
import { Panels } from "./panels.js";
import { KeySheet } from "./key_sheet.js";
import { Editor } from "./editor.js";
import { listenToPointer } from "./pointer.js";
import { listenToKeyboard } from "./keyboard.js";

const DRAFT_DELAY = 200; // ms after an edit
const NO_ANSWER = 12_000; // ms until a submission counts as lost
const IDLE = 60_000; // ms without a key or a move: from then on nobody is working

class Annotator {
  constructor(root) {
    this.root = root;
    this.abort = new AbortController();
    this.drafts = new Drafts();
    this.panels = new Panels(root, {
      onLabel: (id) => this.#command((editor) => editor.applyLabel(id)),
      onDiscard: () => this.discardDraft(),
    });
    this.list = new SideList(root, {
      onPick: (item) => this.#command((editor) => editor.pick(item)),
      onRemove: (item) => this.#command((editor) => editor.remove(item)),
      onAccept: (item) => this.#command((editor) => editor.accept(item)),
      onReject: (item) => this.#command((editor) => editor.reject(item)),
    });
    this.editor = new Editor(root, this.panels, this.list, () => this.#edited());
    this.sheet = new KeySheet(root.querySelector(".sheet"));
    this.document = null; // the data it was opened with
    this.waiting = null; // {number, action} of the submission under way
    this.conflict = null; // another version that came in between
    this.number = 0;
    this.#listen();
  }

  #listen() {
    const { signal } = this.abort;
    listenToPointer(this.editor, () => !this.waiting, signal);
    listenToKeyboard(this, signal);
    const commands = {
      undo: () => this.#command((editor) => editor.undo()),
      redo: () => this.#command((editor) => editor.redo()),
      flag: () => this.#command((editor) => editor.flag()),
      keys: () => this.sheet.toggle(),
      accept: () => this.submit("accept"),
      skip: () => this.submit("skip"),
      previous: () => this.submit("previous"),
      next: () => this.submit("next"),
    };
    for (const control of this.root.querySelectorAll("[data-command]")) {
      control.addEventListener("click", commands[control.dataset.command], { signal });
    }
    // A click on a control must not take the keys away from the text; Tab still reaches every control.
    this.root.addEventListener("mousedown", (event) => event.target.closest("button, .row") && event.preventDefault(), { signal });
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) {
      this.root.addEventListener(name, () => this.#worked(), { signal, passive: true });
    }
    window.addEventListener("pagehide", () => this.#saveDraft(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden && this.#saveDraft(), { signal });
    window.addEventListener("resize", () => this.#fit(), { signal });
    document.fonts?.addEventListener("loadingdone", () => this.editor.relayout(), { signal });
    this.resizes = new ResizeObserver(() => this.#fit());
    this.resizes.observe(this.root);
    this.resizes.observe(this.root.querySelector(".blocks"));
  }

  destroy() {
    this.#saveDraft();
    this.abort.abort();
    this.resizes.disconnect();
    clearTimeout(this.lost);
    clearTimeout(this.draftTimer);
  }

  /* ---- from Python ---- */

  update(data, send) {
    this.send = send;
    this.root.dataset.theme = themeOf(this.root);
    const first = this.document === null;
    const focused = first ? document.activeElement === document.body : this.#hasFocus();
    const known = this.document;
    const submitted = this.waiting && data.answered === this.waiting.number ? this.waiting : null;
    if (submitted) this.#answered(submitted, data.error);
    const relabelled = !sameData(data.labels, known?.labels);
    if (relabelled) this.editor.setLabels(readLabels(data.labels));
    if (!known || data.id !== known.id || data.text !== known.text) this.#open(data);
    else this.#revise(data, submitted, relabelled);
    if (focused) this.editor.text.focus({ preventScroll: true });
  }

  #answered({ action, revision }, error) {
    clearTimeout(this.lost);
    this.waiting = null;
    this.panels.dismiss();
    if (error === null && (action === "accept" || action === "save")) this.drafts.remove(this.document.id, revision);
  }

  #open(data) {
    this.#saveDraft();
    this.document = data;
    this.conflict = null;
    this.revision = data.revision;
    this.model = new TextModel(data.text, data.tokens, data.language);
    this.mark = textMark(data.text);
    this.panels.dismiss();
    this.panels.quiet();
    this.worked = 0; // ms
    this.workedAt = performance.now();
    this.root.dataset.language = data.language;
    const edits = new Edits(readState(this.model, data));
    const restored = this.#restore(edits);
    this.editor.state = restored ? "restored" : data.revision > 0 ? "saved" : "clean";
    this.editor.open(this.model, edits, readSuggestions(this.model, data.suggestions), data.threshold);
    this.#fit();
  }

  /* The same document again: a save came through, was refused, or something around it changed. */
  #revise(data, submitted, relabelled) {
    const known = this.document;
    this.document = data;
    const { editor } = this;
    if (!sameData(known.suggestions, data.suggestions)) editor.suggestions = readSuggestions(this.model, data.suggestions);
    editor.threshold = data.threshold;
    if (submitted && data.error) this.#refused(data);
    else if (data.revision !== this.revision) this.#newRevision(data);
    else if (submitted) this.#sayState();
    else if (!sameData(known.spans, data.spans) && !editor.edits.dirty) this.#open(data); // labels merged elsewhere
    editor.refresh({ all: relabelled });
  }

  #newRevision(data) {
    const { edits } = this.editor;
    const theirs = readState(this.model, data);
    if (sameState(theirs, { ...edits.state, decisions: new Map() })) {
      this.drafts.remove(data.id, this.revision);
      this.revision = data.revision;
      edits.settle();
      this.#sayState();
    } else if (edits.dirty) {
      this.#ask(data.revision, theirs, `Revision ${data.revision} of this document was saved while you were editing. Nothing of yours is lost.`);
    } else this.#open(data);
  }

  #refused(data) {
    const { message, revision, spans } = data.error;
    this.#sayState();
    if (revision === null || revision === this.revision) {
      this.panels.ask(`Not saved: ${message}`, [["Close", () => this.panels.dismiss()]], "error");
      return;
    }
    const newer = data.revision >= revision ? data : { ...data, revision, spans };
    this.#ask(newer.revision, readState(this.model, newer), message);
  }

  #sayState() {
    this.editor.state = this.editor.edits.dirty ? "dirty" : this.revision > 0 ? "saved" : "clean";
  }

  /* Two versions: let the person choose, and let the choice be undone. */
  #ask(revision, theirs, message) {
    this.conflict = { revision, theirs };
    this.#sayState();
    this.panels.ask(
      message,
      [
        ["Keep mine on top of the new version", () => this.#settle(true)],
        ["Take theirs", () => this.#settle(false)],
      ],
      "warning",
    );
  }

  #settle(mine) {
    const { revision, theirs } = this.conflict;
    const { editor } = this;
    this.conflict = null;
    this.drafts.remove(this.document.id, this.revision);
    this.revision = revision;
    editor.edits.baseline = theirs;
    if (!mine) editor.edits.commit(theirs);
    this.panels.dismiss();
    this.#edited();
    editor.refresh();
    editor.text.focus({ preventScroll: true });
  }

  /* ---- drafts ---- */

  /* Lay this revision's draft over `edits` (undo leads back); offer one of another revision. */
  #restore(edits) {
    const { id } = this.document;
    let restored = false;
    for (const draft of this.drafts.of(id, this.mark)) {
      const state = readState(this.model, fittingDraft(this.model, draft, this.editor.labels));
      if (draft.revision === this.revision) restored = edits.commit(state);
      else if (sameState({ ...state, decisions: new Map() }, edits.baseline)) this.drafts.remove(id, draft.revision); // arrived
      else if (this.panels.notice.hidden) this.#offer(draft.revision, state);
    }
    return restored;
  }

  #offer(revision, state) {
    const { id } = this.document;
    const done = () => {
      this.drafts.remove(id, revision);
      this.panels.dismiss();
      this.editor.text.focus({ preventScroll: true });
    };
    this.panels.ask(`Your unsaved version of revision ${revision} is still in this browser; revision ${this.revision} is shown.`, [
      ["Use mine", () => {
        done();
        if (this.editor.edits.commit(state)) this.#edited();
        this.editor.refresh();
      }],
      ["Discard it", done],
    ]);
  }

  #edited() {
    this.#sayState();
    this.draftDue = true;
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.#saveDraft(), DRAFT_DELAY);
  }

  #saveDraft() {
    clearTimeout(this.draftTimer);
    if (!this.document || !this.draftDue) return;
    this.draftDue = false;
    const { edits } = this.editor;
    const { id } = this.document;
    if (!edits.dirty) {
      this.drafts.remove(id, this.revision);
      return;
    }
    const { flagged, decisions, spans } = edits.state;
    this.drafts.save(id, this.revision, { mark: this.mark, flagged, spans: writeSpans(this.model, spans), decisions: [...decisions] });
    this.editor.storageFailed = this.drafts.failed;
  }

  discardDraft() {
    const { editor } = this;
    editor.edits.commit(editor.edits.baseline);
    this.#edited();
    this.#saveDraft();
    editor.refresh();
    this.panels.toast("Draft discarded · Ctrl Z brings it back");
    editor.text.focus({ preventScroll: true });
  }

  /* ---- to Python ---- */

  submit(action) {
    if (this.waiting) return;
    if (this.conflict) {
      this.panels.nudge();
      this.panels.toast("First choose above which version counts.");
      return;
    }
    const { editor } = this;
    this.#worked();
    this.#saveDraft();
    this.number = Math.max(this.number + 1, Date.now());
    this.waiting = { number: this.number, action, revision: this.revision };
    this.lost = setTimeout(() => this.#lost(), NO_ANSWER);
    editor.state = "saving";
    editor.drawBar();
    this.send("submit", {
      number: this.number,
      document_id: this.document.id,
      base_revision: this.revision,
      action,
      spans: writeSpans(this.model, editor.edits.state.spans),
      flagged: editor.edits.state.flagged,
      decisions: editor.edits.verdicts(editor.suggestions),
      seconds: Math.round(this.worked) / 1000,
    });
  }

  #lost() {
    this.waiting = null;
    this.editor.state = "undelivered";
    this.editor.drawBar();
    this.panels.ask(
      "No answer from the server. Your work is kept in this browser; send it again when the connection is back.",
      [["Close", () => this.panels.dismiss()]],
      "error",
    );
  }

  /* ---- the rest ---- */

  #command(action) {
    if (this.waiting) return;
    action(this.editor);
    this.editor.text.focus({ preventScroll: true });
  }

  /* The label that a key means: its own first, then the digit by its place on the keyboard (other layouts). */
  labelFor(event) {
    const key = event.key.toLowerCase();
    const place = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
    for (const wanted of [key, place]) {
      for (const label of this.editor.labels.values()) if (wanted && label.key === wanted) return label.id;
    }
    return null;
  }

  /* Time at work: gaps between signs of life, long ones cut. */
  #worked() {
    const now = performance.now();
    if (this.workedAt !== undefined) this.worked += Math.min(now - this.workedAt, IDLE);
    this.workedAt = now;
  }

  #hasFocus() {
    return this.root.getRootNode().activeElement !== null || document.activeElement === document.body;
  }

  /* As tall as the window allows, so that labels, text and actions are seen together. */
  #fit() {
    this.root.style.setProperty("--height", `${Math.round(roomFor(this.root))}px`);
    this.editor.relayout();
  }
}

const instances = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  let annotator = instances.get(parentElement);
  if (!annotator) {
    annotator = new Annotator(parentElement.querySelector(".annotator"));
    instances.set(parentElement, annotator);
  }
  if (data) annotator.update(data, setTriggerValue);
  return () => {
    annotator.destroy();
    instances.delete(parentElement);
  };
}
