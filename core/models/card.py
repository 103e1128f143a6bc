"""The README.md of a model folder, for people. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.models.bases import describe_base
from core.models.manifest import Manifest

_LANGUAGES = {"en": "English", "zh": "Chinese"}


def card(manifest: Manifest) -> str:
    """What the model is, what it learnt from, how it scored on dev, and how to use it; Markdown."""
    base = describe_base(manifest.base)
    licence = f", {base.licence}" if base.licence else ""
    snapshot = "not recorded" if manifest.snapshot_id is None else f"snapshot {manifest.snapshot_id}"
    return f"""# Named-entity tagger

| | |
|---|---|
| base | {base.title} (`{manifest.base}`{licence}) |
| language | {_LANGUAGES.get(manifest.language, manifest.language)} |
| labels | {", ".join(manifest.labels)} |
| trained on | {snapshot} |
| made | {manifest.created} |
| window | {manifest.max_length}, neighbours overlap by {manifest.overlap} |

## Scores on dev
{_scores(manifest.metrics)}
## Use
```python
from pathlib import Path
from core.inference.predictor import Predictor

predictor = Predictor.load(Path("this folder"))
predictor.predict(["A text."])  # a list of spans a text: start, end, label, score
```
Offsets are code points, `end` exclusive. `tagger.json` lists every file with its SHA-256; this page may be edited.
"""


def _scores(metrics: Mapping[str, Any]) -> str:
    """The numbers of `metrics` as a table, one level of nesting flattened; a dash for what could not be scored."""
    rows: list[str] = []
    for name, value in metrics.items():
        inner = value if isinstance(value, Mapping) else {"": value}
        for key, figure in inner.items():
            title = f"{name} {key}".strip().replace("|", "\\|")
            if isinstance(figure, Mapping):
                shown = ", ".join(f"{part} {_figure(number)}" for part, number in figure.items())
            else:
                shown = _figure(figure)
            rows.append(f"| {title} | {shown} |")
    return "\n".join(("| | |", "|---|---|", *rows, "")) if rows else "No dev documents were given.\n"


def _figure(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else str(value)
