/* Every occurrence: the other mentions of a text, here or in the whole project, shown before they are labelled in one
   edit. What was asked about is labelled with them when it is not yet. */

import { decided } from "./sources.js";
import { button, make, setText } from "./elements.js";
import { inTheWay } from "./refusal.js";
import { makeSpan, sameSpan } from "./edits.js";
import { notationsOf } from "./keys.js";
import { MentionList } from "./mention_list.js";

const MOST_DOCUMENTS = 2000; // in one edit, the server's limit
const SCOPES = [["document", "This document"], ["project", "Project"]];

export class Occurrences {
  constructor(desk) {
    this.desk = desk;
    this.element = make("div", "mentions");
    this.element.hidden = true;
    this.element.setAttribute("role", "dialog");
    this.element.setAttribute("aria-label", "Every occurrence");
    this.scope = "document";
    this.ignoreCase = false;
    this.#build();
    desk.root.append(this.element);
    desk.commands.on("occurrences", () => this.open());
    desk.on("open", () => this.#hide());
    this.element.addEventListener("keydown", (event) => this.#onKey(event));
    this.element.addEventListener("pointerdown", (event) => event.stopPropagation());
  }

  get isOpen() {
    return !this.element.hidden;
  }

  #build() {
    this.title = make("h2", "mentions-title");
    this.scopes = SCOPES.map(([name, words]) => {
      const scope = button("mentions-choice", words, "", () => this.#choose({ scope: name }));
      scope.dataset.scope = name;
      return scope;
    });
    this.case = button("mentions-choice mentions-case", "Aa", "Upper and lower case count (I)", () => this.#choose({ ignoreCase: !this.ignoreCase }));
    const switches = make("div", "mentions-scopes");
    switches.setAttribute("role", "group");
    switches.ariaLabel = "Where to look";
    switches.append(...this.scopes);
    const head = make("div", "mentions-head");
    head.append(this.title, switches, this.case, button("mentions-close", "✕", "Close (Esc)", () => this.close()));
    this.listing = make("div", "mentions-list");
    this.listing.tabIndex = 0;
    for (const [name, value] of [["role", "listbox"], ["aria-multiselectable", "true"], ["aria-label", "Occurrences"]]) {
      this.listing.setAttribute(name, value);
    }
    this.list = new MentionList(this.listing, () => this.#count());
    this.said = make("div", "mentions-said");
    this.said.setAttribute("role", "status");
    this.confirm = button("action primary mentions-confirm", "", "", () => this.#label());
    const foot = make("div", "mentions-foot");
    const keys = make("div", "mentions-keys");
    for (const [key, words] of [["↑ ↓", "move"], ["Space", "tick"], ["← →", "where to look"], ["I", "case"], ["Esc", "close"]]) {
      const hint = make("span", "hint-part");
      hint.append(make("kbd", "", key), words);
      keys.append(hint);
    }
    foot.append(keys, this.confirm);
    this.element.append(head, this.said, this.listing, foot);
  }

  /* ---- what is asked about ---- */

  /* About the picked span or suggestion, or the selection with the label kept on or set last. */
  open(item = null) {
    const { desk } = this;
    const { editor } = desk;
    if (!desk.ready) return;
    const range = item ? null : editor.range();
    const about = item ?? (range ? { start: range[0], end: range[1], label: this.#usualLabel() } : editor.selected);
    if (!about || about.label === null) {
      desk.panels.toast("Pick a span with Tab, or select a text, to see where else it occurs.");
      return;
    }
    this.about = about;
    this.label = about.label;
    this.element.hidden = false;
    this.listing.focus({ preventScroll: true });
    this.#ask();
  }

  #usualLabel() {
    const { editor, history } = this.desk;
    const set = history.entries.flatMap(({ forward }) => forward ?? []).flatMap(({ added }) => added ?? []);
    const last = set.at(-1)?.[2];
    return editor.sticky ?? (editor.labels.has(last) ? last : null) ?? editor.labels.keys().next().value ?? null;
  }

  #choose({ scope = this.scope, ignoreCase = this.ignoreCase, label = this.label }) {
    if (scope === this.scope && ignoreCase === this.ignoreCase && label === this.label) return;
    Object.assign(this, { scope, ignoreCase, label });
    this.listing.focus({ preventScroll: true });
    this.#ask();
  }

  /* What waits is sent first, so that the answer stands on it. */
  async #ask(words = "") {
    const { desk } = this;
    const { offsets } = desk.editor.model;
    const asking = (this.asking = {});
    this.#head();
    this.answer = null;
    this.#count();
    const body = {
      document: desk.openId,
      start: offsets.point(this.about.start),
      end: offsets.point(this.about.end),
      label: this.label,
      scope: this.scope,
      ignore_case: this.ignoreCase,
    };
    let answer;
    try {
      await desk.outbox.flush();
      answer = await desk.request("occurrences", body);
    } catch (error) {
      if (this.asking === asking) setText(this.said, `Nothing was found out: ${error.message}`);
      return;
    }
    if (this.asking !== asking || !this.isOpen) return;
    this.answer = answer;
    this.list.show(answer.documents, desk.openId);
    setText(this.said, [words, this.#told(answer)].filter(Boolean).join(" "));
  }

  #told({ documents, hits, cut }) {
    if (!hits) return `It occurs nowhere else${this.scope === "document" ? " in this document" : " in the project"}.`;
    if (cut) return `There are more than ${hits.toLocaleString("en")}: these are the first. Label them, then look again.`;
    const where = documents.length === 1 ? "one document" : `${documents.length.toLocaleString("en")} documents`;
    return `${hits.toLocaleString("en")} more in ${where}. What is ticked gets the label.`;
  }

  #head() {
    const { editor } = this.desk;
    const label = editor.drawn.get(this.label);
    const chip = make("span", `mentions-label hue-${label.hue}`, label.name);
    const surface = make("span", "mentions-surface", editor.surfaceOf(this.about));
    surface.dir = "auto";
    this.title.replaceChildren("Every ", surface, " is ", chip);
    for (const scope of this.scopes) scope.ariaPressed = String(scope.dataset.scope === this.scope);
    this.case.ariaPressed = String(!this.ignoreCase);
  }

  /* ---- labelling ---- */

  /* What was asked about, where it is not labelled so yet and lies free. */
  get #own() {
    const { editor } = this.desk;
    const span = makeSpan(this.about.start, this.about.end, this.label);
    const near = editor.near(span);
    if (near.some((other) => sameSpan(other, span)) || inTheWay(near, span, [], editor.layers.on).length) return null;
    return span;
  }

  #count() {
    const ticked = this.answer ? this.list.ticked : [];
    const own = this.answer ? this.#own : null;
    const here = this.desk.openId;
    const number = ticked.reduce((sum, { mentions }) => sum + mentions.length, 0) + (own ? 1 : 0);
    const documents = new Set([...ticked.map(({ document }) => document.id), ...(own ? [here] : [])]).size;
    const where = documents === 1 ? (ticked[0]?.document.id ?? here) === here ? "here" : "in one document" : `in ${documents.toLocaleString("en")} documents`;
    const words = this.answer ? (number ? `Label ${number.toLocaleString("en")} ${where}` : "Nothing to label") : "Looking…";
    this.confirm.replaceChildren(words, make("kbd", "", "Enter"));
    this.confirm.disabled = !number;
  }

  async #label() {
    if (this.confirm.disabled || !this.answer) return;
    const { desk, about, label } = this;
    const changes = this.list.ticked.slice(0, MOST_DOCUMENTS).map(({ document, mentions }) => ({
      document: document.id,
      base: document.revision,
      added: mentions.map(({ start, end }) => [start, end, label]),
      removed: [],
    }));
    this.#withOwn(changes);
    const number = changes.reduce((sum, { added }) => sum + added.length, 0);
    const where = changes.length > 1 ? ` in ${changes.length.toLocaleString("en")} documents` : "";
    const words = `${desk.editor.nameOf(label)} every ${desk.editor.surfaceOf(about)}: ${number}${where}`;
    this.close();
    const saved = await desk.commit(words, changes);
    if (saved) desk.panels.toast(`${number.toLocaleString("en")} labelled${where} · ${desk.editor.keyFor("undo")} takes all of them back`);
    else if (desk.outbox.away) desk.panels.toast("The server does not answer: they are labelled as soon as it does.");
    else if (desk.ready && this.about === about && desk.openId === this.answer?.asked) this.#again();
  }

  /* The span asked about goes along; where it was a suggestion, that is decided. */
  #withOwn(changes) {
    const { desk, about } = this;
    const own = this.#own;
    const here = desk.openId;
    this.answer.asked = here;
    if (!own) return;
    const { offsets } = desk.editor.model;
    let change = changes.find(({ document }) => document === here);
    if (!change) changes.unshift((change = { document: here, base: desk.outbox.revisions.get(here) ?? desk.sheet.revision, added: [], removed: [] }));
    change.added.push([offsets.point(own.start), offsets.point(own.end), own.label]);
    if (about.ids) change.decisions = Object.fromEntries(decided([about], about.label === own.label ? "accepted" : "corrected"));
  }

