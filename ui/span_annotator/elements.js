/* Making elements. Text goes in as text nodes only; nothing here ever parses markup. */

export function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

export function button(className, text, title, action) {
  const element = make("button", className, text);
  element.type = "button";
  if (title) element.title = title;
  element.addEventListener("click", action);
  return element;
}

/* Write only what differs: an equal write would still cost a layout. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const quote = (text) => {
  const line = text.replace(/\s+/g, " ");
  return `“${line.length > 40 ? `${line.slice(0, 39)}…` : line}”`;
};
