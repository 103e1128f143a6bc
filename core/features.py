"""Tokens → overlapping windows of model inputs, and the windows' scores → one row of scores a token.

A document of any length becomes windows that each fit the model. Neighbours overlap, so that a token near a seam is
seen with context on both sides, and every token is *owned* by exactly one window: the one in which it stands further
from the edge. Loss, scores and decoding read owned tokens only, so nothing is counted twice and nothing is cut off.

A model works on *pieces* (sub-tokens, or characters); a token is read off at the first of its pieces.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from tokenizers import Tokenizer

from core.characters import character_class, fold, neighbours
from core.errors import InvalidValue, ModelUnusable
from core.tokens import Token

_SURROGATE = re.compile("[\ud800-\udfff]")
TOKENIZER_FILE = "tokenizer.json"
VOCABULARY_FILE = "vocabulary.json"


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One stretch of a document as the model reads it; `unread` counts characters that found no room (mostly 0)."""

    document: int  # index of the document among those encoded
    inputs: dict[str, np.ndarray]  # each (length,) or (length, k), int64
    first: np.ndarray  # (owned,) position in the window of the first piece of each owned token
    tokens: np.ndarray  # (owned,) index of that token in its document
    unread: int = 0

    def __len__(self) -> int:
        """Pieces in the window, special ones included."""
        return len(next(iter(self.inputs.values())))


class InputEncoder(Protocol):
    """Text and its tokens → windows; the same object serves training and prediction."""

    name: str
    max_length: int
    overlap: int

    def windows(self, document: int, text: str, tokens: Sequence[Token]) -> list[Window]:
        """Windows of at most `max_length` pieces that together own every token once; none without tokens."""

    def pad_batch(self, windows: Sequence[Window]) -> dict[str, np.ndarray]:
        """Inputs padded to the longest window, each (batch, length) or (batch, length, k), and `attention_mask`."""

    def unknown_share(self, texts: Iterable[str]) -> float:
        """Share of pieces, 0..1, that the model has never seen; 0.0 for no text."""

    def save(self, folder: Path) -> None:
        """Write the one file from which `load_input_encoder` makes an equal encoder."""


class SubtokenEncoder:
    """Sub-tokens of a Hugging Face fast tokenizer (a `tokenizer.json`), fed with our tokens one by one.

    The file's own truncation and padding are switched off: both would act silently. A token to which the tokenizer
    gives no sub-token (a lone control character, say) becomes the unknown id, so that every token has a place.
    """

    name = "subtoken"

    def __init__(self, tokenizer: Tokenizer, *, max_length: int, overlap: int) -> None:
        _check_window(max_length, overlap)
        self.max_length = max_length
        self.overlap = overlap
        settings = json.loads(tokenizer.to_str())
        self.pad_id = _pad_id(settings, tokenizer)
        self.tokenizer = _without_silent_cuts(settings)
        self.prefix, self.suffix = _special_ids(self.tokenizer)
        self.unknown_id = _unknown_id(settings, self.tokenizer)
        self._stand_in = self.pad_id if self.unknown_id is None else self.unknown_id

    @classmethod
    def from_file(cls, path: Path, *, max_length: int, overlap: int) -> SubtokenEncoder:
        """Read a `tokenizer.json`; raises ModelUnusable when the file is missing or not one."""
        try:
            tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the tokenizers package raises bare Exception
            raise ModelUnusable(f"{path} cannot be read as a tokenizer: {error}") from error
        return cls(tokenizer, max_length=max_length, overlap=overlap)

    def windows(self, document: int, text: str, tokens: Sequence[Token]) -> list[Window]:
        """See InputEncoder.windows; `inputs` holds `input_ids` (length,), special ids included."""
        if not tokens:
            return []
        room = self.max_length - len(self.prefix) - len(self.suffix)
        pieces, sizes, unread = self._pieces([text[token.start : token.end] for token in tokens], room)
        starts = np.concatenate(([0], np.cumsum(sizes)))  # (tokens + 1,) first piece of each token, and the end
        result = []
        for begin, end, own_begin, own_end in _cover(starts, room, self.overlap):
            ids = [*self.prefix, *pieces[starts[begin] : starts[end]], *self.suffix]
            owned = np.arange(own_begin, own_end)  # (owned,)
            first = starts[owned] - starts[begin] + len(self.prefix)  # (owned,)
            lost = sum(unread.get(token, 0) for token in range(own_begin, own_end)) if unread else 0
            result.append(Window(document, {"input_ids": np.asarray(ids, dtype=np.int64)}, first, owned, lost))
        return result

    def _pieces(self, words: list[str], room: int) -> tuple[list[int], np.ndarray, dict[int, int]]:
        """Ids of all words in a row, pieces per word (words,), and the characters unread of words beyond `room`."""
        encoding = self.tokenizer.encode(
            [_encodable(word) for word in words], is_pretokenized=True, add_special_tokens=False
        )
        ids, owners, offsets = encoding.ids, encoding.word_ids, encoding.offsets
        counts = np.bincount(np.asarray(owners, dtype=np.int64), minlength=len(words))  # (words,)
        if counts.min() >= 1 and counts.max() <= room:
            return ids, counts, {}
        pieces: list[int] = []
        unread: dict[int, int] = {}
        place = 0
        for word, count in enumerate(counts):
            kept = min(int(count), room)
            pieces += ids[place : place + kept] if kept else [self._stand_in]
            if count > kept:
                unread[word] = len(words[word]) - offsets[place + kept - 1][1]
            place += int(count)
        return pieces, np.clip(counts, 1, room), unread

    def pad_batch(self, windows: Sequence[Window]) -> dict[str, np.ndarray]:
        """See InputEncoder.pad_batch."""
        return _pad(windows, {"input_ids": self.pad_id})

    def unknown_share(self, texts: Iterable[str]) -> float:
        """See InputEncoder.unknown_share."""
        encodings = self.tokenizer.encode_batch(list(texts), add_special_tokens=False)
        pieces = sum(len(encoding) for encoding in encodings)
        if self.unknown_id is None or not pieces:
            return 0.0
        return sum(encoding.ids.count(self.unknown_id) for encoding in encodings) / pieces

    def save(self, folder: Path) -> None:
        """Write `tokenizer.json`."""
        self.tokenizer.save(str(folder / TOKENIZER_FILE))


