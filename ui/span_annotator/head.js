/* The first row: where one is in the queue, which document is open, and what narrows the queue. */

import { button, make, setText } from "./elements.js";

const FULL = 1000; // documents from which a count is written with separators

export class Head {
  constructor(desk) {
    this.desk = desk;
    const { root } = desk;
    this.place = root.querySelector(".place-text");
    this.progress = root.querySelector(".progress");
    this.name = root.querySelector(".document-name");
    this.split = root.querySelector(".split");
    this.status = root.querySelector(".status");
    this.narrowed = root.querySelector(".narrowed");
    desk.on("open", (sheet) => this.#open(sheet));
    desk.on("place", (place) => this.#stand(place));
    desk.on("saved", () => desk.sheet && this.#sayStatus(desk.editor.edits.state.status));
    desk.on("settings", (settings) => this.#narrow(settings));
  }

  #open(sheet) {
    this.name.parentElement.hidden = !sheet;
    if (!sheet) {
      const { queue, narrowed } = this.desk.settings;
      setText(this.place, `nothing · ${queue}`);
      this.#fill(narrowed.length ? 0 : 1);
      return;
    }
    const name = sheet.name || `Document ${sheet.id}`;
    setText(this.name, name);
    this.name.title = name;
    this.#tell(this.split, sheet.split);
    this.#sayStatus(sheet.status);
  }

  #sayStatus(status) {
    this.#tell(this.status, status === "unlabelled" ? null : status);
    this.status.dataset.status = status;
  }

  #tell(element, words) {
    setText(element, words ?? "");
    element.hidden = !words;
  }

  /* `place` is 0 for a document that the queue does not hold, opened by its address or answered already. */
  #stand({ place, total }) {
    const { queue, everything } = this.desk.settings;
    setText(this.place, `${place ? counted(place) : "–"} of ${counted(total)} · ${queue}`);
    // A queue that documents leave when they are answered is measured by what has left it.
    const leaves = queue === "to do" && everything;
    this.#fill(leaves ? 1 - total / Math.max(everything, total) : place / Math.max(total, 1));
    const done = Math.max(0, (everything ?? total) - total);
    const outside = place ? "" : "This document is not in the queue. ";
    this.place.parentElement.title = outside + (leaves ? `${counted(done)} of ${counted(everything)} documents are done.` : "");
  }

  #fill(share) {
    const percent = Math.round(100 * Math.min(1, Math.max(0, share)));
    this.progress.firstElementChild.style.transform = `scaleX(${Math.min(1, Math.max(0, share))})`;
    this.progress.setAttribute("aria-valuenow", String(percent));
  }

  /* A line that says what narrows the queue, each part with a way out of it. */
  #narrow({ narrowed = [] }) {
    this.narrowed.hidden = narrowed.length === 0;
    if (!narrowed.length) return;
    const parts = narrowed.map(([name, words]) => {
      const part = button("narrowed-part", words, "", () => this.desk.go({ drop: name }));
      part.setAttribute("aria-label", `${words}: take this filter away`);
      part.append(make("span", "narrowed-cross", "✕"));
      return part;
    });
    const all = button("narrowed-way", "Clear", "", () => this.desk.go({ drop: "all" }));
    const list = button("narrowed-way", "As a list", "", () => this.desk.go({ list: "queue" }));
    this.narrowed.replaceChildren(make("span", "narrowed-title", "Only"), ...parts, ...(narrowed.length > 1 ? [all] : []), list);
  }
}

const counted = (value) => (value < FULL ? String(value) : value.toLocaleString("en"));
