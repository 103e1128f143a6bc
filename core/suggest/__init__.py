"""Suggestions without a model: a dictionary of terms, regular expressions, and the other mentions of a text.

    borders.py      where a match may begin and end: at the borders of tokens
    folding.py      comparing without case, with the way back to the offsets of the text
    terms.py        a dictionary of thousands of terms, found in one pass
    patterns.py     regular expressions, with a limit on their time
    occurrences.py  every mention of a surface
    filling.py      terms that people have labelled alike many times
    lines.py        terms as people write them, a line each
    ruled.py        all rules of a project, made ready

Offsets are half-open code points everywhere. Nothing is normalised: "é" as one character and as two are different
texts here, as they are in a document.
"""
