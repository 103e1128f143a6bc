"""Published sets give their published counts. They are not part of the project: TAGLOOP_DATA names their folder."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest

from core.formats import detect, preview, read

FOLDER = os.environ.get("TAGLOOP_DATA")

pytestmark = pytest.mark.skipif(
    not FOLDER, reason="TAGLOOP_DATA is not set; it names a folder with wnut17, wikigold and cluener"
)

COUNTS = {
    "wnut17/wnut17train.conll": ("conll", "IOB2", 3_394, 62_730, 1_975),
    "wnut17/emerging.dev.conll": ("conll", "IOB2", 1_009, 15_733, 836),
    "wnut17/emerging.test.annotated": ("conll", "IOB2", 1_287, 23_394, 1_079),
    "wikigold/wikigold.conll.txt": ("conll", "IOB1", 1_696, 39_007, 3_558),
    # Characters, not tokens. 23,970 is quoted for the train file: two fewer, and two of its spans overlap.
    "cluener/train.json": ("cluener", None, 10_748, 401_764, 23_972),
    "cluener/test.json": ("cluener", None, 1_343, 50_260, 3_072),
}


@pytest.mark.parametrize("name", COUNTS)
def test_a_published_set_has_its_published_counts(name):
    path = Path(FOLDER or ".") / name
    if not path.exists():
        pytest.skip(f"There is no {name} in the folder that TAGLOOP_DATA names.")
    format, scheme, texts, tokens, spans = COUNTS[name]
    found = detect(path.read_bytes()[:250_000], path.name)
    assert (found.format, found.scheme) == (format, scheme)
    with path.open("rb") as stream:
        documents = list(read(stream, format))
        seen = preview(stream, path.name) if stream.seek(0) == 0 else None
    assert len(documents) == texts
    assert sum(len(document.meta.get("tokens", document.text)) for document in documents) == tokens
    assert sum(len(document.spans) for document in documents) == spans
    assert seen is not None
    assert seen.error is None
    assert seen.documents == len({document.text for document in documents})
    assert seen.documents + seen.skipped_total == texts


def test_one_text_of_cluener_has_overlapping_spans():
    path = Path(FOLDER or ".") / "cluener" / "train.json"
    if not path.exists():
        pytest.skip("There is no cluener/train.json in the folder that TAGLOOP_DATA names.")
    with path.open("rb") as stream:
        overlapping = [
            document
            for document in read(stream, "cluener")
            if any(first.overlaps(second) for first, second in pairwise(document.spans))
        ]
    assert len(overlapping) == 1
