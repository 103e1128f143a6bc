"""Which documents train a model, which steer its training, and which only judge it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.errors import InvalidValue
from db import events, schema
from db.batches import batches

_SPACE = re.compile(r"\s+")
_DIGIT = re.compile(r"\d")


def normalised(text: str) -> str:
    """`text` as compared for near-equality: casefolded, white space collapsed, every digit a 0."""
    return _DIGIT.sub("0", _SPACE.sub(" ", text.casefold()).strip())


def assign_splits(
    s: Session,
    project_id: int,
    *,
    train: float = 0.8,
    dev: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
    only_unassigned: bool = True,
    actor: str,
) -> dict[str, int]:
    """Give documents a split so that the project's shares come as near to those asked for as can be.

    Shares are of the whole project and add up to 1. Which document goes where depends on the seed and the
    texts alone, not on the order of import. Texts that are equal once normalised stay on one side; with
    `only_unassigned`, documents that have a split keep it and draw their equals after them. Returns how many
    documents were newly put where. Raises InvalidValue for shares that cannot be.
    """
    shares = {"train": train, "dev": dev, "test": test}
    # `not (… <= …)`, so that NaN is refused as well
    if min(shares.values()) < 0 or not abs(sum(shares.values()) - 1) <= 1e-6:
        raise InvalidValue(f"Shares are not negative and add up to 1; {train}, {dev} and {test} do not.")
    document = schema.Document
    found = s.execute(
        select(document.id, document.text, document.split).where(document.project_id == project_id).with_for_update()
    )
    groups: dict[str, list[tuple[int, str | None]]] = {}
    for document_id, text, split in found:
        groups.setdefault(_key(seed, text), []).append((document_id, split if only_unassigned else None))
    chosen = _choose(groups, shares)
    _store(s, chosen)
    counts = {split: sum(1 for value in chosen.values() if value == split) for split in schema.SPLITS}
    events.record(
        s,
        project_id=project_id,
        actor=actor,
        action="splits.assigned",
        subject=f"project {project_id}",
        after={"shares": shares, "seed": seed, "only_unassigned": only_unassigned, "documents": counts},
    )
    return counts


def set_split(s: Session, ids: Sequence[int], split: str | None, *, actor: str) -> int:
    """Put the documents `ids` into `split`, or into none with None; returns how many changed. One event a project."""
    if split is not None and split not in schema.SPLITS:
        raise InvalidValue(f"A split is one of {', '.join(schema.SPLITS)}, or None, not {split!r}.")
    document = schema.Document
    changed: dict[int, dict[int, str | None]] = {}
    for some in batches(ids):
        for document_id, project_id, before in s.execute(
            select(document.id, document.project_id, document.split).where(document.id.in_(some))
        ):
            if before != split:
                changed.setdefault(project_id, {})[document_id] = before
    for project_id, befores in changed.items():
        _store(s, dict.fromkeys(befores, split))
        events.record(
            s,
            project_id=project_id,
            actor=actor,
            action="splits.set",
            subject=f"{len(befores)} documents",
            before={str(document_id): before for document_id, before in befores.items()},
            after={"split": split},
        )
    return sum(len(befores) for befores in changed.values())


def _choose(groups: Mapping[str, list[tuple[int, str | None]]], shares: Mapping[str, float]) -> dict[int, str]:
    """A split for every document without one: {document id: split}.

    `need` is how many documents a split still lacks. The largest groups go first, each to the split that lacks
    most; single texts then even things out, in the order of their keys, which is as good as random.
    """
    total = sum(len(members) for members in groups.values())
    need = {split: share * total for split, share in shares.items()}
    chosen: dict[int, str] = {}
    free: list[tuple[int, str]] = []
    for key, members in groups.items():
        present = [split for _, split in members if split is not None]
        for split in present:
            need[split] -= 1
        lacking = [document_id for document_id, split in members if split is None]
        if present and lacking:
            split = max(schema.SPLITS, key=present.count)
            chosen |= dict.fromkeys(lacking, split)
            need[split] -= len(lacking)
        elif lacking:
            free.append((-len(lacking), key))
    for _, key in sorted(free):
        split = max((split for split in schema.SPLITS if shares[split] > 0), key=lambda name: need[name])
        chosen |= {document_id: split for document_id, _ in groups[key]}
        need[split] -= len(groups[key])
    return chosen


def _key(seed: int, text: str) -> str:
    return hashlib.sha256(f"{seed}\n{normalised(text)}".encode()).hexdigest()


def _store(s: Session, chosen: Mapping[int, str | None]) -> None:
    for split in {value: None for value in chosen.values()}:
        for some in batches(document_id for document_id, value in chosen.items() if value == split):
            s.execute(
                update(schema.Document)
                .where(schema.Document.id.in_(some))
                .values(split=split)
                .execution_options(synchronize_session=False)
            )
