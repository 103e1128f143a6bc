/* The component: a desk where documents are opened, edited and saved by talking to the server, while Python only gives
   the settings. This is the facade that keys, buttons and panels use; what it does is told in the modules it imports.

   Others may call: accept() skip() flag() back() previous() next() undo() redo() save() openDocument(id) request(path,
   body) commit(words, changes) on(event, listener); and read: editor, sheet, settings, history, ready. Events: "open"
   (sheet) when a document is painted, "place" ({place, total, pace}), "settings" (data), "saved" (revisions). */

import { readLabels, sameData } from "./wire.js";
import { roomFor, themeOf } from "./surroundings.js";
import { Server } from "./server.js";
import { Life, Tabs } from "./tabs.js";
import { Outbox, localStorageOrNull } from "./outbox.js";
import { History } from "./history.js";
import { Queue } from "./queue.js";
import { Opening } from "./opening.js";
import { Travel } from "./travel.js";
import { Conflicts } from "./conflicts.js";
import { Worked } from "./worked.js";
import { Saving } from "./saving.js";
import { Recording } from "./recording.js";
import { Showing } from "./showing.js";
import { SideList } from "./side_list.js";
import { Panels } from "./panels.js";
import { Editor } from "./editor.js";
import { listenToPointer } from "./pointer.js";
import { listenToKeyboard } from "./keyboard.js";
import { Commands } from "./commands.js";
import { Occurrences } from "./occurrences.js";
import { Context } from "./context.js";


const outboxes = new Map(); // project → its outbox, which goes on sending when the desk is left

class Annotator {
  constructor(root) {
    this.root = root;
    this.abort = new AbortController();
    this.listeners = new Map();
    this.panels = new Panels(root, { onLabel: (id) => this.command((editor) => editor.applyLabel(id)) });
    this.list = new SideList(root, {
      onPick: (item) => this.command((editor) => editor.pick(item)),
      onEvery: (item) => this.occurrences.open(item),
      onRemove: (item) => this.command((editor) => editor.remove(item)),
      onAccept: (item) => this.command((editor) => editor.accept(item)),
      onReject: (item) => this.command((editor) => editor.reject(item)),
    });
    this.editor = new Editor(root, this.panels, this.list, (words, before) => this.recording.edited(words, before));
    this.editor.locked = true;
    this.worked = new Worked();
    this.history = new History(() => this.#sayHistory());
    this.conflicts = new Conflicts(this);
    this.travel = new Travel(this);
    this.opening = new Opening(this);
    this.recording = new Recording(this);
    this.showing = new Showing(this);
    this.commands = new Commands(this);
    this.occurrences = new Occurrences(this);
    this.context = new Context(this, this.abort.signal);
    this.settings = null;
    this.saving = new Saving(this);
    this.#listen();
  }

  #listen() {
    const { signal } = this.abort;
    listenToPointer(this.editor, () => this.ready, signal);
    listenToKeyboard(this.root, this.commands, signal);
    for (const control of this.root.querySelectorAll("[data-command]")) {
      control.addEventListener("click", () => this.commands.click(control.dataset.command), { signal });
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
    for (const timer of [this.saving.timer, this.opening.retry]) clearTimeout(timer);
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
    if (relabelled || !sameData(data.keys, known?.keys)) this.commands.use(data.keys, this.editor.labels);
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
    this.server.onAnswer = () => this.outbox.away && this.outbox.flush();
    this.outbox.listen({
      onChange: () => this.saving.say(),
      onConfirmed: (entry, revisions) => this.#confirmed(entry, revisions),
      onFailed: (entry, result) => this.conflicts.handle(entry, result),
    });
    this.queue = new Queue(this.server, this.outbox, project.overlap);
    this.queue.use(data.filter, data.sources);
    this.tabs = new Tabs(project.id, this.outbox.life.id, {
      onChange: () => this.#sayShared(),
      onSaved: (revisions) => this.opening.savedElsewhere(revisions),
    });
    this.showing.takesFocus = document.activeElement === document.body;
    await this.outbox.adopt();
    await this.opening.goTo({ document: data.document });
    this.readHistory();
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
    // The address names what was opened here: only a document that it names by another hand is asked for.
    const asked = data.document !== known.document && data.document !== null && !opening.trail.includes(data.document);
    const resourced = !sameData(data.sources, known.sources);
    queue.overlaps = data.project.overlap;
    editor.threshold = data.threshold;
    if (refiltered || resourced) queue.use(data.filter, data.sources);
    if (asked || refiltered) opening.goTo({ document: asked ? data.document : null });
    else if (resourced) opening.goTo({ document: this.openId });
    else if (this.sheet) editor.refresh({ all: relabelled });
  }

  async readHistory() {
    const { history, outbox, server } = this;
    try {
      for (let told = false; !told; ) {
        await outbox.flush();
        const { version } = history;
        const { edits } = await server.request("history", {});
        told = history.version === version; // else a step was made meanwhile, and the answer may not know it
        if (told) history.load(edits);
      }
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

  get finished() {
    return this.showing.finished;
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
    this.saving.everSaved = sheet.revision > 0;
    this.showing.paint(page);
    this.#fit();
    this.#sayOpen(sheet);
    this.sayPlace();
  }

  sayPlace() {
    if (this.sheet) this.#emit("place", this.queue.placeOf(this.opening.page));
  }

  /* The queue is empty. */
  showFinished(answer) {
    this.showing.end(answer);
    this.#sayOpen(null);
  }

  #sayOpen(sheet) {
    this.tabs.show(sheet?.id ?? null);
    this.#sayShared();
    this.saving.say();
    this.#emit("open", sheet);
  }

  /* The open document as it stands by now, edits that wait laid over it; `words` say why it changed. */
  showStored(id, words) {
    const { page } = this.opening;
    if (words) this.panels.toast(words);
    if (!page || page.sheet.id !== id) return;
    this.showing.again(page);
    this.saving.say();
  }

  /* ---- edits ---- */

  /* One edit over documents [{id, name}]: its changes as on the wire, and those that take it back (null: unknown). */
  record(words, documents, forward, backward) {
    return this.recording.record(words, documents, forward, backward);
  }

  /* A bulk edit: changes as on the wire, each with the revision it was made on. Resolves to whether it was saved. */
  commit(words, changes) {
    return this.recording.commit(words, changes);
  }

  #confirmed(entry, revisions) {
    this.saving.everSaved = true;
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
      this.recording.edited(words, before);
      this.queue.moved(this.opening.page, status);
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
    this.panels.toast(sent ? "Everything is saved; it is done by itself after each change." : this.saving.now().title);
  }

  request(path, body) {
    return this.server.request(path, body);
  }

  /* To another screen of the app. */
  go(target) {
    this.trigger("go", target);
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

  /* As tall as the window allows, so that labels, text and actions are seen together. */
  #fit() {
    this.root.style.setProperty("--height", `${Math.round(roomFor(this.root))}px`);
    if (this.sheet) this.editor.relayout();
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
