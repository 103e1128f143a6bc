"""POST /api/v1/predict: texts in, scored spans out, by the same predictor that the Demo screen uses.

    {"texts": ["…", "…"], "model": "name or id"}        "text": "…" for a single one; "model" defaults to the newest

Answers 404 for an unknown model, 413 above a limit, 415 unless JSON is sent, 422 for anything else that is wrong,
each with the reason, the limit and the way out. Text is neither stored nor logged.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse

from api.asking import Refused, body_of, parsed
from core.errors import TagloopError
from core.inference.answer import answer_of
from core.inference.loaded import predictor
from db import models
from db.models import Model
from ui.process import model_folder, store

MAX_BODY_BYTES = 2_000_000
MAX_TEXTS = 256
MAX_CHARACTERS = 200_000
# One model call uses all cores it is given; a second at the same time would only make both slower.
_turns = anyio.CapacityLimiter(2)


@dataclass(frozen=True, slots=True)
class Question:
    """A checked request."""

    texts: tuple[str, ...]
    model: str | None

    @classmethod
    def parse(cls, body: bytes) -> Question:
        """Check the body of a request; raises Refused."""
        value = parsed(body)
        if not isinstance(value, dict):
            raise Refused(422, 'The body must be a JSON object such as {"texts": ["…"]}.')
        unknown = sorted(set(value) - {"text", "texts", "model"})
        if unknown:
            raise Refused(422, f"Unknown field {unknown[0]!r}; known are text, texts and model.")
        if ("text" in value) == ("texts" in value):
            raise Refused(422, 'Give either "text" (a string) or "texts" (a list of strings).')
        texts = [value["text"]] if "text" in value else value["texts"]
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise Refused(422, '"text" is a string and "texts" a list of strings.')
        if len(texts) > MAX_TEXTS:
            raise Refused(413, f"{len(texts):,} texts in one request; at most {MAX_TEXTS}. Send several requests.")
        total = sum(len(text) for text in texts)
        if total > MAX_CHARACTERS:
            raise Refused(413, f"{total:,} characters in one request; at most {MAX_CHARACTERS:,}. Send several.")
        if any("\ud800" <= character <= "\udfff" for text in texts for character in text):
            raise Refused(422, "A text holds half of a surrogate pair, which is not a character.")
        model = value.get("model")
        if model is not None and not (isinstance(model, str | int) and not isinstance(model, bool)):
            raise Refused(422, '"model" is the name or the id of a published model.')
        return cls(tuple(texts), None if model is None else str(model))


def find_model(name: str | None) -> Model:
    """The published model with this id or name, or the newest; raises Refused for none and for several."""
    with store().reading() as session:
        published = models.list_models(session)
    if not published:
        raise Refused(404, "No model has been published yet. Train one on the Train screen.")
    if name is None:
        return max(published, key=lambda model: model.id)
    # The same name may stand in several projects ("Run 1" does), an id never.
    found = [m for m in published if str(m.id) == name] or [m for m in published if m.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(str(model.id) for model in found[:8])
        raise Refused(422, f"{len(found)} models of several projects are named {name!r}; give an id: {ids}.")
    known = ", ".join(model.name for model in published[:8])
    raise Refused(404, f"There is no model {name!r}. Published: {known}.")


def answer(question: Question) -> dict[str, Any]:
    """Predict and put into words for JSON; offsets are half-open code points."""
    model = find_model(question.model)
    loaded = predictor(model_folder(model.folder))
    began = time.perf_counter()  # the time of the model, not of reading it from the disk the first time
    found = loaded.predict(question.texts)
    results = [answer_of(text, spans) for text, spans in zip(question.texts, found, strict=True)]
    milliseconds = round(1000 * (time.perf_counter() - began), 1)
    return {"model": {"id": model.id, "name": model.name}, "milliseconds": milliseconds, "results": results}


async def predict(request: Request) -> JSONResponse:
    """The route: check, predict in a thread, answer."""
    try:
        question = Question.parse(await body_of(request, MAX_BODY_BYTES))
        return JSONResponse(await anyio.to_thread.run_sync(answer, question, limiter=_turns))
    except Refused as refused:
        return JSONResponse({"error": str(refused)}, status_code=refused.status)
    except TagloopError as error:
        return JSONResponse({"error": str(error)}, status_code=503)
