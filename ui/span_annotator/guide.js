/* The guide beside the text: the project's guideline, then each label with its own and with examples. What is written
   in Markdown comes as a tree of allowed tags (ui/markdown_tree.py) and is built here, never parsed. */

import { make, setText } from "./elements.js";
import { shownKey } from "./keys.js";

const GUIDE_TAGS = new Set(
  "p h1 h2 h3 h4 ul ol li strong em s code pre blockquote hr br table thead tbody tr th td a".split(" "),
);
const SCROLLING = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]);
const LINKS = /^(?:https?:|mailto:)/i;
const FOUND = "tagloop-found"; // the highlight of what was searched for

/* Nodes of a tree: text, or [tag, attributes, children]. What is not known shows only what it holds. */
export function builtTree(nodes) {
  return nodes.map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    const [tag, attributes, children] = node;
    const element = document.createElement(GUIDE_TAGS.has(tag) ? tag : "span");
    if (tag === "a" && LINKS.test(attributes.href)) {
      element.href = attributes.href;
      element.target = "_blank";
      element.rel = "noopener noreferrer";
    }
    if (tag === "ol" && Number.isInteger(attributes.start)) element.start = attributes.start;
    if (attributes.align) element.style.textAlign = attributes.align;
    element.append(...builtTree(children));
    return element;
  });
}

export class Guide {
  constructor(desk, panel) {
    this.desk = desk;
    this.panel = panel;
    this.search = make("input", "guide-search");
    Object.assign(this.search, { type: "search", placeholder: "Search the guide" });
    this.search.setAttribute("aria-label", "Search the guide");
    this.hits = make("span", "guide-hits");
    this.hits.setAttribute("role", "status");
    this.text = make("div", "guide-text");
    this.text.tabIndex = 0;
    this.text.setAttribute("role", "region");
    this.text.setAttribute("aria-label", "Guide");
    const row = make("div", "guide-find");
    row.append(this.search, this.hits);
    panel.append(row, this.text);
    this.search.addEventListener("input", () => this.#find());
    this.search.addEventListener("keydown", (event) => this.#key(event));
    this.text.addEventListener("keydown", (event) => SCROLLING.has(event.key) && event.stopPropagation());
    this.sections = new Map(); // label id → its section
    desk.on("settings", (settings) => this.#use(settings));
  }

  #use({ guide, labels, project }) {
    const signature = JSON.stringify([guide, labels]);
    if (signature === this.signature) return;
    this.signature = signature;
    this.guide = guide;
    this.text.lang = project.language;
    this.sections = new Map();
    const parts = [];
    if (guide.tree?.length) {
      const general = make("section", "guide-section");
      general.append(...builtTree(guide.tree));
      parts.push(general);
    }
    for (const label of this.desk.editor.labels.values()) {
      const section = this.#section(label, guide.labels?.[label.id] ?? {});
      this.sections.set(label.id, section);
      parts.push(section);
    }
    if (!guide.written) parts.unshift(this.#invitation());
    this.text.replaceChildren(...parts);
    this.#find();
  }

  #section(label, { tree = [], examples = [] }) {
    const section = make("section", `guide-section guide-label hue-${label.hue}`);
    const head = make("h3", "guide-name");
    head.append(make("span", "row-label", label.name));
    if (label.key) head.append(make("kbd", "", shownKey(label.key)));
    section.append(head);
    if (label.description) section.append(make("p", "guide-description", label.description));
    section.append(...builtTree(tree));
    if (examples.length) {
      const list = make("p", "guide-examples");
      list.append(make("span", "guide-caption", "Labelled so far"));
      for (const [surface, count] of examples) {
        const example = make("span", "guide-example", surface);
        example.dir = "auto";
        example.append(make("span", "guide-count", count > 1 ? `×${count}` : ""));
        list.append(example);
      }
      section.append(list);
    }
    return section;
  }

  #invitation() {
    const box = make("p", "guide-empty", "No guideline yet. It settles what the labels mean, so that everybody marks the same. ");
    const write = make("button", "guide-write", "Write one under Labels");
    write.type = "button";
    write.addEventListener("click", () => this.desk.go({ screen: "labels" }));
    box.append(write);
    return box;
  }

  /* Show the guide at a label; null leaves it where it is. */
  openAt(label) {
    this.search.value = "";
    this.#find();
    for (const [id, section] of this.sections) section.classList.toggle("meant", id === label);
    const section = this.sections.get(label);
    if (section) this.text.scrollTop = section.offsetTop - this.text.offsetTop - 4;
  }

  /* Every place of what is searched for, marked without touching the text; sections without one step aside. */
  #find() {
    const wanted = this.search.value.trim().toLowerCase();
    globalThis.CSS?.highlights?.delete(FOUND);
    this.ranges = [];
    for (const section of this.text.children) {
      const found = wanted ? places(section, wanted) : [];
      section.hidden = wanted !== "" && !found.length;
      this.ranges.push(...found);
    }
    setText(this.hits, !wanted ? "" : this.ranges.length ? String(this.ranges.length) : "nothing");
    if (this.ranges.length && globalThis.Highlight) CSS.highlights.set(FOUND, new Highlight(...this.ranges));
    this.at = -1;
    if (wanted) this.#next(1);
  }

  #next(step) {
    const { ranges } = this;
    if (!ranges.length) return;
    this.at = (this.at + step + ranges.length) % ranges.length;
    const box = ranges[this.at].getBoundingClientRect();
    const shown = this.text.getBoundingClientRect();
    if (box.top < shown.top || box.bottom > shown.bottom) this.text.scrollTop += box.top - shown.top - 40;
  }

  #key(event) {
    event.stopPropagation(); // letters are searched for here
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter") this.#next(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && this.search.value) {
      this.search.value = "";
      this.#find();
    } else if (event.key === "Escape") this.desk.commands.takeFocus();
    else return;
    event.preventDefault();
  }
}

function places(root, wanted) {
  const ranges = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.data.toLowerCase();
    if (text.length !== node.length) continue; // a letter whose small form is longer would shift the places
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      ranges.push(range);
    }
  }
  return ranges;
}
