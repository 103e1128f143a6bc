/* Time on this document and one's own speed, quietly in the foot. Whoever does not want a clock switches it off. */

import { make, setText } from "./elements.js";

const CLOCK_KEPT = "tagloop pace";
const CLOCK_STANDS = 60_000; // ms without a sign of life: from then on the clock stands, as the time that is stored

export class Pace {
  constructor(desk, signal) {
    this.desk = desk;
    this.box = desk.root.querySelector(".pace");
    this.clock = make("span", "pace-clock");
    this.clock.title = "Time on this document; it stands when nothing happens for a minute";
    this.facts = make("span", "pace-facts");
    this.switch = make("button", "pace-switch");
    this.switch.type = "button";
    this.switch.append(dial());
    this.switch.addEventListener("click", () => this.#use(!this.on, true));
    this.box.append(this.switch, this.clock, this.facts);
    this.spent = new Map(); // document → seconds worked on it in this visit before it was shown again
    desk.on("open", (sheet) => this.#open(sheet));
    desk.on("place", ({ pace }) => this.#tell(pace));
    this.#use(clockWanted(), false);
    const timer = setInterval(() => this.#tick(), 1000);
    signal.addEventListener("abort", () => clearInterval(timer));
  }

  #use(on, keep) {
    this.on = on;
    this.box.classList.toggle("off", !on);
    const words = on ? "Hide the clock" : "Show time and speed";
    this.switch.title = words;
    this.switch.setAttribute("aria-label", words);
    this.switch.setAttribute("aria-pressed", String(on));
    if (keep) wantClock(on);
    this.#tick();
  }

  #open(sheet) {
    if (this.document !== undefined) this.spent.set(this.document, this.seconds - this.stored);
    this.document = sheet?.id;
    this.stored = sheet?.seconds ?? 0;
    this.seconds = this.stored;
    this.before = this.spent.get(sheet?.id) ?? 0;
    this.#tick();
  }

  #tick() {
    if (this.document === undefined) {
      setText(this.clock, "");
      return;
    }
    const { here, at } = this.desk.worked;
    this.seconds = this.stored + this.before + (here + Math.min(performance.now() - at, CLOCK_STANDS)) / 1000;
    if (this.on && !document.hidden) setText(this.clock, asClock(this.seconds));
  }

  #tell(pace) {
    if (!pace) return;
    const facts = [];
    if (pace.documents) facts.push(`${pace.documents} today`);
    if (pace.spans_per_minute !== null) facts.push(`${asRate(pace.spans_per_minute)} spans/min`);
    if (pace.median_seconds !== null) facts.push(`${asTime(pace.median_seconds)} each`);
    setText(this.facts, facts.join(" · "));
    this.facts.title = "Documents answered today; spans a minute and the median time a document, from the last twenty";
  }
}

const asClock = (seconds) => {
  const whole = Math.floor(seconds);
  const pad = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
};

const asRate = (value) => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
const asTime = (seconds) => (seconds < 90 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`);

function dial() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M10 3.500a6.500 6.500 0 1 1 0 13 6.500 6.500 0 0 1 0-13ZM10 6.500V10l2.500 1.500");
  svg.append(path);
  return svg;
}

function clockWanted() {
  try {
    return localStorage.getItem(CLOCK_KEPT) !== "off";
  } catch {
    return true; // no storage: the choice lasts as long as the page
  }
}

function wantClock(on) {
  try {
    localStorage.setItem(CLOCK_KEPT, on ? "on" : "off");
  } catch {
    // as above
  }
}
