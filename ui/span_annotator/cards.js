/* What a label means, shown beside its chip, and beside a span with where it came from. A card comes after a moment's
   rest of the pointer, or of the keyboard on a chip or a picked span; it takes no clicks and goes at the next sign. */

import { make } from "./elements.js";
import { shownKey } from "./keys.js";
import { sourcesOf } from "./sources.js";
import { keptInstead, obstacle } from "./carried.js";

const REST = 350; // ms
const AWAY = 6; // px that the pointer must have gone from where it was pressed
const GAP = 7; // px between a card and what it is about

export class Cards {
  constructor(desk, signal) {
    this.desk = desk;
    this.root = desk.root;
    this.card = make("div", "card");
    this.card.setAttribute("role", "tooltip");
    this.card.id = "card";
    this.card.hidden = true;
    this.root.append(this.card);
    const listen = (name, listener) => this.root.addEventListener(name, listener, { signal, passive: true });
    listen("pointerover", (event) => event.pointerType === "mouse" && this.#over(event));
    listen("pointerleave", () => this.hide());
    listen("pointerdown", (event) => this.#pressed(event));
    listen("wheel", () => this.hide());
    listen("focusin", (event) => this.#focused(event.target));
    listen("focusout", () => this.hide());
    listen("keydown", () => this.hide());
    listen("keyup", (event) => event.key === "Tab" && this.#picked());
  }

  hide() {
    clearTimeout(this.timer);
    this.target = null;
    if (this.card.hidden) return;
    this.card.hidden = true;
    this.described?.removeAttribute("aria-describedby");
  }

  /* Whoever has just worked here wants to see the text, not what the new span under the pointer means. */
  #pressed({ clientX, clientY }) {
    this.pressedAt = [clientX, clientY];
    this.hide();
  }

  /* The pointer moved onto something: its own card in a moment, or none. */
  #over({ target: element, clientX, clientY }) {
    if (this.pressedAt && Math.hypot(clientX - this.pressedAt[0], clientY - this.pressedAt[1]) < AWAY) return;
    this.pressedAt = null;
    const target = element instanceof Element ? element.closest(".label, .run") : null;
    if (target === this.target) return;
    this.hide();
    if (target) this.#soon(target, () => this.#about(target));
  }

  #focused(element) {
    if (element instanceof Element && element.matches(".label:focus-visible")) this.#soon(element, () => this.#about(element));
  }

  /* A span or suggestion was picked by Tab. */
  #picked() {
    const { selected, view } = this.desk.editor;
    const run = selected && this.root.querySelector(".run.selected.last");
    if (run && view.owner(run) === selected) this.#soon(run, () => this.#aboutItem(selected), { docked: true });
  }

  #soon(target, parts, how = {}) {
    this.hide();
    this.target = target;
    this.timer = setTimeout(() => this.target === target && target.isConnected && this.#show(target, parts(), how), REST);
  }

  #about(target) {
    if (target.matches(".label")) return this.#aboutLabel(this.desk.editor.labels.get(Number(target.dataset.label)));
    return this.#aboutItem(this.desk.editor.view.owner(target));
  }

  #aboutLabel(label) {
    if (!label) return [];
    const head = make("div", "card-head");
    head.append(make("b", "", label.name));
    if (label.key) head.append(make("kbd", "", shownKey(label.key)));
    const first = this.desk.settings.guide.labels?.[label.id]?.first;
    const parts = [head];
    if (label.description) parts.push(make("p", "", label.description));
    if (first && first !== label.description) parts.push(make("p", "card-guide", first));
    return parts;
  }

  #aboutItem(item) {
    const { editor } = this.desk;
    const label = item && editor.drawn.get(item.label);
    if (!label) return [];
    const parts = this.#aboutLabel(label);
    const origin = this.#origin(item);
    if (origin) parts.push(make("p", "card-origin", origin));
    const trouble = item.score === undefined && this.#trouble(item);
    if (trouble) parts.push(make("p", "card-warning", trouble));
    return parts;
  }

  /* Why a model does not learn a span as it stands. */
  #trouble(span) {
    const { model, scene } = this.desk.editor;
    const reason = obstacle(model, span);
    if (reason) return `It ${reason}, so a model cannot learn it exactly. S: the nearest that it can.`;
    const kept = keptInstead(scene, model, span);
    return kept ? `Training takes ${scene.labels.get(kept.label).name} over it instead.` : "";
  }

  /* Where a suggestion comes from, or the span that was made of one. */
  #origin(item) {
    const { editor } = this.desk;
    const open = item.score !== undefined;
    const from = open ? item : editor.suggestions.find((s) => s.start === item.start && s.end === item.end && s.label === item.label);
    if (!from) return "";
    return `${open ? "Suggested" : "Accepted; suggested"} by ${sourcesOf(from)}`;
  }

  /* Below what is meant, above where there is no room. For the keyboard in a corner of the text instead: whoever goes
     from span to span reads on around them. */
  #show(target, parts, { docked = false }) {
    if (!parts.length) return;
    this.card.replaceChildren(...parts);
    this.card.hidden = false;
    const frame = this.root.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const [left, top] = docked ? this.#corner(width, height) : beside(target, width, height, frame);
    this.card.style.transform = `translate(${Math.round(left - frame.left)}px, ${Math.round(top - frame.top)}px)`;
    if (target.matches("button")) {
      target.setAttribute("aria-describedby", this.card.id);
      this.described = target;
    }
  }

  #corner(width, height) {
    const { right, bottom } = this.root.querySelector(".page").getBoundingClientRect();
    return [right - width - GAP - 2, bottom - height - GAP - 2];
  }
}

function beside(target, width, height, frame) {
  const boxes = [...target.getClientRects()];
  const box = boxes.at(-1) ?? target.getBoundingClientRect();
  const chip = target.matches(".run") ? 11 : 0; // the label's name hangs under its run
  const below = box.bottom + chip + GAP;
  const above = boxes[0].top - GAP - height;
  const top = below + height > Math.min(window.innerHeight, frame.bottom) && above > 0 ? above : below;
  return [Math.min(Math.max(box.left, frame.left), frame.right - width), top];
}
