/* How many spans of the document a model does not learn as they stand; counted when the keys rest. */

import { setText } from "./elements.js";
import { cancelIdle, whenIdle } from "./idle.js";
import { keptInstead, obstacle, uncarried } from "./carried.js";

export class Misfits {
  constructor(element, onNext) {
    this.element = element;
    element.addEventListener("click", onNext);
  }

  count(scene, model) {
    if (this.spans === scene.spans && this.model === model) return;
    [this.spans, this.model] = [scene.spans, model];
    cancelIdle(this.idle);
    this.idle = whenIdle(() => {
      const cut = scene.spans.filter((span) => obstacle(model, span)).length;
      const inner = scene.layers.on ? scene.spans.filter((span) => !obstacle(model, span) && keptInstead(scene, model, span)).length : 0;
      this.element.hidden = !cut && !inner;
      this.element.classList.toggle("only-inner", !cut);
      setText(this.element, wording(cut, inner));
    });
  }
}

function wording(cut, inner) {
  const parts = [];
  if (cut) parts.push(`${cut} ${cut === 1 ? "span" : "spans"} no model can learn as marked`);
  if (inner) parts.push(`${inner} inside or across longer ones, which training learns instead`);
  return parts.join(" · ");
}

/* The next span after `unit`, from the beginning again, that a model does not learn as it stands. */
export function nextUncarried(scene, model, unit) {
  const found = scene.spans.filter((span) => uncarried(scene, model, span));
  return found.find((span) => span.end > unit) ?? found[0] ?? null;
}
