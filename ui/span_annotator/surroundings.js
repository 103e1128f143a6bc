/* The page around the component: its theme and the room it leaves. */

const MARGIN = 28; // px kept free below
const LEAST = 380; // px

/* "dark" or "light" by the luminance of the page's own background, whatever the theme is called. */
export function themeOf(element) {
  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  brush.fillStyle = getComputedStyle(element).getPropertyValue("--st-background-color").trim() || "#ffffff";
  brush.fillRect(0, 0, 1, 1);
  const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 ? "dark" : "light";
}

/* The height in px that lets labels, text and actions be seen together, wherever the page is scrolled to. */
export function roomFor(element) {
  let top = element.getBoundingClientRect().top;
  for (let node = element.getRootNode().host; node; node = node.parentElement) top += node.scrollTop;
  const whole = window.innerHeight - MARGIN;
  return Math.max(LEAST, Math.min(whole - Math.max(0, top), whole));
}
