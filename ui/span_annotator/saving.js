/* What the bar says about saving: never "saved" while something waits. */

const count = (number, thing) => `${number} ${thing}${number === 1 ? "" : "s"}`;

/* {state, text, title} for an outbox; `patient`: what waits has waited only for a moment. */
export function savingState(outbox, { everSaved, patient }) {
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
