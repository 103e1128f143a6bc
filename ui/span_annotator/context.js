/* Context and rules in reach: the head row, what stands beside the text, cards, the pace in the foot. */

import { Cards } from "./cards.js";
import { Comments } from "./comments.js";
import { Guide } from "./guide.js";
import { Head } from "./head.js";
import { Pace } from "./pace.js";
import { SideTabs } from "./side_tabs.js";

export class Context {
  constructor(desk, signal) {
    this.desk = desk;
    const { root } = desk;
    this.head = new Head(desk);
    this.tabs = new SideTabs(root);
    this.guide = new Guide(desk, root.querySelector("#panel-guide"));
    this.comments = new Comments(desk, root.querySelector("#panel-comments"), this.tabs, signal);
    this.pace = new Pace(desk, signal);
    this.cards = new Cards(desk, signal);
    this.tabs.onShow((name) => this.#shown(name));
    desk.commands.on("guide", () => this.#toggleGuide());
    desk.commands.on("comment", () => this.comments.open());
  }

  #shown(name) {
    if (name === "spans") this.desk.list.measure();
    if (name === "guide") this.guide.openAt(this.#label());
  }

  /* The guide, and with the same key the spans again. */
  #toggleGuide() {
    this.tabs.show(this.tabs.shown === "guide" ? "spans" : "guide");
  }

  /* The label that matters now: of what is picked, the one kept on, or the one set last. */
  #label() {
    const { editor, history } = this.desk;
    const last = history.entries.findLast((entry) => entry.forward?.some((change) => change.added?.length));
    return editor.selected?.label ?? editor.sticky ?? last?.forward.flatMap((change) => change.added ?? []).at(-1)?.[2] ?? null;
  }
}
