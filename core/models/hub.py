"""Fetching a base encoder from a Hugging Face hub: only what is needed, checked beforehand. Free of torch."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from core.errors import EncoderUnavailable

ANSWER_SECONDS = 10.0
_WAY_OUT = "Give a local folder or choose the built-in."
_SMALL_FILES = ("config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors.index.json")


def fetch(base: str, *, endpoint: str | None = None) -> Path:
    """The folder of the hub encoder `base` in the local cache, downloaded where need be.

    One question with a limit of ten seconds comes first, so an unreachable hub is said at once. Raises
    EncoderUnavailable: no hub, no such model, weights only as a pickle, no fast tokenizer.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
    )

    try:
        cached = Path(snapshot_download(base, local_files_only=True))
    except LocalEntryNotFoundError:
        cached = None
    except HFValidationError as reason:
        raise EncoderUnavailable(
            f"{base!r} is neither a model id (like name/model) nor a folder. {_WAY_OUT}"
        ) from reason
    if cached is not None and _is_whole(cached):
        return cached
    try:
        info = HfApi(endpoint=endpoint).model_info(base, timeout=ANSWER_SECONDS)
    except GatedRepoError as reason:
        raise EncoderUnavailable(f"{base} asks for an agreement on its hub page first. {_WAY_OUT}") from reason
    except RepositoryNotFoundError as reason:
        raise EncoderUnavailable(f"The hub has no model {base}, or it is private. {_WAY_OUT}") from reason
    except Exception as reason:  # the client has changed its HTTP package, and with it its exceptions, twice
        raise EncoderUnavailable(f"No model hub can be reached for {base} ({reason}). {_WAY_OUT}") from reason
    names = [file.rfilename for file in info.siblings or () if "/" not in file.rfilename]
    if (lack := _missing(names)) is not None:
        raise EncoderUnavailable(f"{base} {lack}. {_WAY_OUT}")
    wanted = [name for name in names if name in _SMALL_FILES or name.endswith(".safetensors")]
    try:
        return Path(snapshot_download(base, allow_patterns=wanted, endpoint=endpoint))
    except Exception as reason:  # as above
        raise EncoderUnavailable(f"The download of {base} broke off ({reason}). Try again. {_WAY_OUT}") from reason


def _is_whole(folder: Path) -> bool:
    """False for what an interrupted download left: weights in several files come with an index that names them all."""
    names = {path.name for path in folder.iterdir()}
    index = folder / "model.safetensors.index.json"
    shards = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values() if index.name in names else ()
    return _missing(names) is None and names.issuperset(shards)


def _missing(names: Iterable[str]) -> str | None:
    """What keeps a set of file names from being an encoder that is loaded here; None when all is there."""
    present = set(names)
    if "config.json" not in present:
        return "has no config.json"
    if not any(name.endswith(".safetensors") for name in present):
        return "has its weights only as a pickle, which can run code and is never loaded"
    return None if "tokenizer.json" in present else "has no fast tokenizer (tokenizer.json)"
