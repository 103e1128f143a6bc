/* Keys → commands. Two tables decide, one for plain keys and one for Ctrl/Cmd; labels come after them.
   R and C are not here and never may be: Streamlit takes both for itself, with or without us. */

const ARROWS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"]);

export function listenToKeyboard(annotator, signal) {
  const { editor } = annotator;

  const plain = {
    Enter: (event) => event.repeat || annotator.submit("accept"),
    " ": (event) => event.repeat || annotator.submit("skip"),
    "[": (event) => event.repeat || annotator.submit("previous"),
    "]": (event) => event.repeat || annotator.submit("next"),
    PageUp: (event) => event.repeat || annotator.submit("previous"),
    PageDown: (event) => event.repeat || annotator.submit("next"),
    Escape: () => editor.clear(),
    Backspace: () => editor.removeSelected(),
    Delete: () => editor.removeSelected(),
    a: (event) => (event.shiftKey ? event.repeat || editor.acceptAll() : editor.accept()),
    x: () => editor.reject(),
    f: (event) => event.repeat || editor.flag(),
  };

  const withControl = {
    z: (event) => (event.shiftKey ? editor.redo() : editor.undo()),
    y: () => editor.redo(),
    s: (event) => event.repeat || annotator.submit("save"),
  };

  const onArrow = (event, control) => {
    const { key, shiftKey: extend, altKey: exact } = event;
    const right = key === "ArrowRight";
    const span = editor.selected && editor.selected.score === undefined;
    if (key === "ArrowLeft" || key === "ArrowRight") {
      if (control && extend && span) editor.nudgeEdge("end", right);
      else if (exact && extend && span) editor.nudgeEdge("start", right);
      else editor.step(right, { extend, exact });
    } else if (key === "ArrowUp" || key === "ArrowDown") editor.stepLine(key === "ArrowDown", { extend });
    else if (control) editor.toEnd(key === "End", { extend });
    else editor.toLineEnd(key === "End", { extend });
    return true;
  };

  /* Whether the key meant something here. */
  const handle = (event) => {
    const { key } = event;
    const graph = event.getModifierState("AltGraph"); // gives [ and ] on many keyboards, and shows as Ctrl+Alt
    const control = (event.ctrlKey || event.metaKey) && !graph;
    if (annotator.sheet.open) {
      if (key !== "Escape" && key !== "?") return false;
      annotator.sheet.toggle(false);
      return true;
    }
    if (key === "?" && !control) {
      annotator.sheet.toggle();
      return true;
    }
    if (annotator.waiting) return !control && (key in plain || ARROWS.has(key));
    if (ARROWS.has(key)) return onArrow(event, control);
    const name = key.length === 1 ? key.toLowerCase() : key;
    if (control) {
      if (event.altKey || !Object.hasOwn(withControl, name)) return false;
      withControl[name](event);
      return true;
    }
    if (key === "Tab" && !event.altKey) return editor.walk(!event.shiftKey);
    if (event.altKey && !graph) return false;
    if (Object.hasOwn(plain, name)) {
      plain[name](event);
      return true;
    }
    const label = event.shiftKey ? null : annotator.labelFor(event);
    if (label === null) return false;
    if (!event.repeat) editor.applyLabel(label);
    return true;
  };

  annotator.root.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing || event.keyCode === 229) return;
      const control = event.target instanceof Element ? event.target.closest("button") : null;
      if (control && (event.key === "Enter" || event.key === " " || event.key === "Tab")) return; // the button's own keys
      if (handle(event)) {
        event.preventDefault();
        event.stopPropagation();
      }
    },
    { signal },
  );

  // With nothing focused (a click beside the text), keys still mean the document.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
      if (document.activeElement !== document.body || event.key === "Tab" || !annotator.root.isConnected) return;
      if (handle(event)) {
        event.preventDefault();
        editor.text.focus({ preventScroll: true });
      }
    },
    { signal },
  );
}
