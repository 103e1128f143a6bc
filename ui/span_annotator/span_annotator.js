/* The component: a desk where documents are opened, edited and saved by talking to the server, while Python only gives
   the settings. This is the facade that keys, buttons and panels use; what it does is told in the modules it imports.

   Others may call: accept() skip() flag() back() previous() next() undo() redo() save() openDocument(id) request(path,
   body) commit(words, changes) on(event, listener); and read: editor, sheet, settings, history, ready. Events: "open"
   (sheet) when a document is painted, "place" ({place, total, pace}), "settings" (data), "saved" (revisions). */

import { TextModel } from "./offsets.js";
import { Edits, difference, laid, statusOnceEdited } from "./edits.js";
import { placed, readDelta, readLabels, readSuggestions, sameData, writeDelta } from "./wire.js";
import { roomFor, themeOf } from "./surroundings.js";
import { Server } from "./server.js";
import { Life, Tabs, freshId } from "./tabs.js";
import { Outbox } from "./outbox.js";
import { History } from "./history.js";
import { Queue } from "./queue.js";
import { Opening } from "./opening.js";
import { Travel } from "./travel.js";
import { Conflicts } from "./conflicts.js";
import { Worked } from "./worked.js";
import { savingState } from "./saving.js";
import { Finished } from "./finished.js";
import { SideList } from "./side_list.js";
import { Panels } from "./panels.js";
import { KeySheet } from "./key_sheet.js";
import { Editor } from "./editor.js";
import { listenToPointer } from "./pointer.js";
import { listenToKeyboard } from "./keyboard.js";

const PATIENT = 550; // ms until a change that waits is said to be on its way: it is sent after 250
const LONGEST_WORDS = 200; // characters, the server's limit
const UNTOLD = /[\0\p{Surrogate}]/gu; // what no stored text holds: NUL and half a character, where words were cut

const outboxes = new Map(); // project → its outbox, which goes on sending when the desk is left

