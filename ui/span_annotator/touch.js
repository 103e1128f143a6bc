/* A finger scrolls the text. One that rests on a word for a moment holds it: from then on the selection follows the
   finger and nothing scrolls. A pen selects like a mouse. */

const HOLD = 400; // ms
const TICK = 8; // ms the device buzzes when a word is held, where it can

export class Touch {
  /* `mayHold` whether a resting finger means a word, `hold` takes it, `isHolding` whether moving is for us. */
  constructor(text, { mayHold, hold, isHolding, signal }) {
    this.actions = { mayHold, hold };
    this.pen = false;
    text.addEventListener("pointerdown", (event) => { this.pen = event.pointerType === "pen"; }, { signal, capture: true });
    // The node that was touched keeps getting the moves, even when it is drawn anew and no longer in the text.
    text.addEventListener(
      "touchstart",
      (event) => {
        const still = (moved) => moved.cancelable && (this.pen || isHolding()) && moved.preventDefault();
        event.target.addEventListener("touchmove", still, { passive: false, signal });
        event.target.addEventListener("touchend", () => event.target.removeEventListener("touchmove", still), { once: true, signal });
        if (this.pen && event.cancelable) event.preventDefault();
      },
      { passive: false, signal },
    );
  }

  down() {
    this.cancel();
    this.timer = setTimeout(() => this.#hold(), HOLD);
  }

  cancel() {
    clearTimeout(this.timer);
  }

  #hold() {
    if (!this.actions.mayHold()) return;
    navigator.vibrate?.(TICK);
    this.actions.hold();
  }
}
