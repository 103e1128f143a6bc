/* Mouse, pen and finger. Dragging selects whole tokens; Shift lifts that to single characters, at any moment of the
   drag. A grip moves one end of the picked span. A finger scrolls, until it holds something: see touch.js. */

import { Touch } from "./touch.js";
import { Scrolling } from "./scrolling.js";
import { stackAt } from "./layers.js";

const SLIP = 4; // px a click may wander
const DOUBLE = 450; // ms between the clicks of a double click

export function listenToPointer(editor, accepts, signal) {
  const pointer = new Pointer(editor, accepts, signal);
  const { text } = editor;
  text.addEventListener("pointerdown", (event) => pointer.down(event), { signal });
  text.addEventListener("mousedown", (event) => event.button === 0 && event.preventDefault(), { signal });
  text.addEventListener("contextmenu", (event) => pointer.drag?.finger && event.preventDefault(), { signal });
  text.addEventListener("pointermove", (event) => pointer.move(event), { signal });
  text.addEventListener("pointerup", (event) => event.button === 0 && pointer.up(), { signal });
  text.addEventListener("pointercancel", () => pointer.cancel(), { signal });
  for (const type of ["keydown", "keyup"]) text.addEventListener(type, (event) => pointer.key(event), { signal });
}

class Pointer {
  constructor(editor, accepts, signal) {
    this.editor = editor;
    this.accepts = accepts; // whether a document is there to be worked on
    this.drag = null; // from pressing to letting go
    this.last = { time: 0, x: 0, y: 0, count: 0 }; // the click before
    this.scrolling = new Scrolling(editor, () => track(editor, this.drag));
    this.touch = new Touch(editor.text, {
      mayHold: () => this.drag !== null && !this.drag.moved && !this.drag.grip,
      hold: () => this.#hold(),
      isHolding: () => this.drag !== null && (this.drag.held || Boolean(this.drag.grip)),
      signal,
    });
  }

  down(event) {
    if (event.button !== 0 || !event.isPrimary || !this.accepts()) return;
    const { editor } = this;
    const finger = event.pointerType === "touch";
    editor.takeByTouch(finger);
    if (!finger) event.preventDefault();
    editor.text.focus({ preventScroll: true });
    const grip = event.target instanceof Element ? event.target.closest("[data-edge]")?.dataset.edge : undefined;
    const at = grip ? gripPoint(editor, event, grip) : { x: event.clientX, y: event.clientY, dx: 0, dy: 0 };
    const hit = editor.geometry.hit(event.clientX, event.clientY);
    if (!hit) return;
    this.drag = {
      ...at, fromX: at.x, fromY: at.y, shift: event.shiftKey, moved: false, held: false, finger, hit, grip, token: hit.token,
      span: editor.selected, range: editor.range(), owner: ownerAt(editor, event),
      character: editor.geometry.character(at.x, at.y), count: grip ? 1 : this.#count(event, finger ? SLIP * 6 : SLIP * 2),
    };
    editor.text.setPointerCapture(event.pointerId); // also a finger's: what lies under it is drawn anew meanwhile
    if (finger) this.touch.down();
    else if (!grip && this.drag.count > 1) selectWords(editor, hit, this.drag.count);
  }

  #count(event, slip) {
    const { last } = this;
    const close = Math.hypot(event.clientX - last.x, event.clientY - last.y) < slip;
    const again = event.timeStamp - last.time < DOUBLE && close;
    this.last = { time: event.timeStamp, x: event.clientX, y: event.clientY, count: again ? last.count + 1 : 1 };
    return this.last.count;
  }

  /* A finger has rested on a word: the word is selected, and the selection follows from here on. */
  #hold() {
    const { drag, editor } = this;
    drag.held = true;
    this.last.count = 0;
    drag.word = editor.model.wordAt(drag.hit.token);
    editor.select(...drag.word);
    this.#begin();
  }

  #begin() {
    this.drag.moved = true;
    this.scrolling.start(this.drag);
  }

  move(event) {
    const { drag } = this;
    if (!drag) return;
    if (!drag.finger && !(event.buttons & 1)) {
      this.up(); // let go where nobody told us: over a menu, or in another window
      return;
    }
    Object.assign(drag, { x: event.clientX + drag.dx, y: event.clientY + drag.dy, shift: event.shiftKey });
    if (!drag.moved) {
      if (Math.hypot(drag.x - drag.fromX, drag.y - drag.fromY) < (drag.finger ? SLIP * 2 : SLIP)) return;
      if (drag.finger) this.touch.cancel();
      if (drag.finger && !drag.grip) return; // it scrolls
      this.#begin();
    }
    track(this.editor, drag);
  }

  up() {
    const { editor, drag: done } = this;
    this.#stop();
    if (!done) return;
    if (done.grip && done.finger && !done.moved) click(editor, done); // a grip reaches over words beside it
    else if (done.grip) finishGrip(editor, done);
    else if (done.moved) finishSelection(editor);
    else if (done.finger && Math.hypot(done.x - done.fromX, done.y - done.fromY) > SLIP * 2) return;
    else if (done.finger && done.count > 1) {
      selectWords(editor, done.hit, done.count);
      finishSelection(editor);
    } else if (done.count === 2) finishSelection(editor);
    else if (done.count === 1) click(editor, done);
  }

  #stop() {
    this.drag = null;
    this.scrolling.stop();
    this.touch.cancel();
  }

  /* What the browser has taken for itself, a finger to scroll with, leaves everything as it was before. */
  cancel() {
    const broken = this.drag;
    this.#stop();
    if (broken?.moved && broken.grip) finishGrip(this.editor, { ...broken, ends: null });
  }

  /* Shift lifts the snap while something is dragged; Escape ends the drag. */
  key(event) {
    const { drag } = this;
    if (drag && event.key === "Escape") this.#stop();
    else if (drag?.moved && event.key === "Shift") {
      drag.shift = event.type === "keydown";
      track(this.editor, drag);
    }
  }
}

