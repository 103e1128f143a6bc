"""What Home shows of a project: how much is labelled, the best model, and the one thing to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from db.models import Model
from db.projects import ProjectSummary
from ui import render, scores
from ui.screens import open_screen
from ui.session import Page
from ui.words import count, percent

LANGUAGES = {"en": "English", "zh": "中文"}
ENOUGH_TO_TRAIN = 20  # accepted documents; below that a model learns next to nothing


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: what is so, and the screen with the button that leads on."""

    what: str
    screen: str
    button: str
    section: str | None = None  # part of the screen to open


def next_step(summary: ProjectSummary, *, models: int, labels: int) -> Step:
    """The most useful thing to do in a project with these counts."""
    left = summary.unlabelled + summary.drafts
    scored = summary.accepted_by_split["dev"] + summary.accepted_by_split["test"]
    if not summary.documents:
        return Step("Bring in the texts you want to label.", "documents", "Import documents", "Import")
    if not labels:
        return Step("Say what is to be marked: a person, a place, a product …", "labels", "Add labels")
    if summary.accepted < ENOUGH_TO_TRAIN and left:
        missing = ENOUGH_TO_TRAIN - summary.accepted
        return Step(f"{count(missing, 'document')} more, and a first model can be trained.", "annotate", "Annotate")
    if summary.accepted_unassigned or not scored:
        waiting = summary.accepted_unassigned or summary.accepted
        what = f"{count(waiting, 'document')} labelled, but not yet split into train, dev and test."
        return Step(what, "documents", "Assign splits", "Splits")
    if not models:
        return Step("There is enough to train a first model on.", "train", "Train a model")
    if left:
        return Step(f"{count(left, 'document')} still to label.", "annotate", "Annotate")
    if summary.flagged:
        return Step(
            f"{count(summary.flagged, 'document')} flagged for a second look.", "documents", "Look at them", "Browse"
        )
    return Step("All is labelled. See where the model is wrong.", "inspect", "Inspect")


def caption(page: Page, summary: ProjectSummary, labels: int) -> str:
    """The line under the title."""
    language = LANGUAGES[page.project.language]
    return f"{language} · {count(labels, 'label')} · {count(summary.documents, 'document')}"


def labelled_card(page: Page, summary: ProjectSummary) -> None:
    """Share of documents that are accepted."""
    share = summary.accepted / summary.documents
    rest = {"drafts": summary.drafts, "skipped": summary.skipped, "flagged": summary.flagged}
    also = "".join(f" · {number:,} {name}" for name, number in rest.items() if number)
    with _card("labelled", "Labelled"):
        st.html(render.figure(f"{summary.accepted:,}", unit=f"of {summary.documents:,}"))
        st.html(render.bar(share, f"{percent(share)}{also}"))
        lead(page, Step("", "documents", "Documents"))


def model_card(page: Page, models: Sequence[Model]) -> None:
    """The model with the highest F1 on dev, with the support behind the score."""
    with _card("best", "Best model"):
        best = scores.best(models)
        if best is None:
            st.html(
                render.figure("–", "No model has been trained yet." if not models else "No model has a dev score.")
            )
            lead(page, Step("", "train", "Train"))
            return
        model, score = best
        few = " (few)" if score.support is not None and score.support < render.FEW else ""
        support = "" if score.support is None else f" · {score.support:,} gold spans{few}"
        st.html(render.figure(f"{score.f1:.2f}", f"{model.name}{support}", unit="dev F1"))
        lead(page, Step("", "inspect", "Inspect"))


def next_card(page: Page, step: Step) -> None:
    """The next step, as the page's one primary button."""
    with _card("next", "Next"):
        st.html(render.lead(step.what))
        lead(page, step, primary=True)


def labels_card(page: Page, counts: Mapping[str, int], hues: Mapping[str, int]) -> None:
    """Accepted spans per label."""
    with _card("spans", "Spans per label"):
        st.html(render.chips(counts, hues))
        lead(page, Step("", "labels", "Labels"))


def _card(key: str, title: str) -> st.delta_generator.DeltaGenerator:
    card = st.container(border=True, key=f"card-{key}", gap="small", height="stretch")
    card.html(render.card_title(title))
    return card


def events_card(happened: Sequence[tuple[str, str]]) -> None:
    """Who did what, and when."""
    with _card("recent", "Recent"):
        st.html(render.lines(happened))


def lead(page: Page, step: Step, *, primary: bool = False) -> None:
    """The button that opens the step's screen, on the part it names."""
    key = f"to-{step.screen}-{step.section}-{primary}"
    if st.button(step.button, key=key, type="primary" if primary else "secondary"):
        section = {"section": step.section.lower()} if step.section else {}
        open_screen(step.screen, query_params={"project": str(page.project.id), **section})
