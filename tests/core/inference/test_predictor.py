from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents import Document
from core.errors import InvalidValue, ModelUnusable
from core.features import merge
from core.inference import predictor as predicting
from core.inference.decoding import decode, tagged_spans
from core.inference.predictor import Predictor
from core.models.folder import load_tagger
from core.models.manifest import read_manifest, sha256, write_manifest
from core.tokens import tokenize
from tests.core.made_models import CHINESE, ENGLISH, LABELS
from tests.core.mixed_text import mixed_text


@pytest.fixture(params=["encoder", "character"])
def model(request) -> Path:
    return request.getfixturevalue(f"{request.param}_model")


@pytest.fixture
def predictor(model) -> Predictor:
    return Predictor.load(model, threads=1)


TEXTS = (ENGLISH, "", CHINESE, " \t\n\u3000", ENGLISH * 8, "a", "人", CHINESE * 5 + ENGLISH, "\u200d\u0301", "😀🇩🇪")


def test_spans_are_those_of_torch_the_same_windows_and_the_same_decoder(model, predictor):
    tagger, encoder, manifest = load_tagger(model)
    crf = manifest.crf
    own = () if crf is None else (np.array(crf.transitions), np.array(crf.start), np.array(crf.end))
    found = predictor.predict(TEXTS)
    for text, spans in zip(TEXTS, found, strict=True):
        tokens = tokenize(text, manifest.language)
        parts = []
        for window in encoder.windows(0, text, tokens):
            batch = {name: torch.from_numpy(values) for name, values in encoder.pad_batch([window]).items()}
            with torch.no_grad():
                parts.append((window, tagger(batch)[0].numpy()))
        scores = merge(parts, len(tokens), tags=len(manifest.tags))
        tags, probabilities = decode(scores, manifest.label_set, *own)
        expected = tagged_spans(tags, probabilities, tokens)
        assert spans == expected
        assert [s.score for s in spans] == pytest.approx([s.score for s in expected], abs=1e-3)
    assert any(found), "random weights ought to find something"


def test_empty_texts_have_no_span_and_an_empty_list_no_answer(predictor):
    assert predictor.predict([]) == []
    assert predictor.predict(["", " ", "\n\u00a0\u3000"]) == [[], [], []]


@given(st.lists(mixed_text, max_size=6))
@settings(max_examples=40)
def test_answers_come_in_order_whatever_the_company(encoder_model, texts):
    predictor = loaded(encoder_model)
    together = predictor.predict(texts)
    for text, spans in zip(texts, together, strict=True):
        (alone,) = predictor.predict([text])
        assert spans == alone
        document = Document(text, spans)
        tokens = tokenize(text, predictor.language)
        starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
        for span in document.spans:
            assert span.start in starts
            assert span.end in ends
            assert span.label in LABELS
            assert 0 <= span.score <= 1
        assert all(a.end <= b.start for a, b in zip(document.spans, document.spans[1:], strict=False))


_LOADED: dict[Path, Predictor] = {}


def loaded(folder: Path) -> Predictor:
    if folder not in _LOADED:
        _LOADED[folder] = Predictor.load(folder, threads=1)
    return _LOADED[folder]


def test_small_batches_and_small_chunks_change_nothing(predictor, monkeypatch):
    expected = predictor.predict(TEXTS)
    monkeypatch.setattr(predicting, "BATCH_PIECES", 1)
    monkeypatch.setattr(predicting, "CHUNK", 3)
    assert predictor.predict(TEXTS) == expected


def test_a_text_of_100_000_characters_is_read_to_its_end(predictor):
    unit = ENGLISH if predictor.language == "en" else CHINESE
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    (spans,) = predictor.predict([text])
    assert spans[-1].end > 99_000
    assert Document(text, spans).spans == tuple(spans)


def test_half_a_surrogate_pair_a_nul_and_controls_are_survived_and_offsets_stay(predictor):
    hostile = "Anna \ud83d lives\x00 in \udc00 Paris \x07 北京\ufffe."
    (spans,) = predictor.predict([hostile])
    assert predictor.predict([hostile.replace("\ud83d", "\ufffd").replace("\udc00", "\ufffd")]) == [spans]
    assert all(span.end <= len(hostile) for span in spans)


def test_what_is_no_list_of_texts_is_refused(predictor):
    with pytest.raises(InvalidValue, match="put the one text into a list"):
        predictor.predict("Anna")
    with pytest.raises(InvalidValue, match="not bytes"):
        predictor.predict([b"Anna"])


def test_threads_that_predict_at_once_get_their_own_answers(predictor):
    texts = [ENGLISH[i:] + CHINESE[:i] for i in range(24)]
    expected = predictor.predict(texts)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: predictor.predict([text])[0], texts)) == expected


def test_the_predictor_says_what_it_is(model, predictor):
    assert predictor.labels.names == LABELS
    assert predictor.manifest == read_manifest(model)
    assert predictor.language == predictor.manifest.language


def test_prediction_loads_neither_torch_nor_transformers(model):
    code = (
        "import sys; from pathlib import Path; from core.inference.predictor import Predictor;"
        f"spans = Predictor.load(Path({str(model)!r})).predict(['Anna visits Paris. 北京的苹果公司']);"
        "import core.inference.loaded; loaded = {name.split('.')[0] for name in sys.modules};"
        "assert not {'torch', 'transformers', 'onnx', 'streamlit', 'sqlalchemy'} & loaded, loaded; print(len(spans))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "1"


def test_a_folder_that_is_incomplete_or_altered_is_not_loaded(model, tmp_path):
    folder = Path(shutil.copytree(model, tmp_path / "copy"))
    with (folder / "model.onnx").open("r+b") as stream:
        stream.seek(1000)
        stream.write(b"\xff\xff\xff")
    with pytest.raises(ModelUnusable, match=r"model\.onnx was altered"):
        Predictor.load(folder)
    (folder / "model.onnx").write_bytes(b"not a graph")
    rehash(folder, "model.onnx")
    with pytest.raises(ModelUnusable, match=r"model\.onnx cannot be loaded"):
        Predictor.load(folder)
    (folder / "tagger.json").unlink()
    with pytest.raises(ModelUnusable, match="not a model folder"):
        Predictor.load(folder)


def test_labels_that_do_not_fit_the_network_are_noticed_at_loading(encoder_model, tmp_path):
    folder = Path(shutil.copytree(encoder_model, tmp_path / "copy"))
    write_manifest(folder, dataclasses.replace(read_manifest(folder), labels=("PER", "ORG"), tags=()))
    with pytest.raises(ModelUnusable, match="scores 7 tags, the manifest names 5"):
        Predictor.load(folder)


def test_a_network_of_another_kind_is_noticed_at_loading(encoder_model, character_model, tmp_path):
    folder = Path(shutil.copytree(encoder_model, tmp_path / "copy"))
    shutil.copy(character_model / "model.onnx", folder / "model.onnx")
    rehash(folder, "model.onnx")
    with pytest.raises(ModelUnusable, match="does not take its encoder's inputs"):
        Predictor.load(folder)


def rehash(folder: Path, name: str) -> None:
    manifest = read_manifest(folder, check_files=False)
    files = {**manifest.files, name: sha256(folder / name)}
    write_manifest(folder, dataclasses.replace(manifest, files=files))
