/* Time at work: the gaps between signs of life, long ones cut. */

const IDLE = 60_000; // ms without a key or a move: from then on nobody is working

export class Worked {
  constructor() {
    this.restart();
  }

  /* A document was opened: what was worked on the one before is not its time. */
  restart() {
    this.here = 0; // ms on this document since it was opened
    this.since = 0; // ms since they were last taken
    this.at = performance.now();
  }

  /* A sign of life. */
  note() {
    const now = performance.now();
    const gap = Math.min(now - this.at, IDLE);
    this.here += gap;
    this.since += gap;
    this.at = now;
  }

  /* Seconds worked since the last time they were taken. */
  take() {
    this.note();
    const seconds = Math.round(this.since) / 1000;
    this.since = 0;
    return seconds;
  }
}
