"""Fetching a base encoder from a Hugging Face hub: only what is needed, checked beforehand. Free of torch."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.errors import EncoderUnavailable

ANSWER_SECONDS = 10.0
_WAY_OUT = "Give a local folder or choose the built-in."
_FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors.index.json", "*.safetensors"]
_WANTED: dict[str, Any] = {"allow_patterns": _FILES, "ignore_patterns": ["*/*"]}


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
        cached = Path(snapshot_download(base, local_files_only=True, **_WANTED))
    except LocalEntryNotFoundError:
        cached = None
    except HFValidationError as reason:
        raise EncoderUnavailable(
            f"{base!r} is neither a model id (like name/model) nor a folder. {_WAY_OUT}"
        ) from reason
    if cached is not None and _missing(path.name for path in cached.iterdir()) is None:
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
    try:
        return Path(snapshot_download(base, endpoint=endpoint, **_WANTED))
    except Exception as reason:  # as above
        raise EncoderUnavailable(f"The download of {base} broke off ({reason}). Try again. {_WAY_OUT}") from reason


def _missing(names: Iterable[str]) -> str | None:
    """What keeps a set of file names from being an encoder that is loaded here; None when all is there."""
    present = set(names)
    if "config.json" not in present:
        return "has no config.json"
    if not any(name.endswith(".safetensors") for name in present):
        return "has its weights only as a pickle, which can run code and is never loaded"
    return None if "tokenizer.json" in present else "has no fast tokenizer (tokenizer.json)"
