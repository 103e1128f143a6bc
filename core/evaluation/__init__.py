"""How good predictions are: strict span scores, error kinds, and two models beside one another.

counts       Counts: three integers that add up; every score is derived from them
report       evaluate(): strict scores per label, micro, macro and weighted
lenient      seqeval_default(): the CoNLL script's reading of tags, shown beside the strict one
matching     outcomes(): which gold span answers to which predicted span, and what went wrong
comparison   compare(): gold, A and B, per label and per document
"""

from core.evaluation.comparison import Comparison, DocumentComparison, Event, LabelComparison, compare
from core.evaluation.counts import Counts
from core.evaluation.lenient import seqeval_default
from core.evaluation.matching import ErrorKind, Outcome, outcomes
from core.evaluation.report import Report, Scores, evaluate

__all__ = [
    "Comparison",
    "Counts",
    "DocumentComparison",
    "ErrorKind",
    "Event",
    "LabelComparison",
    "Outcome",
    "Report",
    "Scores",
    "compare",
    "evaluate",
    "outcomes",
    "seqeval_default",
]
