/* What the bar says about saving: never "saved" while something waits. */

const PATIENT = 550; // ms until a change that waits is said to be on its way: it is sent after 250

const count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;

/* {state, text, title} for an outbox; `patient`: what waits has waited only for a moment. */
function savingState(outbox, { everSaved, patient }) {
  const { size, away, unkept, held } = outbox;
  if (!size) return { state: everSaved ? "saved" : "clean", text: everSaved ? "saved ✓" : "", title: everSaved ? "The server has everything." : "" };
  const changes = count(size, "change");
  if (unkept) {
    return {
      state: "unkept",
      text: `${changes} not saved, not kept`,
      title: "The server has not confirmed them, and this browser keeps nothing: its storage is full or switched off. Leave this page open until it says saved.",
    };
  }
  if (away) {
    return {
      state: "offline",
      text: `offline, ${changes} kept in this browser`,
      title: `${outbox.problem} You can go on: what you do is kept in this browser, also when it is closed, and sent as soon as the server is back.`,
    };
  }
  if (held.size) return { state: "asking", text: "your choice is needed", title: "Choose above which version counts; until then both are kept." };
  if (patient) return { state: "dirty", text: "", title: "On its way to the server" };
  return { state: "saving", text: "saving…", title: "On its way to the server; it is kept in this browser until then." };
}

/* Keeps the bar true: it is told of every change of the outbox, and looks again where something waits for long. */
export class Saving {
  constructor(desk) {
    this.desk = desk;
    this.everSaved = false; // whether the server has anything of the open document
    this.since = null; // when what waits began to wait, ms
  }

  now() {
    const { outbox } = this.desk;
    if (!outbox.size) this.since = null;
    else this.since ??= performance.now();
    const patient = this.since !== null && performance.now() - this.since < PATIENT;
    return savingState(outbox, { everSaved: this.everSaved, patient });
  }

  say() {
    const saving = this.now();
    this.desk.panels.drawState(saving);
    clearTimeout(this.timer);
    if (saving.state === "dirty") this.timer = setTimeout(() => this.say(), PATIENT);
  }
}
