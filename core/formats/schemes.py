"""Tag schemes of column files: which one a file uses, and any of them → IOB2.

IOB1 begins a span with I- unless it follows straight on one of its label; IOB2 (also called BIO) always with B-;
BIOES marks ends and singles too (BILOU and BMES are other spellings of it); IO has no beginnings at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SCHEMES = ("IOB1", "IOB2", "BIOES", "IO")

_PREFIXES = {"B": "B", "I": "I", "M": "I", "E": "E", "L": "E", "S": "S", "U": "S", "W": "S"}


def parts(tag: str) -> tuple[str, str]:
    """("B", "PER") of "B-PER", ("O", "") of "O", ("", "PER") of "PER"; E and S for BILOU's L and U."""
    if tag == "O":
        return "O", ""
    prefix, dash, label = tag.partition("-")
    if dash and label and prefix in _PREFIXES:
        return _PREFIXES[prefix], label
    return "", tag


def is_tag(tag: str) -> bool:
    """True for O and for a label with a prefix."""
    return parts(tag)[0] != ""


def detect_scheme(sentences: Iterable[Sequence[str]]) -> tuple[str | None, str]:
    """(scheme, what it was told from, for people); None when there is no span to tell it from."""
    seen: set[str] = set()
    begun_by_i = begun_by_b = 0
    for tags in sentences:
        before = ""
        for tag in tags:
            prefix, label = parts(tag)
            seen.add(prefix)
            if label != before:
                begun_by_i += prefix == "I"
                begun_by_b += prefix == "B"
            before = label
    seen -= {"O"}
    if not seen:
        return None, "no spans so far"
    if seen == {""}:
        return "IO", "labels without prefixes"
    if seen & {"E", "S"}:
        return "BIOES", "ends and single tokens are marked"
    if begun_by_i > begun_by_b:
        return "IOB1", "spans begin with I-" + (f", {begun_by_b} with B- against the rule" if begun_by_b else "")
    return "IOB2", "spans begin with B-" + (f", {begun_by_i} with I- against the rule" if begun_by_i else "")


def first_scheme(tag: str) -> str:
    """The scheme to assume from the first tag of a file that is not O."""
    return {"B": "IOB2", "I": "IOB1", "": "IO"}.get(parts(tag)[0], "BIOES")


def to_iob2(tags: Sequence[str], scheme: str) -> tuple[list[str], list[tuple[int, str]]]:
    """IOB2 tags (tokens,), and [(token index, problem)] where the scheme is broken.

    A broken tag is still read: a continuation of nothing begins a span, a tag without a known prefix is one token.
    """
    found: list[str] = []
    problems: list[tuple[int, str]] = []
    before, is_open = ("O", ""), False
    for index, tag in enumerate(tags):
        prefix, label = parts(tag)
        if scheme == "IO" and prefix == "":
            prefix = "I"
        follows = label == before[1] and before[0] != "O"
        problem = _PROBLEMS[scheme](prefix, follows, is_open)
        if problem is None and scheme == "BIOES" and is_open and not (prefix in "IE" and follows):
            problem = f"comes before the {before[1]} begun earlier has ended"
        if problem is not None:
            problems.append((index, f"{tag!r} {problem} in {scheme}."))
        if prefix == "O":
            found.append("O")
        else:
            goes_on = prefix in ("I", "E") and follows and (is_open or scheme != "BIOES")
            found.append(f"{'I' if goes_on else 'B'}-{label}")
        is_open = prefix in ("B", "I")
        before = prefix, label
    if scheme == "BIOES" and is_open:
        problems.append((len(tags) - 1, f"{tags[-1]!r} is not followed by the end of its span in BIOES."))
    return found, problems


def _iob1(prefix: str, follows: bool, _: bool) -> str | None:
    if prefix not in ("O", "I", "B"):
        return "is no tag"
    return "begins a span that does not follow one of its label" if prefix == "B" and not follows else None


def _iob2(prefix: str, follows: bool, _: bool) -> str | None:
    if prefix not in ("O", "I", "B"):
        return "is no tag"
    return "continues no span" if prefix == "I" and not follows else None


def _bioes(prefix: str, follows: bool, is_open: bool) -> str | None:
    if prefix == "":
        return "is no tag"
    return "continues no span" if prefix in ("I", "E") and not (follows and is_open) else None


def _io(prefix: str, follows: bool, is_open: bool) -> str | None:
    return None if prefix in ("O", "I") else "is no tag"


_PROBLEMS = {"IOB1": _iob1, "IOB2": _iob2, "BIOES": _bioes, "IO": _io}
