"""A project's dictionary and rules, made ready to be found, and what they propose for a text.

Making ready takes tens of milliseconds for thousands of terms, so it is kept until a rule or a label changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from api.desk.tokens import flat_tokens
from core.documents import Span
from core.suggest import patterns
from core.suggest.borders import Borders
from core.suggest.ruled import Ruled
from db import rules
from db.connection import Store
from db.projects import Project

PROJECTS_KEPT = 8
DICTIONARY, RULES = "dictionary", "rules"
MAX_CHARACTERS = 1_000_000  # of a text that is read while it is opened
Labels = tuple[tuple[str, int], ...]


def proposed(
    opened: Store, project: Project, text: str, names: tuple[str, ...], label_ids: Mapping[str, int]
) -> tuple[dict[str, list[Span]], list[str]]:
    """Source → its spans in `text`, for "dictionary" and "rules" as far as `names` has them; and what went wrong."""
    wanted = [name for name in (DICTIONARY, RULES) if name in names]
    if not wanted:
        return {}, []
    if len(text) > MAX_CHARACTERS:
        return {}, [f"The dictionary and rules read texts of at most {MAX_CHARACTERS:,} characters."]
    with opened.reading() as session:
        version = rules.version(session, project.id)
    ready = _ready(opened, project.id, version, tuple(sorted(label_ids.items())))
    found: dict[str, list[Span]] = {}
    said: list[str] = []
    if DICTIONARY in wanted:
        found[DICTIONARY] = ready.dictionary.find(text, Borders.flat(flat_tokens(text, project.language)))
    if RULES in wanted:
        matched = patterns.find(ready.patterns, text)
        found[RULES] = list(matched.spans)
        said += [*ready.unusable, *matched.stopped]
    return found, said


@lru_cache(maxsize=PROJECTS_KEPT)
def _ready(opened: Store, project_id: int, version: tuple[int, int], labels: Labels) -> Ruled:
    """The rules at `version`, which with `labels` says whether anything has changed."""
    with opened.reading() as session:
        return Ruled.of(rules.list_rules(session, project_id))
