"""The README.md of a model folder, for people. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.evaluation.counts import Counts
from core.evaluation.report import Report
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
| labels | {_cell(", ".join(manifest.labels))} |
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
    """The report that training left in `metrics`, a row a label; a dash for what could not be scored."""
    if not metrics.get("report"):
        return "There were no dev documents to score it on.\n"
    report = Report.from_json(metrics["report"])
    rows = [_row(label, counts) for label, counts in (*report.per_label.items(), ("all (micro)", report.counts))]
    return "\n".join(("| label | precision | recall | F1 | support |", "|---|---:|---:|---:|---:|", *rows, ""))


def _row(title: str, counts: Counts) -> str:
    shares = (counts.precision, counts.recall, counts.f1)
    shown = " | ".join("–" if share is None else f"{share:.3f}" for share in shares)
    return f"| {_cell(title)} | {shown} | {counts.gold:,} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