  /* Something was saved in between: look again, and let the person see what stands now. */
  #again() {
    this.desk.panels.dismiss();
    this.element.hidden = false;
    this.listing.focus({ preventScroll: true });
    this.#ask("Somebody saved in between and nothing was labelled. This is how it stands now.");
  }

  /* ---- keys ---- */

  close() {
    this.#hide();
    this.desk.commands.takeFocus();
  }

  #hide() {
    this.element.hidden = true;
    this.asking = null;
  }

  /* Nothing pressed here reaches the text. */
  #onKey(event) {
    event.stopPropagation();
    const onButton = event.target.closest("button") && (event.key === "Enter" || event.key === " ");
    if (event.isComposing || onButton || !this.#press(event)) return;
    event.preventDefault();
  }

  #press(event) {
    const { key } = event;
    if (key === "Escape") this.close();
    else if (key === "Enter") this.#label();
    else if (key === "ArrowLeft") this.#choose({ scope: "document" });
    else if (key === "ArrowRight") this.#choose({ scope: "project" });
    else if (this.list.press(event)) return true;
    else return this.#pressLabel(event);
    return true;
  }

  /* A label's key changes the label; I the case. */
  #pressLabel(event) {
    const names = notationsOf(event);
    const label = [...this.desk.editor.labels.values()].find((other) => other.key && names.includes(other.key));
    if (label) this.#choose({ label: label.id });
    else if (names.includes("i")) this.#choose({ ignoreCase: !this.ignoreCase });
    else return false;
    return true;
  }
}
