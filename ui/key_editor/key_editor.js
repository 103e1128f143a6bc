/* Every command with its keys; one at a time can be changed, by pressing the keys or by writing them. Whether they are
   free is asked of the server, which knows the one table. */

import { button, make, setText } from "../span_annotator/elements.js";
import { themeOf } from "../span_annotator/surroundings.js";
import { notationsOf, shownKey } from "../span_annotator/keys.js";

const PAUSE = 120; // ms after a letter until it is asked whether the keys are free

class KeyEditor {
  constructor(root) {
    this.root = root;
    this.open = null; // the command that is being changed
    this.number = 0;
  }

  update(data, send) {
    this.send = send;
    this.root.dataset.theme = themeOf(this.root);
    const { answer } = data;
    const changed = JSON.stringify(data.table) !== JSON.stringify(this.data?.table);
    this.data = data;
    const heard = answer && answer.number === this.number && this.number > 0;
    if (heard && answer.saved) this.open = null;
    if (changed || !this.root.childElementCount || (heard && answer.saved)) this.#draw();
    if (sessionStorage.getItem("tagloop keys")) this.#come();
    if (heard && this.open) this.#say(answer);
    else if (heard && answer.saved && this.last) this.root.querySelector(`[data-name="${this.last}"] button`)?.focus();
  }

  /* Somebody comes from the desk's list of keys to change one. */
  #come() {
    sessionStorage.removeItem("tagloop keys");
    this.root.scrollIntoView({ block: "center" });
    this.root.querySelector(".opener").focus({ preventScroll: true });
  }

  #ask(trigger, command, keys) {
    this.number = Math.max(this.number + 1, Date.now());
    this.send(trigger, { number: this.number, command, keys });
  }

  #say({ ok, words }) {
    const verdict = this.root.querySelector(".verdict");
    if (!verdict) return;
    setText(verdict, words);
    verdict.dataset.ok = String(ok);
    this.root.querySelector(".save").disabled = !ok;
  }

  #draw() {
    const groups = new Map();
    let differing = 0;
    for (const [name, keys, group, words] of this.data.table) {
      const own = !same(keys, this.data.defaults[name]);
      differing += own;
      if (!groups.has(group)) groups.set(group, []);
      groups.get(group).push(this.open === name ? this.#form(name, keys, words, own) : this.#row(name, keys, words, own));
    }
    const columns = make("div", "groups");
    for (const [title, rows] of groups) {
      const section = make("section");
      section.append(make("h3", "", title), ...rows);
      columns.append(section);
    }
    const foot = make("div", "foot");
    if (differing) {
      foot.append(
        button("plain", "Back to defaults", "", () => this.#ask("save", null, null)),
        make("span", "note", differing === 1 ? "One command has its own keys." : `${differing} commands have their own keys.`),
      );
    }
    this.root.replaceChildren(columns, foot);
  }

  #row(name, keys, words, own) {
    const row = make("div", own ? "row own" : "row");
    row.dataset.name = name;
    const opener = button("opener", "", "", () => this.#change(name));
    const caps = make("span", "caps");
    caps.append(...(keys.length ? keys.map((key) => make("kbd", "", shownKey(key))) : [make("span", "note", "no key")]));
    opener.append(make("span", "words", words), caps);
    opener.setAttribute("aria-label", `${words}: ${keys.map(shownKey).join(", ") || "no key"}. Change`);
    row.append(opener);
    return row;
  }

  #change(name) {
    this.open = name;
    this.last = name;
    this.#draw();
    this.root.querySelector(".press").focus();
  }

  #close() {
    const name = this.open;
    this.open = null;
    clearTimeout(this.timer);
    this.#draw();
    this.root.querySelector(`[data-name="${name}"] button`).focus();
  }

  #form(name, keys, words, own) {
    const form = make("div", "row form");
    form.dataset.name = name;
    const press = make("input", "press");
    press.readOnly = true;
    press.placeholder = "Press the new key";
    press.setAttribute("aria-label", `Press the new key for ${words}`);
    const field = make("input", "field");
    field.value = keys.join(", ");
    field.setAttribute("aria-label", `Keys for ${words}, as written, with commas between them`);
    field.spellcheck = false;
    const written = () => field.value.split(/[,，、](?!$)/).map((key) => key.trim()).filter(Boolean);
    const check = () => this.#ask("check", name, written());
    const save = button("save", "Save", "", () => this.#ask("save", name, written()));
    press.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing || event.key === "Tab") return;
      if (event.key === "Escape" && !press.value) return this.#close();
      const [notation] = notationsOf(event);
      event.preventDefault();
      if (!notation) return;
      press.value = shownKey(notation);
      field.value = notation;
      check();
    });
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Escape") this.#close();
      if (event.key === "Enter" && !save.disabled) save.click();
    });
    field.addEventListener("input", () => {
      clearTimeout(this.timer);
      press.value = "";
      save.disabled = true; // until it is known whether the keys are free
      this.timer = setTimeout(check, PAUSE);
    });
    save.disabled = true;
    const inputs = make("div", "inputs");
    inputs.append(press, make("span", "note", "or write"), field);
    const ways = make("div", "ways");
    ways.append(save, button("plain", "Cancel", "", () => this.#close()));
    const standard = this.data.defaults[name].map(shownKey).join(", ");
    if (own) ways.append(button("plain", `Default: ${standard}`, "", () => this.#ask("save", name, null)));
    const verdict = make("div", "verdict");
    verdict.setAttribute("role", "status");
    form.append(make("div", "words", words), inputs, verdict, ways);
    return form;
  }
}

const same = (a, b) => a.length === b.length && a.every((key, i) => key === b[i]);

const editors = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".key-editor");
  if (!editors.has(root)) editors.set(root, new KeyEditor(root));
  if (data) editors.get(root).update(data, setTriggerValue);
}
