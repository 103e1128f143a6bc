/* What is shown in place of a document when the queue is empty. */

import { button, make } from "./elements.js";

export class Finished {
  constructor(root, { onGo, onAll, onBack, onDrop }) {
    this.root = root;
    this.actions = { onGo, onAll, onBack, onDrop };
    this.element = make("section", "finished");
    this.element.hidden = true;
    this.element.tabIndex = -1;
    root.querySelector(".columns").before(this.element);
  }

  /* `queue`: its name; `narrowed`: what the person chose beside it, [[part, words]…]; `today`: documents answered
     today; `back`: whether a document was shown before. */
  show({ queue, narrowed, today, back }) {
    const [title, text, mark, ways] = narrowed.length ? this.#throughNothing(queue, narrowed) : this.#done(queue, today);
    if (back) ways.push(button("action", "Back to the last document", "Backspace", () => this.actions.onBack()));
    const row = make("div", "finished-ways");
    row.append(...ways);
    this.element.replaceChildren(make("div", "finished-mark", mark), make("h2", "finished-title", title), make("p", "finished-text", text), row);
    this.element.hidden = false;
    this.root.dataset.finished = "";
  }

  /* The filter lets nothing through: which, and away with it. */
  #throughNothing(queue, narrowed) {
    const all = narrowed.map(([, words]) => words).join(", ");
    const title = `Nothing in “${queue}” fits: ${all}`;
    const text = "The filter beside the queue lets no document through.";
    const clear = button("action primary", narrowed.length > 1 ? "Clear the filter" : `Take “${all}” away`, "", () => this.actions.onDrop("all"));
    const parts = narrowed.length > 1 ? narrowed : [];
    return [title, text, "", [clear, ...parts.map(([part, words]) => button("action", `Without ${words}`, "", () => this.actions.onDrop(part)))]];
  }

  #done(queue, today) {
    if (queue === "all") {
      const bring = button("action primary", "Import documents", "", () => this.actions.onGo("documents"));
      return ["There are no documents to show", "Import documents, or choose another queue above.", "", [bring]];
    }
    const done = today ? `${today} ${today === 1 ? "document" : "documents"} labelled today. ` : "";
    const ways = [
      button("action primary", "Train a model", "", () => this.actions.onGo("train")),
      button("action", "All documents", "", () => this.actions.onAll()),
    ];
    return [`Nothing left in “${queue}”`, `${done}Train a model on what is labelled, or look through all documents.`, "✓", ways];
  }

  hide() {
    this.element.hidden = true;
    delete this.root.dataset.finished;
  }
}
