/* The keys of this project, drawn from the table that decides them. */

import { button, make } from "./elements.js";
import { capOf, shownKey } from "./keys.js";

const BY_HAND = ["By hand", [
  ["drag", "select words; hold Shift for single characters"],
  ["double click", "a word; triple click: a sentence"],
  ["Shift click", "extend the selection up to there"],
]];

export class KeySheet {
  constructor(element, { onClose, onChangeKeys }) {
    this.element = element;
    this.actions = { onClose, onChangeKeys };
    element.tabIndex = -1;
    element.setAttribute("aria-modal", "true");
    element.addEventListener("keydown", (event) => this.#onKey(event));
    element.addEventListener("focusout", ({ relatedTarget }) => {
      if (this.open && relatedTarget && !element.contains(relatedTarget)) this.#hide();
    });
  }

  get open() {
    return !this.element.hidden;
  }

  use(table, labels) {
    this.table = table;
    this.labels = labels;
    if (this.open) this.#draw();
  }

  toggle(open = !this.open) {
    if (!open) {
      this.#hide();
      this.actions.onClose();
      return;
    }
    this.#draw();
    this.element.hidden = false;
    this.element.scrollTop = 0;
    this.element.focus({ preventScroll: true });
  }

  #hide() {
    this.element.hidden = true;
  }

  /* The sheet keeps the keys to itself while it is open: nothing reaches the text behind it. */
  #onKey(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    const opening = this.table.find(([name]) => name === "keys")[1];
    if (event.key === "Escape" || event.key === "?" || opening.includes(event.key.toLowerCase())) {
      event.preventDefault();
      this.toggle(false);
    } else if (event.key === "Tab") this.#keepFocus(event);
  }

  #keepFocus(event) {
    event.preventDefault();
    const stops = [...this.element.querySelectorAll("button")];
    const at = stops.indexOf(this.element.getRootNode().activeElement);
    stops[(at + (event.shiftKey ? stops.length - 1 : 1) + (at < 0 && event.shiftKey ? 1 : 0)) % stops.length].focus();
  }

  #draw() {
    const head = make("div", "sheet-head");
    const close = button("sheet-close", "✕", "Close (Esc)", () => this.toggle(false));
    close.setAttribute("aria-label", "Close");
    head.append(make("h2", "", "Keys"), button("sheet-change", "Change keys", "", () => this.actions.onChangeKeys()), close);
    const columns = make("div", "sheet-columns");
    columns.append(...this.#groups().map(([title, rows]) => section(title, rows)), this.#labelKeys(), section(...BY_HAND));
    this.element.replaceChildren(head, columns);
  }

  /* [[group, [[keys, meaning]…]]…]: neighbours that share their words before a colon stand in one row. */
  #groups() {
    const groups = new Map();
    let shared = null;
    for (const [, keys, group, words, extending] of this.table) {
      if (!groups.has(group)) groups.set(group, []);
      const rows = groups.get(group);
      const [lead, end] = words.split(": ");
      const pair = end && !end.includes(" ") ? `${group} ${lead}` : null;
      if (pair && pair === shared) {
        const row = rows[rows.length - 1];
        row[0] = paired(row[0], keys);
        row[1] += `, ${end}`;
      } else rows.push([keys.map(shownKey), words, extending]);
      shared = pair;
    }
    const moves = [...groups.values()][0];
    if (moves?.some((row) => row[2])) moves.push([["Shift + these moves"], "select, and extend what is selected"]);
    return [...groups].map(([title, rows]) => [title, rows.filter(([keys]) => keys.length)]);
  }

  #labelKeys() {
    const element = make("section");
    const list = make("div", "sheet-labels");
    for (const { key, name, hue } of this.labels.values()) {
      const label = make("span", `sheet-label hue-${hue}`);
      if (key) label.append(make("kbd", "", capOf(key)));
      label.append(make("span", "", name));
      list.append(label);
    }
    element.append(make("h3", "", "Labels of this project"), list);
    return element;
  }
}

/* "Ctrl ←" and "Ctrl →" are read faster as "Ctrl ← →". */
function paired(keys, others) {
  const [first] = keys;
  const second = others.length ? shownKey(others[0]) : "";
  if (keys.length !== 1 || others.length !== 1) return [...keys, ...others.map(shownKey)];
  const lead = first.slice(0, first.lastIndexOf(" ") + 1);
  return lead && second.startsWith(lead) ? [`${first} ${second.slice(lead.length)}`] : [first, second];
}

function section(title, rows) {
  const element = make("section");
  const list = make("dl");
  for (const [keys, meaning] of rows) {
    const line = make("div");
    const caps = make("dt");
    [keys].flat().forEach((key, i) => caps.append(...(i ? [" ", make("kbd", "", key)] : [make("kbd", "", key)])));
    const told = make("dd");
    told.append(meaning);
    line.append(caps, told);
    list.append(line);
  }
  element.append(make("h3", "", title), list);
  return element;
}
