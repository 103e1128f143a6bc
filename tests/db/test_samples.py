"""The sample projects: spans say what their lines say, nothing is a near-duplicate, no split leaks."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "db" / "samples"
PROJECTS = {"news-en": (5, 5), "service-zh": (5, 3)}  # name → fewest labels, length of the character n-grams
SPLITS = ("train", "dev", "test")


def lines(project: str) -> list[dict]:
    found = []
    for split in SPLITS:
        for line in (SAMPLES / project / f"{split}.jsonl").read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            assert record["split"] == split
            found.append(record)
    return found


@pytest.mark.parametrize("project", PROJECTS)
def test_every_span_covers_the_text_its_line_names_and_none_overlap(project: str):
    for record in lines(project):
        reach = 0
        for span in record["spans"]:
            surface = record["text"][span["start"] : span["end"]]
            assert surface == span["text"], record["id"]
            assert surface == surface.strip(), record["id"]
            assert span["start"] >= reach, f"{record['id']}: spans overlap or are out of order"
            reach = span["end"]


@pytest.mark.parametrize("project", PROJECTS)
def test_there_is_enough_to_learn_from(project: str):
    found = lines(project)
    labels = Counter(span["label"] for record in found for span in record["spans"])
    assert len(found) >= 400
    assert sum(labels.values()) >= 1_200
    assert len(labels) >= PROJECTS[project][0]
    for split in SPLITS:
        present = {s["label"] for r in found if r["split"] == split for s in r["spans"]}
        assert present == set(labels), f"{split} lacks a label"


@pytest.mark.parametrize("project", PROJECTS)
def test_no_two_texts_are_near_duplicates_within_or_across_splits(project: str):
    length = PROJECTS[project][1]
    texts = {record["id"]: "".join(record["text"].casefold().split()) for record in lines(project)}
    assert len(texts) == len(lines(project)), "an id occurs twice"
    grams = {name: {text[i : i + length] for i in range(len(text) - length + 1)} for name, text in texts.items()}
    for one, other in combinations(grams, 2):
        shared = len(grams[one] & grams[other])
        if shared:
            assert shared / len(grams[one] | grams[other]) < 0.5, f"{one} and {other} are nearly the same"


@pytest.mark.parametrize("project", PROJECTS)
def test_the_guideline_speaks_of_every_label(project: str):
    guideline = (SAMPLES / project / "guideline.md").read_text(encoding="utf-8")
    for label in {span["label"] for record in lines(project) for span in record["spans"]}:
        assert label in guideline
