"""Who works here. Until there is sign-in, one account: "you"."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotFound
from db import schema

YOU = "you"


def account_id(s: Session, name: str) -> int:
    """The id of the account called `name`; raises NotFound with the names there are.

    A session asks once: an account keeps its id, and a change of many documents would ask thousands of times.
    """
    known: dict[str, int] = s.info.setdefault("accounts", {})
    if name in known:
        return known[name]
    found = s.scalar(select(schema.Account.id).where(schema.Account.name == name))
    if found is None:
        names = s.scalars(select(schema.Account.name).order_by(schema.Account.name).limit(10))
        raise NotFound(f"There is no account named {name!r}; there is: {', '.join(names)}.")
    known[name] = found
    return found