class Annotator {
  constructor(root) {
    this.root = root;
    this.abort = new AbortController();
    this.listeners = new Map();
    this.panels = new Panels(root, { onLabel: (id) => this.command((editor) => editor.applyLabel(id)) });
    this.list = new SideList(root, {
      onPick: (item) => this.command((editor) => editor.pick(item)),
      onRemove: (item) => this.command((editor) => editor.remove(item)),
      onAccept: (item) => this.command((editor) => editor.accept(item)),
      onReject: (item) => this.command((editor) => editor.reject(item)),
    });
    this.editor = new Editor(root, this.panels, this.list, (words, before) => this.#edited(words, before));
    this.editor.locked = true;
    this.keySheet = new KeySheet(root.querySelector(".sheet"));
    this.finished = new Finished(root, {
      onGo: (screen) => this.go({ screen }),
      onAll: () => this.#showAll(),
      onBack: () => this.back(),
    });
    this.worked = new Worked();
    this.history = new History(() => this.#sayHistory());
    this.conflicts = new Conflicts(this);
    this.travel = new Travel(this);
    this.opening = new Opening(this);
    this.settings = null;
    this.everSaved = false;
    this.#listen();
  }

  #listen() {
    const { signal } = this.abort;
    listenToPointer(this.editor, () => this.ready, signal);
    listenToKeyboard(this, signal);
    const commands = { keys: () => this.keySheet.toggle() };
    for (const control of this.root.querySelectorAll("[data-command]")) {
      const { command } = control.dataset;
      control.addEventListener("click", commands[command] ?? (() => this.#run(command)), { signal });
    }
    // A click on a control must not take the keys away from the text; Tab still reaches every control.
    this.root.addEventListener("mousedown", (event) => event.target.closest("button, .row") && event.preventDefault(), { signal });
    for (const name of ["keydown", "pointerdown", "pointermove", "wheel"]) {
      this.root.addEventListener(name, () => this.worked.note(), { signal, passive: true });
    }
    window.addEventListener("focus", () => this.#lookedAt(), { signal });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.outbox?.flush() : this.#lookedAt()), { signal });
    window.addEventListener("resize", () => this.#fit(), { signal });
    document.fonts?.addEventListener("loadingdone", () => this.editor.relayout(), { signal });
    this.resizes = new ResizeObserver(() => this.#fit());
    this.resizes.observe(this.root);
    this.resizes.observe(this.root.querySelector(".blocks"));
  }

  destroy() {
    this.abort.abort();
    this.resizes.disconnect();
    clearTimeout(this.stateTimer);
    clearTimeout(this.opening.retry);
    this.#leaveProject();
  }

  /* ---- settings from Python ---- */

  update(data, trigger) {
    this.trigger = trigger;
    this.root.dataset.theme = themeOf(this.root);
    this.root.dataset.language = data.project.language;
    const known = this.given; // not what was chosen here since
    this.given = data;
    this.settings = data;
    const relabelled = !sameData(data.labels, known?.labels);
    if (relabelled) this.editor.setLabels(readLabels(data.labels));
    if (known?.project.id !== data.project.id) this.#enter(data);
    else this.#revise(data, known, relabelled);
    this.#emit("settings", data);
  }

  async #enter(data) {
    this.#leaveProject();
    const { project, base } = data;
    this.server = new Server(base, project.id);
    const storage = localStorageOrNull();
    const key = `${base} ${project.id}`;
    if (!outboxes.has(key)) outboxes.set(key, new Outbox(this.server, project.id, new Life(storage), storage));
    this.outbox = outboxes.get(key);
    this.outbox.listener = {
      onChange: () => this.#sayState(),
      onConfirmed: (entry, revisions) => this.#confirmed(entry, revisions),
      onFailed: (entry, result) => this.conflicts.handle(entry, result),
    };
    this.queue = new Queue(this.server, this.outbox, project.overlap);
    this.queue.use(data.filter, data.sources);
    this.tabs = new Tabs(project.id, this.outbox.life.id, {
      onChange: () => this.#sayShared(),
      onSaved: (revisions) => this.openId in revisions && this.opening.check(),
    });
    this.takesFocus = document.activeElement === document.body;
    await this.outbox.adopt();
    await this.opening.goTo({ document: data.document });
    this.#readHistory();
  }

  #leaveProject() {
    if (!this.outbox) return;
    this.outbox.flush();
    this.outbox.listener = null;
    this.tabs.close();
  }

  #revise(data, known, relabelled) {
    const { opening, queue, editor } = this;
    const refiltered = !sameData(data.filter, known.filter);
    const asked = data.document !== known.document && data.document !== null && data.document !== this.openId;
    const resourced = !sameData(data.sources, known.sources);
    queue.overlaps = data.project.overlap;
    editor.threshold = data.threshold;
    if (refiltered || resourced) queue.use(data.filter, data.sources);
    if (asked || refiltered) opening.goTo({ document: asked ? data.document : null });
    else if (resourced) opening.goTo({ document: this.openId });
    else if (this.sheet) editor.refresh({ all: relabelled });
  }

  async #readHistory() {
    try {
      this.history.load((await this.server.request("history", {})).edits);
    } catch {
      // Undo then reaches back to the beginning of this visit; it is asked for again at the next one.
    }
  }

  /* ---- what is open ---- */

  get sheet() {
    return this.opening.page?.sheet ?? null;
  }

  get openId() {
    return this.opening.id;
  }

  /* Whether a document is open and takes edits. */
  get ready() {
    return this.sheet !== null && !this.opening.busy;
  }

  get busy() {
    return this.opening.busy;
  }

  nameOf(id) {
    return this.queue.known(id)?.sheet.name || `Document ${id}`;
  }

  openDocument(id) {
    return id === this.openId ? this.opening.check() : this.opening.open(id);
  }

  /* Draw a page that was opened. */
  paint(page) {
    const { sheet } = page;
    const { editor, queue } = this;
    this.finished.hide();
    if (!this.outbox.of(sheet.id).length) this.outbox.know(sheet.id, sheet.revision);
    page.model ??= new TextModel(sheet.text, sheet.tokens, this.settings.project.language);
    const state = placed(queue.current(page) ?? queue.stored(page), page.model);
    editor.learnLabels([...state.spans, ...readSuggestions(page.model, sheet.suggestions)]);
    this.everSaved = sheet.revision > 0;
    this.worked.restart();
    if (!this.conflicts.asked.size) this.panels.dismiss();
    this.panels.quiet();
    editor.open(page.model, new Edits(state), readSuggestions(page.model, sheet.suggestions), this.settings.threshold);
    this.#fit();
    this.#sayState();
    this.tabs.show(sheet.id);
    this.#sayShared();
    this.#putAddress(sheet.id);
    this.#emit("open", sheet);
    this.sayPlace();
    if (this.takesFocus || this.#hasFocus()) editor.text.focus({ preventScroll: true });
    this.takesFocus = false;
  }

  sayPlace() {
    if (this.opening.page) this.#emit("place", this.queue.placeOf(this.opening.page));
  }

  showFinished({ pace }) {
    this.finished.show({ queue: this.settings.queue, today: pace?.documents ?? 0, back: this.opening.trail.length > 0 });
    this.tabs.show(null);
    this.#sayShared();
    this.#sayState();
    this.#putAddress(null);
    this.#emit("open", null);
    this.finished.element.focus({ preventScroll: true });
  }

  /* The open document as it stands by now, edits that wait laid over it; `words` say why it changed. */
  showStored(id, words) {
    const { page } = this.opening;
    if (words) this.panels.toast(words);
    if (!page || page.sheet.id !== id) return;
    const state = this.queue.current(page) ?? this.queue.stored(page);
    const shown = placed(state, page.model, this.editor.edits.state.spans);
    this.editor.learnLabels(shown.spans);
    this.editor.show(shown);
    this.#sayState();
  }

  /* What of `documents` is seen now, to be brought back later. */
  shownState(documents) {
    return this.sheet && documents.includes(this.openId) ? { id: this.openId, state: this.editor.edits.state } : null;
  }

  async bringBack({ id, state }) {
    this.panels.dismiss();
    if (id !== this.openId) await this.opening.open(id);
    const { spans, flagged } = state;
    if (id === this.openId) this.command((editor) => editor.apply("brought my version back", { spans, flagged }));
  }

  documentsGone(documents, message) {
    const { trail } = this.opening;
    this.opening.trail = trail.filter((id) => !documents.includes(id));
    this.queue.forget(documents);
    if (documents.includes(this.openId)) this.opening.goTo({}, { words: `${message} The next one is shown.` });
    else this.panels.toast(message);
  }

  /* Ask the server how a document stands, when it is open; another is asked for when it is opened. */
  async readAnew(documents) {
    if (documents.includes(this.openId)) await this.opening.goTo({ document: this.openId });
    this.#readHistory();
  }

  /* ---- edits ---- */

  #edited(words, before) {
    const { model, edits } = this.editor;
    const forward = difference(before, edits.state);
    const backward = difference(edits.state, before);
    const touched = forward.added.length || forward.removed.length;
    if (touched && forward.status === statusOnceEdited(before.status)) delete forward.status; // the server does that itself
    const document = this.openId;
    const documents = [{ id: document, name: this.nameOf(document) }];
    this.record(words, documents, [{ document, ...writeDelta(forward, model) }], [{ document, ...writeDelta(backward, model) }]);
  }

  /* One edit over `documents` [{id, name}], on its way to the server and on the way back. */
  record(words, documents, forward, backward) {
    const id = freshId();
    const told = [...words.replace(UNTOLD, "")].slice(0, LONGEST_WORDS).join("");
    this.history.record({ id, words: told, documents, forward, backward });
    const changes = forward.map((change) => ({ base: this.queue.known(change.document)?.sheet.revision ?? 0, ...change }));
    this.outbox.add({ id, kind: "edit", words: told, documents: documents.map((document) => document.id), changes, seconds: this.worked.take() });
    return id;
  }

  /* A bulk edit: changes as on the wire, each with the revision it was made on. Resolves to whether it was saved. */
  async commit(words, changes) {
    const { outbox, queue, history } = this;
    for (const { document, base } of changes) {
      if (outbox.of(document).length) continue;
      outbox.know(document, base);
      if (document !== this.openId && queue.known(document)?.sheet.revision !== base) queue.forget([document]);
    }
    const documents = changes.map(({ document }) => ({ id: document, name: this.nameOf(document) }));
    const id = this.record(words, documents, changes, null);
    const here = changes.find(({ document }) => document === this.openId);
    if (here) {
      const { editor } = this;
      const state = laid(editor.edits.state, readDelta(here, editor.model), queue.overlaps);
      if (state) editor.show(state);
    }
    await outbox.flush();
    return history.entries.some((entry) => entry.id === id) && !outbox.entries.some((entry) => entry.id === id);
  }

  #confirmed(entry, revisions) {
    this.everSaved = true;
    this.queue.confirm(entry, revisions);
    this.tabs.saved(revisions);
    this.#emit("saved", revisions);
  }

  /* ---- commands ---- */

  accept() {
    this.#answer("accepted", "accepted");
  }

  skip() {
    this.#answer("skipped", "skipped");
  }

  #answer(status, words) {
    if (!this.ready) return;
    const before = this.editor.edits.state;
    if (this.editor.edits.change({ status })) {
      this.#edited(words, before);
      if (before.status === "unlabelled" || before.status === "draft") this.queue.answered();
    }
    this.opening.next();
  }

