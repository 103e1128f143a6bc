/* Around the text: label chips, the state of saving, notices, the hint line, toasts. */

import { button, make, setText } from "./elements.js";
import { capOf } from "./keys.js";

const TOAST = 4200; // ms
const ASKING = 20_000; // ms

export class Panels {
  constructor(root, { onLabel }) {
    this.root = root;
    this.actions = { onLabel };
    this.labels = root.querySelector(".labels");
    this.state = root.querySelector(".state-text");
    this.stateBrief = make("span");
    this.stateMore = make("span", "state-more");
    this.state.replaceChildren(this.stateBrief, this.stateMore);
    this.shared = root.querySelector(".shared");
    this.flag = root.querySelector(".flag");
    this.undo = root.querySelector(".undo");
    this.redo = root.querySelector(".redo");
    this.notice = root.querySelector(".notice");
    this.hint = root.querySelector(".hint");
    this.toastBox = root.querySelector(".toast");
    this.live = root.querySelector(".live");
    this.chips = new Map();
  }

  /* `labels`: Map id → {id, name, hue, key, description}. */
  buildLabels(labels) {
    this.chips = new Map();
    const elements = [...labels.values()].map((label) => {
      const chip = button(`label hue-${label.hue}`, "", "", () => this.actions.onLabel(label.id));
      chip.dataset.label = label.id;
      const count = make("span", "label-count", "0");
      if (label.key) chip.append(make("kbd", "", capOf(label.key)));
      chip.append(make("span", "label-name", label.name), count);
      this.chips.set(label.id, { chip, count });
      return chip;
    });
    if (!elements.length) elements.push(make("span", "no-labels", "This project has no labels yet. Add the first one under Labels."));
    this.labels.replaceChildren(...elements);
  }

  draw(scene, { sticky, flagged, canUndo, canRedo, choosing }) {
    const counts = new Map();
    for (const span of scene.spans) counts.set(span.label, (counts.get(span.label) ?? 0) + 1);
    for (const [id, { chip, count }] of this.chips) {
      setText(count, String(counts.get(id) ?? 0));
      chip.classList.toggle("used", counts.has(id));
      chip.setAttribute("aria-pressed", String(sticky === id));
    }
    this.labels.classList.toggle("choosing", choosing);
    this.flag.setAttribute("aria-pressed", String(flagged));
    this.drawWays({ canUndo, canRedo });
  }

  drawWays({ canUndo, canRedo }) {
    this.undo.disabled = !canUndo;
    this.redo.disabled = !canRedo;
  }

  /* What the bar says about saving; `title` says what is safe and what to do. */
  drawState({ state, text, more = "", title }) {
    setText(this.stateBrief, text);
    setText(this.stateMore, more); // left out where there is no room
    this.state.title = title;
    this.root.dataset.state = state;
  }

  drawHint(pairs) {
    const signature = pairs.flat().join("\n");
    if (signature === this.hintShown) return;
    this.hintShown = signature;
    this.hint.replaceChildren(
      ...pairs.map(([key, meaning]) => {
        const part = make("span", key ? "hint-part" : "hint-part hint-reason");
        if (key) part.append(make("kbd", "", key));
        part.append(meaning);
        return part;
      }),
    );
  }

  /* A message with its ways out [[text, action]], above the text until one is taken. */
  ask(message, choices, tone = "info") {
    this.notice.hidden = false;
    this.notice.dataset.tone = tone;
    const row = make("span", "notice-actions");
    for (const [text, action] of choices) row.append(button("notice-button", text, "", action));
    this.notice.replaceChildren(make("span", "notice-text", message), row);
    this.asked = Symbol("notice");
    return this.asked;
  }

  /* Take the notice away; with `asked`, what `ask` answered, only that one. */
  dismiss(asked = this.asked) {
    if (asked === this.asked) this.notice.hidden = true;
  }

  /* A message that goes by itself; with ways out [[key, words, action]…] it stays until one is taken or work goes on. */
  toast(message, ways = [], { high = false } = {}) {
    const buttons = ways.map(([key, words, action]) => {
      const way = button("way-out", "", "", action);
      if (key) way.append(make("kbd", "", key));
      way.append(words);
      return way;
    });
    this.toastBox.replaceChildren(make("span", "toast-text", message), ...buttons);
    this.toastBox.classList.toggle("asks", buttons.length > 0);
    this.toastBox.classList.toggle("high", high); // where the place below is what the message is about
    this.toastBox.classList.add("shown");
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => this.quiet(), ways.length ? ASKING : TOAST);
  }

  quiet() {
    clearTimeout(this.toastTimer);
    this.toastBox.classList.remove("shown");
  }

  announce(message) {
    setText(this.live, message);
  }
}