class CharacterEncoder:
    """Characters, their two bigrams and their class: what the built-in character tagger reads.

    Inputs are `characters` (length,), `bigrams` (length, 2) with the left and the right neighbour, `classes`
    (length,). Characters are folded (NFKC, lower case, every digit a 0); a run of white space between two tokens
    counts as one space. Id 0 pads, id 1 is unknown. Characters stand by falling frequency, so that those seen once in
    training are the ids from `singleton_start` on.
    """

    name = "character"
    PADDING, UNKNOWN = 0, 1
    CLASSES = 9  # padding and the eight of core.characters

    def __init__(
        self,
        characters: Sequence[str],
        bigrams: Sequence[str],
        *,
        singleton_start: int,
        max_length: int,
        overlap: int,
    ) -> None:
        _check_window(max_length, overlap)
        self.max_length = max_length
        self.overlap = overlap
        self.characters = tuple(characters)
        self.bigrams = tuple(bigrams)
        self.singleton_start = singleton_start
        self._character_ids = {character: number for number, character in enumerate(self.characters, start=2)}
        self._bigram_ids = {bigram: number for number, bigram in enumerate(self.bigrams, start=2)}

    @classmethod
    def build(
        cls, texts: Iterable[str], *, max_length: int, overlap: int, max_bigrams: int = 50_000
    ) -> CharacterEncoder:
        """Vocabulary of `texts`: every character, and the bigrams seen at least twice (the most frequent of them)."""
        characters: Counter[str] = Counter()
        bigrams: Counter[str] = Counter()
        for text in texts:
            folded = [fold(character) for character in " ".join(text.split())]
            characters.update(folded)
            bigrams.update(neighbours(folded))
        by_frequency = sorted(characters, key=lambda character: (-characters[character], character))
        repeated = sorted((b for b, n in bigrams.items() if n > 1), key=lambda bigram: (-bigrams[bigram], bigram))
        singletons = sum(1 for count in characters.values() if count == 1)
        return cls(
            by_frequency,
            repeated[:max_bigrams],
            singleton_start=2 + len(by_frequency) - singletons,
            max_length=max_length,
            overlap=overlap,
        )

    def windows(self, document: int, text: str, tokens: Sequence[Token]) -> list[Window]:
        """See InputEncoder.windows."""
        if not tokens:
            return []
        ends = [*(token.start for token in tokens[1:]), tokens[-1].end]
        # A gap between tokens holds white space only; it is read as one space that ends the token before it.
        words = [
            text[token.start : token.end] + " " * (end > token.end) for token, end in zip(tokens, ends, strict=True)
        ]
        unread = {
            index: len(word) - self.max_length for index, word in enumerate(words) if len(word) > self.max_length
        }
        if unread:
            words = [word[: self.max_length] for word in words]
        columns = self._columns("".join(words))
        starts = np.concatenate(([0], np.cumsum([len(word) for word in words])))  # (tokens + 1,)
        result = []
        for begin, end, own_begin, own_end in _cover(starts, self.max_length, self.overlap):
            inputs = {name: column[starts[begin] : starts[end]] for name, column in columns.items()}
            owned = np.arange(own_begin, own_end)  # (owned,)
            lost = sum(unread.get(token, 0) for token in range(own_begin, own_end)) if unread else 0
            result.append(Window(document, inputs, starts[owned] - starts[begin], owned, lost))
        return result

    def _columns(self, text: str) -> dict[str, np.ndarray]:
        """Ids of every character of `text`: characters (n,), bigrams (n, 2), classes (n,)."""
        folded = [fold(character) for character in text]
        pairs = [self._bigram_ids.get(pair, self.UNKNOWN) for pair in neighbours(folded)]  # n + 1 of them
        return {
            "characters": np.array([self._character_ids.get(c, self.UNKNOWN) for c in folded], dtype=np.int64),
            "bigrams": np.array([pairs[:-1], pairs[1:]], dtype=np.int64).T,
            "classes": np.array([character_class(character) for character in text], dtype=np.int64),
        }

    def pad_batch(self, windows: Sequence[Window]) -> dict[str, np.ndarray]:
        """See InputEncoder.pad_batch."""
        return _pad(windows, {})

    def unknown_share(self, texts: Iterable[str]) -> float:
        """See InputEncoder.unknown_share."""
        folded = [fold(character) for text in texts for character in text if not character.isspace()]
        if not folded:
            return 0.0
        return sum(character not in self._character_ids for character in folded) / len(folded)

    def save(self, folder: Path) -> None:
        """Write `vocabulary.json`."""
        content = {
            "characters": self.characters,
            "bigrams": self.bigrams,
            "singleton_start": self.singleton_start,
        }
        (folder / VOCABULARY_FILE).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def load_input_encoder(folder: Path, *, max_length: int, overlap: int) -> InputEncoder:
    """The encoder whose file lies in `folder`; raises ModelUnusable when there is none or it cannot be read."""
    if (folder / TOKENIZER_FILE).is_file():
        return SubtokenEncoder.from_file(folder / TOKENIZER_FILE, max_length=max_length, overlap=overlap)
    path = folder / VOCABULARY_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return CharacterEncoder(
            content["characters"],
            content["bigrams"],
            singleton_start=content["singleton_start"],
            max_length=max_length,
            overlap=overlap,
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable(
            f"{folder} holds neither a {TOKENIZER_FILE} nor a readable {VOCABULARY_FILE} ({error}); train again."
        ) from error


def merge(window_scores: Iterable[tuple[Window, np.ndarray]], token_count: int, *, tags: int = 0) -> np.ndarray:
    """One row of scores a token, (tokens, tags), from each window's scores (length, tags) of ONE document.

    Scores of padding after the window's end are ignored. A text without tokens has no window: it gives (0, `tags`).
    Raises InvalidValue when a token is owned by no window.
    """
    merged: np.ndarray | None = None  # (tokens, tags)
    seen = np.zeros(token_count, dtype=bool)  # (tokens,)
    for window, scores in window_scores:
        if merged is None:
            merged = np.zeros((token_count, scores.shape[-1]), dtype=scores.dtype)
        merged[window.tokens] = scores[window.first]
        seen[window.tokens] = True
    if not seen.all():
        raise InvalidValue(f"{int((~seen).sum())} of {token_count} tokens belong to no window; pass all windows.")
    return np.zeros((0, tags)) if merged is None else merged


def _cover(starts: np.ndarray, room: int, overlap: int) -> Iterable[tuple[int, int, int, int]]:
    """Windows as (begin, end, own_begin, own_end) in tokens; `starts` is (tokens + 1,) in pieces, each token <= room.

    A window takes as many whole tokens as fit. The next one starts as many pieces back as `overlap` allows, but never
    so far back that it could not hold the token that follows: so each window reaches further than the one before.
    Two neighbours share their overlap at its middle, where a token has equal context in both; a window for which long
    tokens around it leave nothing to own is left out.
    """
    count = len(starts) - 1
    begin = own_begin = 0
    while True:
        end = int(np.searchsorted(starts, starts[begin] + room, side="right")) - 1
        if end >= count:
            yield begin, count, own_begin, count
            return
        earliest = max(starts[end] - overlap, starts[end + 1] - room)
        following = int(np.searchsorted(starts, earliest, side="left"))
        cut = int(np.searchsorted(starts, (starts[following] + starts[end]) / 2, side="left"))
        if cut > own_begin:
            yield begin, end, own_begin, cut
        begin, own_begin = following, cut


def _pad(windows: Sequence[Window], pad_values: dict[str, int]) -> dict[str, np.ndarray]:
    """Each input of the windows stacked as (batch, longest, …) int64, padded with 0 or its own value."""
    longest = max(len(window) for window in windows)
    batch: dict[str, np.ndarray] = {}
    for name, example in windows[0].inputs.items():
        shape = (len(windows), longest, *example.shape[1:])
        padded = np.full(shape, pad_values.get(name, 0), dtype=np.int64)  # (batch, longest, …)
        for row, window in enumerate(windows):
            padded[row, : len(window)] = window.inputs[name]
        batch[name] = padded
    lengths = np.array([len(window) for window in windows])  # (batch,)
    batch["attention_mask"] = (np.arange(longest) < lengths[:, None]).astype(np.int64)  # (batch, longest)
    return batch


def _encodable(word: str) -> str:
    """`word` with the replacement character for each lone surrogate, which no tokenizer takes; offsets stay."""
    return word if word.isascii() else _SURROGATE.sub("\ufffd", word)


def _check_window(max_length: int, overlap: int) -> None:
    if max_length < 8 or not 0 <= overlap <= max_length // 2:
        raise InvalidValue(
            f"A window needs at least 8 pieces and an overlap of at most half of them; "
            f"max_length is {max_length}, overlap {overlap}."
        )


def _without_silent_cuts(settings: dict[str, Any]) -> Tokenizer:
    """The tokenizer without truncation and padding; a byte-level one puts a space before each token."""

    def add_prefix_space(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "ByteLevel":
                part["add_prefix_space"] = True
            for value in part.values():
                add_prefix_space(value)
        elif isinstance(part, list):
            for value in part:
                add_prefix_space(value)

    add_prefix_space(settings.get("pre_tokenizer"))
    return Tokenizer.from_str(json.dumps(settings | {"truncation": None, "padding": None}))


def _special_ids(tokenizer: Tokenizer) -> tuple[list[int], list[int]]:
    """Ids that the tokenizer puts before and after one text, such as [CLS] and [SEP]."""
    plain = len(tokenizer.encode(["a"], is_pretokenized=True, add_special_tokens=False))
    encoding = tokenizer.encode(["a"], is_pretokenized=True, add_special_tokens=True)
    mask = encoding.special_tokens_mask
    before = mask.index(0) if plain else len(mask)
    return encoding.ids[:before], encoding.ids[before + plain :]


def _pad_id(settings: dict[str, Any], tokenizer: Tokenizer) -> int:
    if settings.get("padding"):
        return int(settings["padding"]["pad_id"])
    known = (tokenizer.token_to_id(name) for name in ("[PAD]", "<pad>"))
    return next((number for number in known if number is not None), 0)


def _unknown_id(settings: dict[str, Any], tokenizer: Tokenizer) -> int | None:
    """Id of the unknown piece; None for a vocabulary that knows every byte and has none."""
    model = settings["model"]
    if model.get("unk_id") is not None:
        return int(model["unk_id"])
    names = (model.get("unk_token"), "[UNK]", "<unk>")
    known = (tokenizer.token_to_id(name) for name in names if name)
    return next((number for number in known if number is not None), None)