/* Let the selection, or the end that is held, follow the pointer. */
function track(editor, drag) {
  const { x, y, shift, word } = drag;
  const { model, geometry } = editor;
  const hit = geometry.hit(x, y);
  if (!hit) return;
  const unit = shift ? geometry.character(x, y) : hit.edge;
  if (drag.grip) {
    const held = drag.span?.score === undefined && drag.span ? [drag.span.start, drag.span.end] : drag.range;
    if (!held) return;
    drag.ends = gripEnds(model, drag.grip, held, shift ? unit : snapEdge(model, hit, drag.grip));
    const [start, end] = drag.ends;
    editor.selection = drag.grip === "start" ? { anchor: end, focus: start, exact: true } : { anchor: start, focus: end, exact: true };
  } else if (shift) {
    const [start, end] = model.seen(Math.min(drag.character, unit), Math.max(drag.character, unit));
    editor.selection = drag.character <= unit ? { anchor: start, focus: end, exact: true } : { anchor: end, focus: start, exact: true };
  } else {
    const start = Math.min(model.starts[Math.min(drag.token, hit.token)], word?.[0] ?? Infinity);
    const end = Math.max(model.ends[Math.max(drag.token, hit.token)], word?.[1] ?? 0);
    editor.selection = drag.token <= hit.token ? { anchor: start, focus: end, exact: false } : { anchor: end, focus: start, exact: false };
  }
  if (!drag.grip) editor.selected = null;
  editor.caret = { unit: editor.selection.focus, after: editor.selection.focus > editor.selection.anchor };
  if (editor.scene.selected !== editor.selected) editor.refresh();
  else {
    editor.drawBar();
    editor.drawOverlay();
  }
}

/* What was pointed at: below the text the span whose lane it is, on the text the innermost; again, the next one out.
   Blocks reach into each other, so the one on top need not be the one that is meant. */
function ownerAt(editor, { target, clientX, clientY }) {
  const { view, geometry, scene, selected } = editor;
  const hit = geometry.hit(clientX, clientY);
  const direct = view.owner(target) ?? under(editor, clientX, clientY);
  if (!direct || !hit?.inside) return direct;
  const unit = geometry.character(clientX, clientY);
  const { starts, ends } = editor.model;
  const at = Math.min(Math.max(unit, starts[hit.token]), ends[hit.token] - 1);
  const stack = [at, Math.max(starts[hit.token], at - 1)].map((place) => stackAt(scene, place)).find((items) => items.includes(direct));
  if (!stack) return direct;
  return stack[(stack.indexOf(selected) + 1) % stack.length];
}

function under({ view, text }, x, y) {
  for (const element of text.getRootNode().elementsFromPoint(x, y)) {
    const owner = view.owner(element);
    if (owner) return owner;
  }
  return undefined;
}

function click(editor, { hit, owner, shift, span }) {
  const { model } = editor;
  if (shift && span?.score === undefined && span) {
    editor.resize(span, Math.min(span.start, model.starts[hit.token]), Math.max(span.end, model.ends[hit.token]));
  } else if (shift) editor.moveTo(hit.edge, { extend: true, after: hit.edge > editor.caret.unit });
  else if (owner) editor.pick(owner);
  else editor.moveTo(hit.edge, { after: hit.edge === model.ends[hit.token] });
}

function selectWords(editor, hit, count) {
  const { model } = editor;
  const word = model.wordAt(hit.token);
  if (count === 2) {
    editor.select(word[0], word[1]);
    return;
  }
  const sentence = model.sentenceAt(word[0]);
  const [start, end] = count === 3 ? sentence : model.lineAt(word[0]);
  const snapped = model.snap(start, end);
  if (snapped) editor.select(snapped[0], snapped[1]);
}

/* A finished selection becomes a span at once when a label is on. */
function finishSelection(editor) {
  const range = editor.range();
  if (range && editor.sticky !== null) editor.addSpan(range, editor.sticky);
  else editor.refresh();
}

function snapEdge(model, hit, edge) {
  return edge === "start" ? model.starts[hit.token] : model.ends[hit.token];
}

/* The point that a grip stands for: it may be held beside the text, so that a finger hides nothing. */
function gripPoint(editor, { clientX, clientY }, edge) {
  const held = editor.selected?.score === undefined && editor.selected ? [editor.selected.start, editor.selected.end] : editor.range();
  const box = held && editor.geometry.caret(held[edge === "start" ? 0 : 1], edge === "end");
  if (!box) return { x: clientX, y: clientY, dx: 0, dy: 0 };
  const inward = edge === "start" ? 2 : -2; // so that the end's own token is hit, not its neighbour
  const [x, y] = [box.left + inward, box.top + box.height / 2];
  return { x, y, dx: x - clientX, dy: y - clientY };
}

/* Both ends while a grip is dragged: the other end stays, and at least one character is left. */
function gripEnds(model, grip, [start, end], unit) {
  return grip === "start" ? [Math.min(unit, model.previousCluster(end)), end] : [start, Math.max(unit, model.nextCluster(start))];
}

function finishGrip(editor, { ends, span }) {
  if (!span || span.score !== undefined) {
    finishSelection(editor);
    return;
  }
  editor.selection = null;
  editor.selected = span;
  if (!ends || !editor.resize(span, ends[0], ends[1])) editor.refresh();
}
