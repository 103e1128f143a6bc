/* A page on the screen: painted when it is opened, changed where another hand or the way back changed it. */

import { TextModel } from "./offsets.js";
import { Edits } from "./edits.js";
import { placed, readSuggestions } from "./wire.js";
import { Finished } from "./finished.js";

export class Showing {
  constructor(desk) {
    this.desk = desk;
    this.takesFocus = false; // once: when the desk is entered
    this.finished = new Finished(desk.root, {
      onGo: (screen) => desk.go({ screen }),
      onAll: () => desk.go({ queue: "all" }),
      onBack: () => desk.back(),
      onDrop: (part) => desk.go({ drop: part }),
    });
  }

  /* Draw a page that was opened. */
  paint(page) {
    const { desk } = this;
    const { editor, outbox } = desk;
    const { sheet } = page;
    this.finished.hide();
    if (!outbox.of(sheet.id).length) outbox.know(sheet.id, sheet.revision);
    this.prepare(page);
    const state = this.#stateOf(page);
    const suggestions = readSuggestions(page.model, sheet.suggestions, desk.settings.model);
    editor.learnLabels([...state.spans, ...suggestions]);
    desk.worked.restart();
    if (!desk.conflicts.asked.size && desk.panels.notice.dataset.tone !== "error") desk.panels.dismiss(); // a loss stays said
    desk.panels.quiet();
    editor.allowOverlaps(desk.settings.project.overlap);
    editor.open(page.model, new Edits(state), suggestions, desk.settings.threshold);
    this.#putAddress(sheet.id);
    if (this.takesFocus || this.#hasFocus()) editor.text.focus({ preventScroll: true });
    this.takesFocus = false;
  }

  /* What a page needs to be drawn; made in idle moments for those that come next. */
  prepare(page) {
    page.model ??= new TextModel(page.sheet.text, page.sheet.tokens, this.desk.settings.project.language);
  }

  /* Nothing is left in the queue. */
  end({ pace }) {
    const { desk } = this;
    const { queue, narrowed } = desk.settings;
    this.finished.show({ queue, narrowed, today: pace?.documents ?? 0, back: desk.opening.trail.length > 0 });
    this.#putAddress(null);
    this.finished.element.focus({ preventScroll: true });
  }

  /* The open page as it stands by now, edits that wait laid over it. Caret, selection and scroll stay. */
  again(page) {
    const { editor } = this.desk;
    const state = this.#stateOf(page, editor.edits.state.spans);
    editor.learnLabels(state.spans);
    editor.show(state);
  }

  #stateOf(page, known = []) {
    const { queue } = this.desk;
    return placed(queue.current(page) ?? queue.stored(page), page.model, known);
  }

  #hasFocus() {
    return this.desk.root.getRootNode().activeElement !== null || document.activeElement === document.body;
  }

  /* The address names the open document, for a reload and for passing it on. */
  #putAddress(id) {
    const address = new URL(window.location.href);
    if (id === null) address.searchParams.delete("document");
    else address.searchParams.set("document", String(id));
    if (address.href !== window.location.href) window.history.replaceState(window.history.state, "", address);
  }
}
