"""Loads the two sample projects where they are missing: `python -m jobs.samples`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from core.errors import TagloopError
from db import projects
from db.accounts import YOU
from db.connection import Store, open_store
from jobs.importing import import_into

FOLDER = Path(__file__).resolve().parents[1] / "db" / "samples"
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Sample:
    """A folder below db/samples with train, dev and test and a guideline; `labels` in the order of the guideline."""

    name: str
    title: str
    language: str
    labels: tuple[str, ...]


SAMPLES = (
    Sample("news-en", "News in English", "en", ("PER", "ORG", "LOC", "DATE", "WORK")),
    Sample("service-zh", "客服与财经", "zh", ("人名", "机构", "地点", "产品", "日期", "金额")),
)


def load_samples(store: Store, *, folder: Path = FOLDER) -> list[str]:
    """Make each sample project that no project has the name of; returns the names of those made.

    Each is one transaction, so one that was cut off leaves nothing and is made the next time.
    """
    return [sample.name for sample in SAMPLES if _load(store, sample, folder / sample.name)]


def _load(store: Store, sample: Sample, folder: Path) -> bool:
    with store.writing() as session:
        if projects.by_name(session, sample.name) is not None:
            return False
        project = projects.create(
            session,
            name=sample.name,
            title=sample.title,
            language=sample.language,
            labels=sample.labels,
            guideline=(folder / "guideline.md").read_text(encoding="utf-8"),
            actor=YOU,
        )
        for split in SPLITS:
            with (folder / f"{split}.jsonl").open("rb") as stream:
                import_into(session, project.id, stream, f"{split}.jsonl", actor=YOU)
    return True


def main() -> int:
    """Load what is missing and say so; 1 with a message when that cannot be."""
    try:
        store = open_store()
        made = load_samples(store)
        store.close()
    except (TagloopError, OSError) as error:
        print(f"The sample projects could not be loaded: {error}", file=sys.stderr)
        return 1
    print(f"Sample projects made: {', '.join(made)}." if made else "The sample projects are there already.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
