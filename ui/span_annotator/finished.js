/* What is shown in place of a document when the queue is empty. */

import { button, make } from "./elements.js";

export class Finished {
  constructor(root, { onGo, onAll, onBack }) {
    this.root = root;
    this.actions = { onGo, onAll, onBack };
    this.element = make("section", "finished");
    this.element.hidden = true;
    this.element.tabIndex = -1;
    root.querySelector(".columns").before(this.element);
  }

  /* `queue`: its name; `documents`: how many the project has in all, where known; `back`: whether one was shown before. */
  show({ queue, today, back }) {
    const all = queue === "all";
    const title = make("h2", "finished-title", all ? "There are no documents to show" : `Nothing left in “${queue}”`);
    const done = today ? `${today} ${today === 1 ? "document" : "documents"} labelled today. ` : "";
    const next = all ? "Import documents, or choose another filter above." : "Train a model on what is labelled, or look through all documents.";
    const ways = make("div", "finished-ways");
    if (all) ways.append(button("action primary", "Import documents", "", () => this.actions.onGo("documents")));
    else {
      ways.append(
        button("action primary", "Train a model", "", () => this.actions.onGo("train")),
        button("action", "All documents", "", () => this.actions.onAll()),
      );
    }
    if (back) ways.append(button("action", "Back to the last document", "Backspace", () => this.actions.onBack()));
    this.element.replaceChildren(make("div", "finished-mark", all ? "" : "✓"), title, make("p", "finished-text", done + next), ways);
    this.element.hidden = false;
    this.root.dataset.finished = "";
  }

  hide() {
    this.element.hidden = true;
    delete this.root.dataset.finished;
  }
}
