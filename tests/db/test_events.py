from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from db import events


def test_events_come_newest_first_for_one_project_or_all(store, project):
    with store.writing() as s:
        for number in range(3):
            events.record(s, project_id=None, actor="you", action="a", subject=str(number), after={"文": number})
        assert [event.subject for event in events.recent(s, limit=2)] == ["2", "1"]
        assert events.recent(s, limit=1)[0].after == {"文": 2}
        assert {event.project_id for event in events.recent(s, project.id)} == {project.id}


@pytest.mark.usefixtures("sqlite_only")
@pytest.mark.parametrize("statement", ["DELETE FROM event", "UPDATE event SET actor = 'somebody else'"])
def test_events_are_only_ever_appended(store, project, statement):
    with store.reading() as s:
        before = events.recent(s)
    with pytest.raises(DatabaseError, match="events are only appended"), store.writing() as s:
        s.execute(text(statement))
    with store.reading() as s:
        assert events.recent(s) == before
        assert before


def test_an_event_goes_with_the_change_that_failed(store, project):
    def record_and_break() -> None:
        with store.writing() as s:
            events.record(s, project_id=project.id, actor="you", action="ghost", subject="x")
            raise RuntimeError("halfway")

    with pytest.raises(RuntimeError):
        record_and_break()
    with store.reading() as s:
        assert "ghost" not in {event.action for event in events.recent(s)}
