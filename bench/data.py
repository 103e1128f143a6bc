"""What the benches measure on: real sets in --data FOLDER where given, else the sample projects."""

from __future__ import annotations

from pathlib import Path

from core.documents import Document
from core.formats import read

SAMPLES = Path(__file__).resolve().parent.parent / "db" / "samples"


def load(path: Path, format: str) -> list[Document]:
    """All documents of a file."""
    with path.open("rb") as stream:
        return list(read(stream, format, lenient=True))


def sample(project: str, split: str) -> list[Document]:
    """A split of a sample project."""
    return load(SAMPLES / project / f"{split}.jsonl", "prodigy")


def english(folder: Path | None, train: int, dev: int) -> tuple[str, list[Document], list[Document]]:
    """Name, train and dev documents: WNUT17 where it lies in `folder`, else news-en."""
    if folder is not None and (folder / "wnut17").is_dir():
        train_set = load(folder / "wnut17" / "wnut17train.conll", "conll")
        dev_set = load(folder / "wnut17" / "emerging.dev.conll", "conll")
        return "wnut17", train_set[:train], dev_set[:dev]
    return "news-en", sample("news-en", "train")[:train], sample("news-en", "dev")[:dev]


def chinese(folder: Path | None, train: int) -> tuple[str, list[Document], list[Document], list[Document]]:
    """Name, train, dev and an unseen part: CLUENER where it lies in `folder`, else service-zh."""
    if folder is not None and (folder / "cluener").is_dir():
        dev_set = load(folder / "cluener" / "test.json", "cluener")
        return "cluener", load(folder / "cluener" / "train.json", "cluener")[:train], dev_set[:500], dev_set[500:]
    parts = [sample("service-zh", split) for split in ("train", "dev", "test")]
    return "service-zh", parts[0][:train], parts[1], parts[2]
