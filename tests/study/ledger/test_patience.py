"""Waiting for a database that is away: what may work later is done again, what may not ends the search."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from nas.database_url import parse
from nas.errors import SearchError
from nas.study.ledger import patience
from nas.study.ledger.patience import Patience

AWAY = OperationalError("select 1", {}, Exception("server closed the connection"))
BROKEN = OperationalError("select 1", {}, Exception("database disk image is malformed"))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Time passes while one sleeps, and in no other way."""
    clock = SimpleNamespace(now=100.0, slept=[])

    def sleep(seconds: float) -> None:
        clock.now += seconds
        clock.slept.append(seconds)

    monkeypatch.setattr(patience, "time", SimpleNamespace(monotonic=lambda: clock.now, sleep=sleep))
    return clock


def waiting(seconds: float = 60.0) -> Patience:
    database = SimpleNamespace(where=parse("postgresql://me@h/db"))
    return Patience(database, seconds=seconds, resume="nas resume mine")  # type: ignore[arg-type]


def failing(times: int, error: Exception = AWAY):
    """Fails so many times, then gives how often it was tried."""
    tries = []

    def action() -> int:
        tries.append(1)
        if len(tries) <= times:
            raise error
        return len(tries)

    return action


def test_what_fails_while_the_database_is_away_is_done_again_until_it_works(clock, caplog):
    assert waiting()(failing(4)) == 5
    assert clock.slept == [0.1, 0.2, 0.5, 1.0]
    assert [text.partition(" (")[0][-9:] for text in caplog.messages] == ["reach it?", "after 2 s"]


def test_nothing_is_said_or_waited_for_where_nothing_fails(clock, caplog):
    caplog.set_level(logging.INFO)
    assert waiting()(failing(0)) == 1
    assert (clock.slept, caplog.messages) == ([], [])


def test_from_the_second_time_on_it_is_looked_whether_the_first_was_written(clock):
    done = []

    def first() -> str:
        done.append("first")
        raise AWAY

    assert waiting()(first, lambda: "found") == "found"
    assert done == ["first"]


def test_a_database_that_stays_away_ends_the_search_with_the_command_that_goes_on(clock):
    with pytest.raises(SearchError, match=r"was away for 3 s\. What was finished is kept; when it is back: nas resume mine$"):
        waiting(3.0)(failing(1000))
    assert 3.0 < sum(clock.slept) <= 3.0 + max(patience.PAUSES)


def test_what_will_not_work_later_is_not_waited_for(clock):
    with pytest.raises(SearchError, match=r"malformed; restore it from a copy; then go on with: nas resume mine"):
        waiting()(failing(1, BROKEN))
    assert clock.slept == []
