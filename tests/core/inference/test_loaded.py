from __future__ import annotations

import os
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import InvalidValue, ModelUnusable
from core.inference import loaded as loading
from core.inference.loaded import LoadedPredictors
from core.inference.predictor import Predictor


@pytest.fixture
def folders(character_model, tmp_path) -> list[Path]:
    return [Path(shutil.copytree(character_model, tmp_path / f"model-{number}")) for number in range(3)]


@pytest.fixture
def loads(monkeypatch) -> list[Path]:
    """The folders that are loaded, in order; loading itself is the real one."""
    seen: list[Path] = []
    real = Predictor.load

    def counted(folder, *, threads=None):
        seen.append(folder)
        return real(folder, threads=threads)

    monkeypatch.setattr(loading.Predictor, "load", counted)
    return seen


def test_a_folder_is_loaded_once_and_found_by_any_of_its_names(folders, loads):
    cache = LoadedPredictors(threads=1)
    first = cache.get(folders[0])
    assert cache.get(folders[0] / ".." / folders[0].name) is first
    assert loads == [folders[0]]


def test_callers_at_the_same_time_share_one_load(folders, loads):
    cache = LoadedPredictors(threads=1)
    barrier = threading.Barrier(8)

    def ask(_: int) -> Predictor:
        barrier.wait()
        return cache.get(folders[0])

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert len({id(answer) for answer in answers}) == 1
    assert loads == [folders[0]]


def test_the_longest_unused_is_given_up_first(folders, loads):
    cache = LoadedPredictors(max_entries=2, threads=1)
    a, b, c = folders
    for folder in (a, b, a, c, a, b):
        cache.get(folder)
    assert loads == [a, b, c, b]
    assert len(cache) == 2


def test_a_failed_load_is_told_to_its_callers_and_tried_again(folders, loads):
    cache = LoadedPredictors(threads=1)
    graph = (folders[0] / "model.onnx").read_bytes()
    (folders[0] / "model.onnx").write_bytes(b"broken")
    with pytest.raises(ModelUnusable, match="altered"):
        cache.get(folders[0])
    assert len(cache) == 0
    (folders[0] / "model.onnx").write_bytes(graph)
    assert cache.get(folders[0]).predict(["北京"])
    assert len(loads) == 2


def test_a_folder_that_was_replaced_is_another_model(folders, loads):
    cache = LoadedPredictors(threads=1)
    before = cache.get(folders[0])
    os.utime(folders[0] / "tagger.json", ns=(1, 1))
    assert cache.get(folders[0]) is not before


def test_a_forgotten_folder_is_loaded_anew_and_a_missing_one_is_said(folders, loads, tmp_path):
    cache = LoadedPredictors(threads=1)
    before = cache.get(folders[0])
    cache.forget(folders[0])
    assert len(cache) == 0
    assert cache.get(folders[0]) is not before
    with pytest.raises(ModelUnusable, match="not a model folder"):
        cache.get(tmp_path / "nothing")
    with pytest.raises(InvalidValue, match="max_entries is 0"):
        LoadedPredictors(0)


def test_the_shared_cache_gives_the_process_one_predictor(folders):
    assert loading.predictor(folders[0]) is loading.predictor(folders[0])
