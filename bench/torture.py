"""Random gestures at the desk over the torture set, each held against a model in Python: not one offset may be wrong.

`--gestures N` (10,000) and `--seed TEXT` say how much and which; `--quick` does 1,000.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, at_most, options, show
from tests.browser.annotator_desk import served
from tests.browser.browsing import open_chromium
from tests.browser.torture import torture_set
from tests.browser.torture_hand import Torture, WrongSpans

DOCUMENTS = 500
QUICK = 1_000


def main() -> None:
    """Walk the set until enough gestures were done or one of them stored something wrong."""
    parser = options(__doc__ or "")
    parser.add_argument("--gestures", type=int, default=10_000, help="how many gestures to do")
    parser.add_argument("--seed", default="bench", help="which gestures")
    chosen = parser.parse_args()
    wanted = QUICK if chosen.quick else chosen.gestures
    texts = torture_set(DOCUMENTS)
    wrong = None
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, open_chromium() as browser, served(Path(folder)) as harness:
        page = browser.new_context(viewport={"width": 1360, "height": 900}).new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        run = Torture(harness, page, chosen.seed)
        try:
            run.walk(texts, each=-(-wanted // DOCUMENTS))
        except WrongSpans as found:
            wrong = str(found)
    took = time.monotonic() - began
    note = f"seed {chosen.seed}, {len(texts)} documents, {run.changes:,} of them changed spans, {took:.0f} s"
    show(Figure("gestures", run.gestures, "", n=run.gestures, note=note))
    at_most("wrong offsets", int(wrong is not None), 0, "", n=run.gestures, note=wrong)
    at_most("errors of the page", len(errors), 0, "", note="; ".join(errors[:3]) or None)
    if wrong:
        sys.exit(1)


if __name__ == "__main__":
    main()
