/* What stands beside the text: one of Spans, Guide, Comments. The choice is kept in this browser. */

import { setText } from "./elements.js";

const PANEL_KEPT = "tagloop side panel";

export class SideTabs {
  constructor(root) {
    this.tabs = new Map([...root.querySelectorAll("[data-tab]")].map((tab) => [tab.dataset.tab, tab]));
    this.panels = new Map([...this.tabs.keys()].map((name) => [name, root.querySelector(`#panel-${name}`)]));
    this.comments = root.querySelector(".total-comments");
    this.listeners = [];
    for (const [name, tab] of this.tabs) tab.addEventListener("click", () => this.show(name));
    root.querySelector(".side-tabs").addEventListener("keydown", (event) => this.#step(event));
    this.shown = "spans";
    this.show(rememberedPanel(), { keep: false });
  }

  onShow(listener) {
    this.listeners.push(listener);
  }

  show(name, { keep = true } = {}) {
    if (!this.tabs.has(name)) return;
    this.shown = name;
    for (const [other, tab] of this.tabs) {
      const chosen = other === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      this.panels.get(other).hidden = !chosen;
    }
    if (keep) rememberPanel(name);
    for (const listener of this.listeners) listener(name);
  }

  count(comments) {
    setText(this.comments, comments ? String(comments) : "");
  }

  /* Arrows go from tab to tab, as in every list of tabs; nothing of it reaches the text. */
  #step(event) {
    const names = [...this.tabs.keys()];
    const at = names.indexOf(this.shown);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: names.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const name = names[(next + names.length) % names.length];
    this.show(name);
    this.tabs.get(name).focus();
  }
}

/* Storage may be switched off or full; then the choice lasts as long as the page. */
function rememberedPanel() {
  try {
    return localStorage.getItem(PANEL_KEPT) ?? "spans";
  } catch {
    return "spans";
  }
}

function rememberPanel(name) {
  try {
    localStorage.setItem(PANEL_KEPT, name);
  } catch {
    // nothing to be done, and nothing lost but the choice
  }
}
