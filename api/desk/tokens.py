"""Tokens of documents, kept for a while: a text never changes, and a document is opened again and again."""

from __future__ import annotations

from functools import lru_cache

from core.tokens import tokenize

KEPT = 64  # documents; a text of 200,000 characters keeps about 3 MB


@lru_cache(maxsize=KEPT)
def flat_tokens(text: str, language: str) -> tuple[int, ...]:
    """start, end, start, end … of the tokens of `text`, in code points."""
    return tuple(offset for token in tokenize(text, language) for offset in (token.start, token.end))
