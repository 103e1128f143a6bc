/* The mentions of a text, grouped by document, each to be ticked: a list that is walked by keys.
   A mention is {document, start, end, taken}, offsets in code points; one that is taken cannot be ticked. */

import { make } from "./elements.js";

const ROWS_A_PAGE = 10; // rows
const WALKS = { ArrowDown: 1, ArrowUp: -1, PageDown: ROWS_A_PAGE, PageUp: -ROWS_A_PAGE, Home: -Infinity, End: Infinity };
const STATUS = { unlabelled: "not labelled yet: becomes a draft", skipped: "skipped: becomes a draft", accepted: "accepted: stays accepted" };

export class MentionList {
  constructor(element, onChange) {
    this.element = element;
    this.onChange = onChange;
    this.rows = [];
    element.addEventListener("click", (event) => {
      const row = event.target.closest(".mention, .mention-document");
      if (!row) return;
      this.#point(this.rows.indexOf(row));
      this.#toggle(row);
    });
  }

  /* `documents` as the server tells them. */
  show(documents, openId) {
    this.rows = [];
    this.groups = documents.map((document) => this.#group(document, openId));
    this.element.replaceChildren(...this.groups.map(({ element }) => element));
    this.element.scrollTop = 0;
    this.at = -1;
    this.#point(this.rows.findIndex((row) => row.mention && row.ariaDisabled !== "true"));
    this.#changed();
  }

  /* What stays ticked: [{document, mentions}]. */
  get ticked() {
    const of = (group) => ({ document: group.document, mentions: group.free.filter((row) => row.ariaChecked === "true").map((row) => row.mention) });
    return this.groups.map(of).filter(({ mentions }) => mentions.length);
  }

  /* A key pressed in the list; whether it meant something. */
  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === " ") this.#toggle(this.rows[this.at]);
    else if (event.key in WALKS) this.#point(Math.min(Math.max(this.at + WALKS[event.key], 0), this.rows.length - 1));
    else return false;
    return true;
  }

  #group(document, openId) {
    const element = make("div", "mention-group");
    element.setAttribute("role", "group");
    const head = this.#row("mention-document");
    const where = document.id === openId ? "this document" : document.name;
    element.ariaLabel = where;
    head.append(make("span", "tick"), make("b", "mention-name", where), make("span", "mention-status", STATUS[document.status] ?? ""));
    const rows = document.hits.map((hit) => this.#mention(document, hit));
    const free = rows.filter((row) => row.ariaDisabled !== "true");
    head.ariaDisabled = String(free.length === 0);
    element.append(head, ...rows);
    const group = { element, document, head, free };
    for (const row of [head, ...rows]) row.group = group;
    return group;
  }

  #mention(document, [start, end, before, matched, after, taken]) {
    const row = this.#row("mention");
    row.mention = { document: document.id, start, end, taken };
    row.ariaChecked = String(taken === null);
    row.ariaDisabled = String(taken !== null);
    const line = make("span", "mention-line");
    line.dir = "auto";
    line.append(make("span", "mention-before", before), make("mark", "", matched), make("span", "mention-after", after));
    row.append(make("span", "tick"), line, make("span", "mention-taken", taken ?? ""));
    row.ariaLabel = `${before}${matched}${after}${taken ? `, ${taken}` : ""}`;
    return row;
  }

  #row(className) {
    const row = make("div", className);
    row.setAttribute("role", "option");
    row.id = `mention-${this.rows.length}`;
    row.setAttribute("aria-selected", "false");
    this.rows.push(row);
    return row;
  }

  /* A document's row stands for all of its mentions. */
  #toggle(row) {
    if (!row || row.ariaDisabled === "true") return;
    const rows = row.mention ? [row] : row.group.free;
    const on = row.mention ? row.ariaChecked !== "true" : !rows.every((other) => other.ariaChecked === "true");
    for (const other of rows) other.ariaChecked = String(on);
    this.#changed();
  }

  #changed() {
    for (const { head, free } of this.groups) {
      const on = free.filter((row) => row.ariaChecked === "true").length;
      head.ariaChecked = on === 0 ? "false" : on === free.length ? "true" : "mixed";
    }
    this.onChange();
  }

  #point(at) {
    this.rows[this.at]?.setAttribute("aria-selected", "false");
    this.at = at;
    const row = this.rows[at];
    this.element.setAttribute("aria-activedescendant", row?.id ?? "");
    row?.setAttribute("aria-selected", "true");
    row?.scrollIntoView({ block: "nearest" });
  }
}
