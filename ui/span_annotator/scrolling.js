/* While something is dragged past the edge of the text, the text scrolls along; held at the end of a page, it turns. */

const EDGE = 10; // px inside the view that count as its edge: the window may end where the text does
const SPEED = 4; // the further beyond the edge, the faster: px beyond for each px a frame
const FASTEST = 40; // px a frame
const TURN_AFTER = 700; // ms at the end of a page

export class Scrolling {
  constructor(editor, follow) {
    this.editor = editor;
    this.follow = follow; // lets the selection catch up
    this.frame = 0;
  }

  /* `drag` has x and y of the pointer, now and at every frame. */
  start(drag) {
    this.drag = drag;
    this.waiting = null;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame((now) => this.#along(now));
  }

  stop() {
    this.drag = null;
    cancelAnimationFrame(this.frame);
  }

  #along(now) {
    if (!this.drag) return;
    const { scroller } = this.editor.overlay;
    const view = scroller.getBoundingClientRect();
    const top = this.drag.y - (view.top + EDGE);
    const bottom = this.drag.y - (view.bottom - EDGE);
    const over = top < 0 ? top : Math.max(0, bottom);
    if (over) {
      const before = scroller.scrollTop;
      scroller.scrollTop += Math.max(-FASTEST, Math.min(FASTEST, over / SPEED + Math.sign(over)));
      if (scroller.scrollTop !== before) this.waiting = null;
      else this.#turn(now, Math.sign(over));
      this.follow();
    } else this.waiting = null;
    this.frame = requestAnimationFrame((next) => this.#along(next));
  }

  #turn(now, step) {
    const { pages, overlay } = this.editor;
    const to = pages.at + step;
    if (to < 0 || to >= pages.count) return;
    this.waiting ??= now;
    if (now - this.waiting < TURN_AFTER) return;
    this.waiting = null;
    this.editor.turnPage(step);
    if (step < 0) overlay.scroller.scrollTop = overlay.scroller.scrollHeight;
  }
}
