"""Which suggestions a document is opened with, and making those that are missing.

A model's are made once a document, while it is opened; those of the dictionary and the rules whenever they would be
others by now. What a person decided is never proposed again by the same source. An accepted document gets none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from api.desk import checking, ruling
from core.documents import Span
from core.errors import NotFound, TagloopError
from core.inference.loaded import predictor
from db import models
from db.annotations import Annotation
from db.connection import Store
from db.documents import StoredDocument
from db.projects import Project
from db.suggestions import Suggestion, source_of
from ui.process import model_folder, store

MAX_PREDICTED_CHARACTERS = 50_000  # a longer document is left to a prediction job, so that opening stays fast
WITH_SUGGESTIONS = ("unlabelled", "draft", "skipped")
PREDICTED = ("unlabelled", "draft")
KEPT = 1_000  # predictions in memory, so that a document in which a model finds nothing is read once


@dataclass(frozen=True, slots=True)
class Sources:
    """Who may suggest: a model by id, the project's dictionary, its rules."""

    model: int | None = None
    dictionary: bool = False
    rules: bool = False

    @classmethod
    def parse(cls, value: object) -> Sources:
        """`value` as a browser sends it; raises InvalidValue."""
        if value is None:
            return cls()
        asked = checking.known(value, "sources", ("model", "dictionary", "rules"))
        return cls(
            checking.whole_or_none(asked.get("model"), "model"),
            checking.truth(asked.get("dictionary", False), "dictionary"),
            checking.truth(asked.get("rules", False), "rules"),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which their suggestions are stored."""
        model = () if self.model is None else (source_of(self.model),)
        return (*model, *(["dictionary"] if self.dictionary else []), *(["rules"] if self.rules else []))


def missing(
    project: Project,
    document: StoredDocument,
    annotation: Annotation,
    known: Sequence[Suggestion],
    sources: Sources,
    label_ids: Mapping[str, int],
) -> tuple[dict[str, list[Span]], str | None]:
    """Source → the spans to be stored for it in place of what is; and why a source says nothing, if so."""
    if annotation.status not in PREDICTED:
        return {}, None
    made, note = _of_model(project, document, annotation, known, sources, label_ids)
    found, said = ruling.proposed(store(), project, document.text, sources.names, label_ids)
    made |= {source: spans for source, spans in found.items() if _differs(source, spans, known)}
    return made, " ".join([*([note] if note else []), *said]) or None


def _of_model(
    project: Project,
    document: StoredDocument,
    annotation: Annotation,
    known: Sequence[Suggestion],
    sources: Sources,
    label_ids: Mapping[str, int],
) -> tuple[dict[str, list[Span]], str | None]:
    if sources.model is None:
        return {}, None
    source = source_of(sources.model)
    if any(suggestion.source == source for suggestion in known):
        return {}, None
    if len(document.text) > MAX_PREDICTED_CHARACTERS:
        return {}, (
            f"No suggestions of the model: the text has {len(document.text):,} characters, and at most "
            f"{MAX_PREDICTED_CHARACTERS:,} are read while a document is opened."
        )
    try:
        found = _predicted(_folder(store(), project, sources.model), document.id, document.text)
    except TagloopError as error:
        return {}, f"No suggestions of the model: {error}"
    taken = [span for span in found if span.label in label_ids]
    taken = [span for span in taken if not any(span.overlaps(other) for other in annotation.spans)]
    return ({source: taken} if taken else {}), None


def _differs(source: str, spans: Sequence[Span], known: Sequence[Suggestion]) -> bool:
    """Whether the open suggestions of a source are others than `spans`, leaving out what was decided.

    What lies on gold is stored all the same, so that labelling does not give the others new ids.
    """
    own = [suggestion for suggestion in known if suggestion.source == source]
    decided = {(s.start, s.end, s.label) for s in own if s.decision is not None}
    open_now = {(s.start, s.end, s.label) for s in own if s.decision is None}
    return open_now != {(span.start, span.end, span.label) for span in spans} - decided


def _folder(opened: Store, project: Project, model_id: int) -> str:
    """Where the project's model lies; raises NotFound for another project's, too."""
    with opened.reading() as session:
        found = {model.id: model for model in models.list_models(session, project.id)}
    if model_id not in found:
        raise NotFound(f"{project.title} has no model with id {model_id}; choose another under Suggestions.")
    return found[model_id].folder


@lru_cache(maxsize=KEPT)
def _predicted(folder: str, document_id: int, text: str) -> tuple[Span, ...]:
    """The model's spans of a text; a document's id is never given to another text."""
    return tuple(predictor(model_folder(folder)).predict([text])[0])