  flag() {
    this.command((editor) => editor.flag());
  }

  previous() {
    if (!this.busy) this.opening.previous();
  }

  next() {
    if (!this.busy) this.opening.next();
  }

  back() {
    if (!this.busy) this.opening.back();
  }

  undo() {
    this.travel.undo();
  }

  redo() {
    this.travel.redo();
  }

  async save() {
    const sent = await this.outbox.flush();
    this.panels.toast(sent ? "Everything is saved; it is done by itself after each change." : this.#saving().title);
  }

  request(path, body) {
    return this.server.request(path, body);
  }

  /* To another screen of the app. */
  go(target) {
    this.trigger("go", target);
  }

  #showAll() {
    this.settings = { ...this.settings, queue: "all", filter: {} };
    this.queue.use({}, this.settings.sources);
    this.opening.goTo({});
    this.#emit("settings", this.settings);
  }

  #run(command) {
    this[command]();
    this.#focusText();
  }

  /* Do something with the editor, while a document is open that takes edits. */
  command(action) {
    if (!this.ready) return;
    action(this.editor);
    this.#focusText();
  }

  #focusText() {
    if (this.sheet) this.editor.text.focus({ preventScroll: true });
  }

  /* ---- what is said ---- */

  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  #emit(event, value) {
    for (const listener of this.listeners.get(event) ?? []) listener(value);
  }

  #saving() {
    const waits = this.outbox.size > 0;
    if (!waits) this.waitsSince = null;
    else this.waitsSince ??= performance.now();
    const patient = waits && performance.now() - this.waitsSince < PATIENT;
    return savingState(this.outbox, { everSaved: this.everSaved, patient });
  }

  #sayState() {
    const saving = this.#saving();
    this.panels.drawState(saving);
    clearTimeout(this.stateTimer);
    if (saving.state === "dirty") this.stateTimer = setTimeout(() => this.#sayState(), PATIENT);
  }

  #sayShared() {
    this.panels.shared.hidden = !this.tabs.shared;
  }

  #sayHistory() {
    this.editor.canUndo = this.history.undoable !== null;
    this.editor.canRedo = this.history.redoable !== null;
    this.panels.drawWays(this.editor);
  }

  async #lookedAt() {
    if (!this.outbox) return;
    await this.outbox.adopt();
    this.tabs.forget(await this.outbox.life.gone([...this.tabs.others.keys()]));
    if (this.outbox.size) await this.outbox.flush();
    this.opening.check();
  }

  #putAddress(document) {
    const address = new URL(window.location.href);
    if (document === null) address.searchParams.delete("document");
    else address.searchParams.set("document", String(document));
    if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
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

  #hasFocus() {
    return this.root.getRootNode().activeElement !== null || document.activeElement === document.body;
  }

  /* As tall as the window allows, so that labels, text and actions are seen together. */
  #fit() {
    this.root.style.setProperty("--height", `${Math.round(roomFor(this.root))}px`);
    if (this.sheet) this.editor.relayout();
  }
}

function localStorageOrNull() {
  try {
    return window.localStorage;
  } catch {
    return null;
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
