/* How a key is written, by the same rules as key_notation.py: "ctrl+shift+z", "shift+1", "arrowleft", "?".
   Letters and digits are named by themselves with their Shift, other characters as they are typed. */

const MODIFIERS = ["ctrl", "alt", "shift"];
const SHOWN = { arrowleft: "←", arrowright: "→", arrowup: "↑", arrowdown: "↓", pageup: "Page ↑", pagedown: "Page ↓", escape: "Esc" };
const MAC = { ctrl: "⌘", alt: "⌥", shift: "⇧" };

const isMac = /Mac|iP(?:hone|ad)/.test(navigator.platform);

const written = (modifiers, key) => [...MODIFIERS.filter((name) => modifiers[name]), key].join("+");

/* What a pressed key may be called, best name first; none for a modifier on its own.
   A digit is found by its place, so that Shift+1 is one on every layout; a letter of another script by the place where
   it stands, as is one with Alt, which types other characters on a Mac. AltGr only serves to type. */
export function notationsOf(event) {
  const { key, code } = event;
  if (["Control", "Shift", "Alt", "Meta", "AltGraph", "Dead", "Process", "Unidentified"].includes(key)) return [];
  const graph = event.getModifierState("AltGraph");
  const held = { ctrl: (event.ctrlKey || event.metaKey) && !graph, alt: event.altKey && !graph, shift: event.shiftKey };
  if (key === " ") return [written(held, "space")];
  if ([...key].length > 1) return [written(held, key.toLowerCase())];
  const names = [];
  const digit = !graph && /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1];
  if (digit) names.push(written(held, digit));
  if (/\p{L}/u.test(key)) names.push(written(held, key.toLowerCase()));
  else names.push(written({ ...held, shift: false }, key));
  const letter = !graph && /^Key([A-Z])$/.exec(code)?.[1];
  if (letter && (held.alt || /[^\p{sc=Latin}\P{L}]/u.test(key))) names.push(written(held, letter.toLowerCase()));
  if (held.alt && !held.ctrl && !/[\p{L}\p{N}]/u.test(key)) names.push(key); // Option types it on a Mac
  return [...new Set(names)];
}

/* The same key with Shift held. */
export function withShift(notation) {
  const at = notation.lastIndexOf("+", notation.length - 2) + 1;
  return notation.slice(0, at).includes("shift+") ? notation : `${notation.slice(0, at)}shift+${notation.slice(at)}`;
}

/* The same, as short as a key cap: "⇧1". */
export const capOf = (notation) => shownKey(notation).replace(/^(?:Shift|⇧) /, "⇧");

/* The notation for people: "Ctrl Shift Z", on a Mac "⌘ ⇧ Z". */
export function shownKey(notation) {
  const at = notation.lastIndexOf("+", notation.length - 2) + 1;
  const key = notation.slice(at);
  const capital = (name) => name[0].toUpperCase() + name.slice(1);
  const modifiers = notation.slice(0, at).split("+").filter(Boolean).map((name) => (isMac ? MAC[name] : capital(name)));
  return [...modifiers, SHOWN[key] ?? capital(key)].join(" ");
}
