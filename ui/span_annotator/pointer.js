/* Mouse, pen and touch. Dragging selects whole tokens; Shift lifts that to single characters, at any moment of the drag.
   A touch only taps: dragging a finger scrolls. */

const SLIP = 4; // px a click may wander
const DOUBLE = 450; // ms between the clicks of a double click

export function listenToPointer(editor, accepts, signal) {
  const { text, overlay } = editor;
  let drag = null;
  let last = { time: 0, x: 0, y: 0, count: 0 };
  let frame = 0;

  const count = (event) => {
    const close = Math.hypot(event.clientX - last.x, event.clientY - last.y) < SLIP * 2;
    const again = event.timeStamp - last.time < DOUBLE && close;
    last = { time: event.timeStamp, x: event.clientX, y: event.clientY, count: again ? last.count + 1 : 1 };
    return last.count;
  };

  const track = () => {
    const { x, y, shift } = drag;
    const { model, geometry } = editor;
    const hit = geometry.hit(x, y);
    if (!hit) return;
    const unit = shift ? geometry.character(x, y) : hit.edge;
    if (drag.grip) {
      drag.ends = gripEnds(editor, drag, shift ? unit : snapEdge(model, hit, drag.grip), shift);
      editor.selection = { anchor: drag.ends[0], focus: drag.ends[1], exact: true };
    } else if (shift) {
      editor.selection = { anchor: drag.character, focus: unit, exact: true };
    } else {
      const from = drag.token;
      const [first, final] = from <= hit.token ? [from, hit.token] : [hit.token, from];
      const [start, end] = [model.starts[first], model.ends[final]];
      editor.selection = from <= hit.token ? { anchor: start, focus: end, exact: false } : { anchor: end, focus: start, exact: false };
    }
    editor.selected = drag.grip ? editor.selected : null;
    editor.caret = { unit: editor.selection.focus, after: editor.selection.focus > editor.selection.anchor };
    if (editor.scene.selected !== editor.selected) editor.refresh();
    else editor.drawOverlay();
  };

  const scrollAlong = () => {
    if (!drag?.moved) return;
    const view = overlay.scroller.getBoundingClientRect();
    const over = drag.y < view.top ? drag.y - view.top : drag.y > view.bottom ? drag.y - view.bottom : 0;
    if (over) {
      overlay.scroller.scrollTop += over / 4;
      track();
    }
    frame = requestAnimationFrame(scrollAlong);
  };

  const down = (event) => {
    if (event.button !== 0 || !event.isPrimary || !accepts()) return;
    event.preventDefault();
    text.focus({ preventScroll: true });
    const hit = editor.geometry.hit(event.clientX, event.clientY);
    if (!hit) return;
    const grip = event.target instanceof Element ? event.target.dataset.edge : undefined;
    drag = {
      x: event.clientX, y: event.clientY, fromX: event.clientX, fromY: event.clientY, shift: event.shiftKey, moved: false,
      token: hit.token, hit, grip, span: editor.selected, owner: editor.view.owner(event.target), touch: event.pointerType === "touch",
      character: editor.geometry.character(event.clientX, event.clientY), count: count(event),
    };
    if (!drag.touch) text.setPointerCapture(event.pointerId);
    if (!grip && drag.count > 1) selectWords(editor, hit, drag.count);
  };

  const move = (event) => {
    if (!drag || drag.touch) return;
    Object.assign(drag, { x: event.clientX, y: event.clientY, shift: event.shiftKey });
    if (!drag.moved) {
      if (Math.hypot(drag.x - drag.fromX, drag.y - drag.fromY) < SLIP) return;
      drag.moved = true;
      frame = requestAnimationFrame(scrollAlong);
    }
    track();
  };

  const up = (event) => {
    const done = drag;
    drag = null;
    cancelAnimationFrame(frame);
    if (!done) return;
    if (done.touch && Math.hypot(event.clientX - done.fromX, event.clientY - done.fromY) > SLIP * 3) return;
    if (done.grip) finishGrip(editor, done);
    else if (done.moved) finishSelection(editor);
    else if (done.count === 2) finishSelection(editor);
    else if (done.count === 1) click(editor, done);
  };

  const cancel = () => {
    drag = null;
    cancelAnimationFrame(frame);
  };

  const shiftKey = (event) => {
    if (drag?.moved && event.key === "Shift") {
      drag.shift = event.type === "keydown";
      track();
    }
  };

  text.addEventListener("pointerdown", down, { signal });
  text.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
  text.addEventListener("pointermove", move, { signal });
  text.addEventListener("pointerup", up, { signal });
  text.addEventListener("pointercancel", cancel, { signal });
  text.addEventListener("keydown", shiftKey, { signal });
  text.addEventListener("keyup", shiftKey, { signal });
}

function click(editor, { hit, owner, shift }) {
  if (shift) editor.moveTo(hit.edge, { extend: true, after: hit.edge > editor.caret.unit });
  else if (owner) editor.pick(owner);
  else editor.moveTo(hit.edge, { after: hit.edge === editor.model.ends[hit.token] });
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

/* The span's ends while a grip is dragged: the other end stays, and at least one character is left. */
function gripEnds(editor, { grip, span }, unit) {
  return grip === "start" ? [Math.min(unit, editor.model.previousCluster(span.end)), span.end] : [span.start, Math.max(unit, editor.model.nextCluster(span.start))];
}

function finishGrip(editor, { ends, span }) {
  editor.selection = null;
  editor.selected = span;
  if (!ends || !editor.resize(span, ends[0], ends[1])) editor.refresh();
}
