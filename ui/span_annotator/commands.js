/* One registry: what each command of the table does, whoever asks for it: a key, a button, another panel. */

import { shownKey } from "./keys.js";
import { Keymap } from "./keyboard.js";
import { KeySheet } from "./key_sheet.js";
import { LabelPalette } from "./label_palette.js";

const AFTER_REMOVAL = 700; // ms in which Backspace, having removed a span, does not leave the document as well
const REPEATING = /^(?:token|character|sentence|line|text|screen|item|end|start)-|^(?:phrase|undo|redo)$/;

export class Commands {
  constructor(annotator) {
    this.annotator = annotator;
    const { editor, root } = annotator;
    this.removedAt = -Infinity;
    this.keymap = new Keymap([], new Map());
    this.sheet = new KeySheet(root.querySelector(".sheet"), {
      onClose: () => this.takeFocus(),
      onChangeKeys: () => {
        sessionStorage.setItem("tagloop keys", "wanted"); // the Labels page then opens at its keys
        annotator.go({ screen: "labels" });
      },
    });
    this.palette = new LabelPalette(root, editor, {
      onChoose: (label) => annotator.command(() => editor.applyLabel(label)),
      onClose: () => this.takeFocus(),
    });
    this.runs = new Map(Object.entries({ ...this.#movements(), ...this.#edits(), ...this.#document() }));
  }

  /* The settings of the project: its table, and labels with their keys. */
  use(table, labels) {
    this.keymap = new Keymap(table, labels);
    this.sheet.use(table, labels);
    this.palette.close();
    this.#nameKeys();
  }

  /* The keys of this project in the hints, and on the buttons that do the same. */
  #nameKeys() {
    const { editor, root } = this.annotator;
    editor.keyFor = (name) => (this.keysOf(name).length ? shownKey(this.keysOf(name)[0]) : "");
    for (const control of root.querySelectorAll("[data-command]")) {
      const key = editor.keyFor(control.dataset.command);
      const cap = control.querySelector("kbd");
      if (cap) cap.textContent = key;
      else control.title = control.title.replace(/ \([^()]*\)$/, "") + (key ? ` (${key})` : "");
    }
  }

  /* What a command of the table does: run({extend, event}), which may answer false for "not here". */
  on(name, run) {
    this.runs.set(name, run);
  }

  /* The keys of a command, as written, for hints and titles. */
  keysOf(name) {
    return this.keymap.keysOf(name);
  }

  /* Do it; false when nobody does it, or it means nothing here. */
  run(name, detail = {}) {
    const run = this.runs.get(name);
    return run ? run(detail) !== false : false;
  }

  /* A button of the desk: what its command does, and the keys go back to the text unless something was opened. */
  click(name) {
    this.run(name);
    const dialogs = [this.sheet.open, this.palette.open, this.annotator.occurrences.isOpen];
    if (name !== "comment" && !dialogs.some(Boolean)) this.takeFocus();
  }

  /* A key by its possible names; whether it meant something. */
  press(names, event) {
    const { editor } = this.annotator;
    const found = this.keymap.find(names, editor.selected !== null && editor.selection === null);
    if (!found) return false;
    if (found.label !== undefined) {
      if (!event.repeat) this.annotator.command(() => editor.applyLabel(found.label));
      return true;
    }
    if (event.repeat && !REPEATING.test(found.name)) return this.runs.has(found.name);
    return this.run(found.name, { extend: found.extend, event });
  }

  takeFocus() {
    const { sheet, editor, showing } = this.annotator;
    (sheet ? editor.text : showing.finished.element).focus({ preventScroll: true });
  }

  /* Moves need a document to move in. */
  #movements() {
    const { annotator } = this;
    const { editor } = annotator;
    const moves = {
      "token-left": ({ extend }) => editor.step(false, { extend }),
      "token-right": ({ extend }) => editor.step(true, { extend }),
      "character-left": ({ extend }) => editor.step(false, { extend, exact: true }),
      "character-right": ({ extend }) => editor.step(true, { extend, exact: true }),
      "sentence-up": ({ extend }) => editor.stepSentence(false, { extend }),
      "sentence-down": ({ extend }) => editor.stepSentence(true, { extend }),
      "line-up": ({ extend }) => editor.stepLine(false, { extend }),
      "line-down": ({ extend }) => editor.stepLine(true, { extend }),
      "line-start": ({ extend }) => editor.toLineEnd(false, { extend }),
      "line-end": ({ extend }) => editor.toLineEnd(true, { extend }),
      "text-start": ({ extend }) => editor.toEnd(false, { extend }),
      "text-end": ({ extend }) => editor.toEnd(true, { extend }),
      "screen-up": ({ extend }) => editor.stepScreen(false, { extend }),
      "screen-down": ({ extend }) => editor.stepScreen(true, { extend }),
      "item-previous": () => editor.walk(false),
      "item-next": () => editor.walk(true),
      phrase: () => editor.selectPhrase(),
      clear: () => editor.clear(),
    };
    const inDocument = ([name, move]) => [name, (detail) => (annotator.sheet ? move(detail) : false)];
    return Object.fromEntries(Object.entries(moves).map(inDocument));
  }

  #edits() {
    const { annotator, palette } = this;
    const edit = (action) => () => annotator.command(action);
    return {
      palette: () => annotator.ready && palette.toggle(),
      remove: () => annotator.command((editor) => this.#remove(editor)),
      "end-left": edit((editor) => this.#moveEnd(editor, false)),
      "end-right": edit((editor) => this.#moveEnd(editor, true)),
      "start-left": edit((editor) => editor.nudgeEdge("start", false)),
      "start-right": edit((editor) => editor.nudgeEdge("start", true)),
      snap: edit((editor) => editor.snap()),
      undo: () => annotator.undo(),
      redo: () => annotator.redo(),
      snap: edit((editor) => editor.snap()),
      "accept-suggestion": edit((editor) => editor.accept()),
      "reject-suggestion": edit((editor) => editor.reject()),
      "accept-all": edit((editor) => editor.acceptAll()),
    };
  }

  #document() {
    const { annotator } = this;
    return {
      accept: () => annotator.accept(),
      skip: () => annotator.skip(),
      flag: () => annotator.flag(),
      back: () => this.#back(),
      previous: () => annotator.previous(),
      next: () => annotator.next(),
      save: () => void annotator.save(),
      keys: () => this.sheet.toggle(),
    };
  }

  #remove(editor) {
    editor.removeSelected();
    this.removedAt = performance.now();
  }

  /* Someone who taps Backspace to take away one span more has not asked for another document. */
  #back() {
    const now = performance.now();
    if (now - this.removedAt < AFTER_REMOVAL) this.removedAt = now;
    else this.annotator.back();
  }

  #moveEnd(editor, towardsRight) {
    if (editor.selected) editor.nudgeEdge("end", towardsRight);
    else editor.step(towardsRight, { extend: true });
  }
}
