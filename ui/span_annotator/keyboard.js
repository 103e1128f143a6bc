/* Keys → commands, by the table that Python sends. R and C alone are never in it: Streamlit takes both for itself. */

import { notationsOf, withShift } from "./keys.js";

/* Which command or label a key means. `table`: [[name, keys, group, words, extends, for picked]…]. */
export class Keymap {
  constructor(table, labels) {
    this.table = table;
    this.anywhere = new Map(); // key → {name, extend}
    this.picked = new Map(); // the same, where a span or suggestion is picked
    this.labels = new Map(); // key → label id
    for (const [name, keys, , , , forPicked] of table) {
      for (const key of keys) (forPicked ? this.picked : this.anywhere).set(key, { name, extend: false });
    }
    for (const [name, keys, , , extending] of table) {
      if (!extending) continue;
      for (const key of keys.map(withShift)) if (!this.anywhere.has(key)) this.anywhere.set(key, { name, extend: true });
    }
    for (const { id, key } of labels.values()) if (key) this.labels.set(key, id);
  }

  /* {name, extend} or {label}; null for a key that means nothing here. */
  find(names, isPicked) {
    for (const name of names) {
      const command = (isPicked && this.picked.get(name)) || this.anywhere.get(name);
      if (command) return command;
      if (this.labels.has(name)) return { label: this.labels.get(name) };
    }
    return null;
  }

  /* The keys of a command, as written. */
  keysOf(name) {
    return this.table.find(([other]) => other === name)?.[1] ?? [];
  }
}

/* Where what is typed belongs to the field and means nothing to the document. */
const isTypedInto = (element) => element instanceof HTMLElement && (element.matches("input, textarea, select") || element.isContentEditable);
const isComposing = (event) => event.isComposing || event.keyCode === 229;

export function listenToKeyboard(root, commands, signal) {
  /* Whether the key meant something here. */
  const handle = (event) => {
    const target = event.composedPath()[0];
    if (isComposing(event) || isTypedInto(target)) return false;
    const control = target instanceof Element ? target.closest("button, a[href], summary") : null;
    if (control && (event.key === "Enter" || event.key === " " || event.key === "Tab")) return false; // the control's own keys
    return commands.press(notationsOf(event), event);
  };
  root.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || !handle(event)) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { signal },
  );
  // With nothing focused (a click beside the text), keys still mean the document.
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.key === "Tab" || !root.isConnected) return;
      if (document.activeElement !== document.body || !handle(event)) return;
      event.preventDefault();
      commands.takeFocus();
    },
    { signal },
  );
}
