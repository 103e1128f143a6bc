"""A project's rules made ready to be found: its dictionary, its patterns, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from core.errors import InvalidValue
from core.suggest.patterns import Pattern
from core.suggest.terms import Dictionary, Term


class Rule(Protocol):
    """A rule as it is stored: kind "term" or "pattern"."""

    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def ignore_case(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Ruled:
    """What rules are made of, and a sentence for each that cannot be used."""

    dictionary: Dictionary
    patterns: tuple[Pattern, ...]
    unusable: tuple[str, ...]

    @classmethod
    def of(cls, rules: Iterable[Rule]) -> Ruled:
        """Make `rules` ready; a pattern that cannot be is told, not raised."""
        terms, usable, unusable = [], [], []
        for rule in rules:
            if rule.kind == "term":
                terms.append(Term(rule.text, rule.label, rule.ignore_case))
                continue
            try:
                usable.append(Pattern(rule.text, rule.label, rule.ignore_case))
            except InvalidValue as error:
                unusable.append(str(error))
        return cls(Dictionary(terms), tuple(usable), tuple(unusable))
