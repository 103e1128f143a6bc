"""Everything Tagloop raises on purpose.

TagloopError
├── InvalidValue            a value outside its limits (also a ValueError)
│   ├── InvalidSpan         offsets or label that cannot be
│   └── InvalidConfig       a training setting, or two that exclude each other
├── FormatError             a file that cannot be read, with its line
├── EncoderUnavailable      a base encoder that cannot be had from here
├── ModelUnusable           a model folder that is incomplete, altered or of another version
├── TrainingInterrupted     asked to stop; the last checkpoint is kept
├── OutOfMemory             the device cannot hold the batch
├── TrainingDiverged        the loss is no number any more
├── StoreError
│   ├── NotFound            no row with this id
│   ├── Conflict            refused by a rule of the store (a name taken, a label in use)
│   └── StaleRevision       somebody saved in between; both versions are in hand
└── JobError                a change of state that a job does not allow

A message holds the value, the limit and the way out.
"""

from __future__ import annotations

from typing import Any


class TagloopError(Exception):
    """Base of all errors that are meant for a person to read."""


class InvalidValue(TagloopError, ValueError):
    """A value is outside its limits."""


class InvalidSpan(InvalidValue):
    """A span's offsets or label cannot be."""


class InvalidConfig(InvalidValue):
    """A training setting is out of bounds, or two settings exclude each other."""


class FormatError(TagloopError):
    """A file cannot be read as the format it was said or found to be."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason if line is None else f"Line {line:,}: {reason}")


class EncoderUnavailable(TagloopError):
    """A base encoder cannot be loaded from where this process runs."""


class ModelUnusable(TagloopError):
    """A model folder is incomplete, altered, or written by an incompatible version."""


class TrainingInterrupted(TagloopError):
    """Training was asked to stop; its last checkpoint is kept and can be resumed."""


class OutOfMemory(TagloopError):
    """The device could not hold a batch."""


class TrainingDiverged(TagloopError):
    """The loss became infinite or no number; the weights are lost from there on."""


class StoreError(TagloopError):
    """Base of errors of the store."""


class NotFound(StoreError):
    """No row has this id."""


class Conflict(StoreError):
    """A rule of the store refuses the change."""


class StaleRevision(StoreError):
    """An annotation was saved by somebody else in between; nothing was overwritten.

    `current` is the annotation as it now stands in the store, `submitted` the spans that were refused.
    """

    def __init__(self, message: str, *, current: Any, submitted: Any) -> None:
        self.current = current
        self.submitted = submitted
        super().__init__(message)


class JobError(TagloopError):
    """A job cannot go from its state to the one asked for."""
