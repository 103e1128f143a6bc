/* How the text is set: size, spacing of the lines, width. Each person's own choice, kept in this browser. */

import { button, make } from "./elements.js";

const KEPT_AS = "tagloop.reading";
const USUAL = { size: 2, spacing: 1, width: 1 };
// For each setting its words, the property it sets, and its steps as [value of the property, what it is called].
const SETTINGS = {
  size: { words: "Size", property: "--text-scale", steps: [["0.84", "Smallest"], ["0.92", "Small"], ["1", "Medium"], ["1.17", "Large"], ["1.4", "Largest"]] },
  spacing: { words: "Spacing", property: "--leading", steps: [["1.7", "Close"], ["1.9", "Medium"], ["2.3", "Wide"]] },
  width: { words: "Width", property: "--measure", steps: [["56", "Narrow"], ["80", "Medium"], ["1000", "Full"]] },
};

export class ReadingSettings {
  constructor(root, onChange) {
    this.root = root;
    this.text = root.querySelector(".text");
    this.opener = root.querySelector(".reading-opener");
    this.panel = root.querySelector(".reading-panel");
    this.onChange = onChange;
    this.chosen = { ...USUAL, ...kept() };
    this.#build();
    this.#apply();
    this.opener.addEventListener("click", () => this.toggle());
    this.panel.addEventListener("keydown", (event) => this.#onKey(event));
    this.panel.addEventListener("focusout", ({ relatedTarget }) => {
      if (relatedTarget && relatedTarget !== this.opener && !this.panel.contains(relatedTarget)) this.toggle(false);
    });
    root.addEventListener("pointerdown", ({ target }) => {
      if (!this.panel.hidden && !this.panel.contains(target) && !this.opener.contains(target)) this.toggle(false);
    });
  }

  toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) this.panel.querySelector("input:checked").focus();
  }

  /* Keys in the panel are its own: none of them labels anything. */
  #onKey(event) {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    this.toggle(false);
    this.text.focus({ preventScroll: true });
  }

  #build() {
    const rows = Object.entries(SETTINGS).map(([name, { words, steps }]) => {
      const row = make("fieldset", `reading-row reading-${name}`);
      row.append(make("legend", "", words));
      steps.forEach(([, called], step) => row.append(this.#choice(name, step, called)));
      return row;
    });
    const reset = button("reading-reset", "Reset", "", () => this.#choose(USUAL));
    this.panel.replaceChildren(...rows, reset);
  }

  #choice(name, step, called) {
    const choice = make("label", "reading-choice");
    choice.title = called;
    const input = make("input");
    Object.assign(input, { type: "radio", name: `reading-${name}`, value: String(step) });
    input.addEventListener("change", () => this.#choose({ [name]: step }));
    const shown = make("span", "reading-sample", name === "size" ? "A" : called);
    if (name === "size") input.setAttribute("aria-label", called);
    choice.append(input, shown);
    return choice;
  }

  #choose(change) {
    this.chosen = { ...this.chosen, ...change };
    this.#apply();
    try {
      localStorage.setItem(KEPT_AS, JSON.stringify(this.chosen));
    } catch {
      // A browser that keeps nothing still shows the choice until it is closed.
    }
    this.onChange();
  }

  #apply() {
    for (const [name, { property, steps }] of Object.entries(SETTINGS)) {
      const step = this.chosen[name];
      this.root.style.setProperty(property, steps[step][0]);
      this.panel.querySelector(`input[name="reading-${name}"][value="${step}"]`).checked = true;
    }
  }
}

/* The choices kept in this browser, as far as they can be. */
function kept() {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT_AS)) ?? {};
    return Object.fromEntries(Object.entries(SETTINGS).flatMap(([name, { steps }]) => (steps[found[name]] ? [[name, found[name]]] : [])));
  } catch {
    return {};
  }
}
