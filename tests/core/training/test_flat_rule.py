"""Of overlapping spans one is learned: the rule reaches the examples, the ledger and what a checkpoint is of."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from core.documents import Document, Span
from core.errors import InvalidConfig
from core.training import Ledger, TrainingConfig, train
from core.training.loop import fingerprint_of
from tests.core.training.toy import toy_config, toy_documents

NESTED = Document("Anna Weber works for Bank of England", (Span(21, 36, "PER"), Span(29, 36, "LOC")), id="nested")


@pytest.mark.parametrize(("rule", "lost"), [("outermost", "LOC"), ("innermost", "PER"), ("first", "LOC")])
def test_the_ledger_says_by_which_rule_which_span_is_not_learned_from(tiny_encoder: Path, tmp_path: Path, rule, lost):
    config = toy_config(tiny_encoder, epochs=1, flat_rule=rule)
    ledger = train(config, [*toy_documents(4), NESTED], toy_documents(2, seed=1), tmp_path).ledger
    assert [(name, item.span.label, item.reason) for name, item in ledger.unrepresented] == [
        ("nested", lost, "overlaps another span")
    ]
    assert f"Of spans that overlap, the {rule} is learned." in ledger.describe()
    assert Ledger.from_json(json.loads(json.dumps(ledger.to_json()))) == ledger
    older = {name: value for name, value in ledger.to_json().items() if name != "flat_rule"}
    assert Ledger.from_json(older).flat_rule == "outermost"


def test_a_checkpoint_is_of_one_rule_and_one_from_before_there_were_rules_still_goes_on():
    def config(rule: str) -> TrainingConfig:
        return TrainingConfig(base="char-bilstm-crf", language="en", flat_rule=rule)

    marks = {rule: fingerprint_of(config(rule), [NESTED], []) for rule in ("outermost", "innermost", "first")}
    assert len(set(marks.values())) == 3
    ignored = ("checkpoint_seconds", "device", "threads", "flat_rule")
    settings = {name: value for name, value in config("outermost").to_json().items() if name not in ignored}
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode())
    digest.update(json.dumps([NESTED.text, [[21, 36, "PER"], [29, 36, "LOC"]]]).encode() + b"\n\n")
    assert marks["outermost"] == digest.hexdigest()


def test_a_rule_that_does_not_exist_is_refused():
    with pytest.raises(InvalidConfig, match="flat_rule is one of outermost, innermost, first, not 'longest'"):
        TrainingConfig(base="char-bilstm-crf", language="en", flat_rule="longest")
