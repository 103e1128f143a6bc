/* "2 / 11" under a text of several pages, with ‹ and › to turn them. */

import { button, make, setText } from "./elements.js";

export class Pager {
  constructor(bar, onTurn) {
    this.bar = bar;
    this.place = make("span", "pager-place");
    this.back = button("pager-button", "‹", "Page before", () => onTurn(-1));
    this.on = button("pager-button", "›", "Next page", () => onTurn(1));
    this.back.setAttribute("aria-label", "Page before");
    this.on.setAttribute("aria-label", "Next page");
    bar.replaceChildren(this.back, this.place, this.on);
  }

  draw({ at, count }) {
    this.bar.hidden = count < 2;
    setText(this.place, `${at + 1} / ${count}`);
    this.place.setAttribute("aria-label", `Page ${at + 1} of ${count}`);
    this.back.disabled = at === 0;
    this.on.disabled = at === count - 1;
  }
}
