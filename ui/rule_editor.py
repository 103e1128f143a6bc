"""Dictionary and rules on the Labels page: the list, what is added to it, and what people made of its suggestions."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.suggest import patterns
from db import rules, suggestions
from db.labels import Label
from db.rules import NewRule, Rule
from ui import notice, render, rule_filling, rule_trying
from ui.acceptance import table
from ui.session import Page
from ui.words import count

KINDS = {"term": "Term", "pattern": "Pattern"}
PARTS = ("Rules", "Add many", "Fill from gold", "Try it out")
ADVICE = (
    "A term suggests its label wherever it stands as whole words (in Chinese: anywhere). "
    "A pattern is a regular expression, such as \\d+ May \\d{4}; its first group, if it has one, is the span."
)


def section(page: Page, known: Sequence[Label]) -> None:
    """The part of the Labels page for suggestions without a model."""
    st.subheader("Dictionary and rules")
    with page.store.reading() as session:
        found = rules.list_rules(session, page.project.id)
        accepted = suggestions.acceptance(session, page.project.id)
    terms = sum(rule.kind == "term" for rule in found)
    st.caption(f"{count(terms, 'term')}, {count(len(found) - terms, 'pattern')}. {ADVICE}")
    part = st.segmented_control(
        "Dictionary and rules",
        PARTS,
        default=PARTS[0],
        required=True,
        label_visibility="collapsed",
        key="page:rules-part",
    )
    if part == "Rules":
        _add(page, known)
        _listed(page, found)
    elif part == "Add many":
        rule_filling.many(page, known)
    elif part == "Fill from gold":
        rule_filling.from_gold(page, found)
    else:
        rule_trying.tried(page, known, found)
    if accepted:
        st.html(render.rule())
        st.markdown("**What became of suggestions**")
        table(page, accepted, {label.name: label.hue for label in known})


def _add(page: Page, known: Sequence[Label]) -> None:
    with st.form("add-rule", border=False, clear_on_submit=False):
        text = st.text_input("Text", max_chars=rules.MAX_CHARACTERS, placeholder="Siemens  or  \\d+ May \\d{4}")
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            kind = st.selectbox("Kind", list(KINDS), format_func=KINDS.__getitem__, width=140)
            label = st.selectbox("Label", [label.name for label in known], width=180)
            ignore_case = st.checkbox("In any case", help="Upper and lower case do not count.")
            sent = st.form_submit_button("Add", type="primary")
    if not sent:
        return
    with notice.reported():
        if kind == "pattern":
            patterns.checked(text, ignore_case=ignore_case)
        with page.store.writing() as session:
            made = [NewRule(label, kind, text if kind == "pattern" else text.strip(), ignore_case)]
            report = rules.add(session, page.project.id, made, actor=page.actor)
        notice.done(f"{text.strip()} was added." if report.added else f"{text.strip()} was there already.")


def _listed(page: Page, found: Sequence[Rule]) -> None:
    if not found:
        st.html(
            render.empty("No terms or patterns yet", "Add one above, or fill the dictionary from what is labelled.")
        )
        return
    frame = pd.DataFrame(
        [(rule.text, rule.label, KINDS[rule.kind], "any" if rule.ignore_case else "as written") for rule in found],
        columns=["Text", "Label", "Kind", "Case"],
    )
    chosen = st.dataframe(
        frame,
        hide_index=True,
        height="auto" if len(found) <= 8 else 320,
        selection_mode="multi-row",
        on_select="rerun",
        key=f"rules-{page.project.id}-{len(found)}-{found[-1].id}",
    )
    picked = [found[row].id for row in chosen["selection"]["rows"] if row < len(found)]
    words = f"Remove {count(len(picked), 'rule')}" if picked else "Tick rules to remove them"
    if st.button(words, icon=":material/delete:", disabled=not picked, key="remove-rules"):
        with notice.reported():
            with page.store.writing() as session:
                gone = rules.remove(session, picked, actor=page.actor)
            notice.done(f"{count(gone, 'rule')} removed.")
