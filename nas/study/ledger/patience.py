"""Waiting for a database that is away, so that a restart of a server does not end a search of days."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from optuna.exceptions import StorageInternalError
from sqlalchemy.exc import SQLAlchemyError

from nas.errors import SearchError
from nas.study.ledger.database import Database, explained, is_away

T = TypeVar("T")
SECONDS = 60.0  # that a database may be away
PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0)  # between tries; the last one again and again
_log = logging.getLogger("nas")  # to standard error, unless somebody says otherwise


class Patience:
    """Does something with a database, again and again while that is away.

    Whether the last try before an outage was written cannot be known: its connection may have broken before or after.
    So what is done must be harmless when it is done twice, or `again` is what is done from the second time on.
    """

    def __init__(self, database: Database, *, seconds: float = SECONDS, resume: str = "nas resume RUN") -> None:
        self._database, self._seconds, self._resume = database, seconds, resume

    def __call__(self, action: Callable[[], T], again: Callable[[], T] | None = None) -> T:
        began: float | None = None
        tries = 0
        while True:
            try:
                found = action() if tries == 0 or again is None else again()
            except (SQLAlchemyError, StorageInternalError) as error:
                said = explained(self._database.where, error)
                if not is_away(error):
                    raise SearchError(f"{said}; then go on with: {self._resume}") from None
                began = self._wait(began, tries, said)
                tries += 1
            else:
                if began is not None:
                    _log.warning("the database is back after %.0f s", time.monotonic() - began)
                return found

    def _wait(self, began: float | None, tries: int, said: Exception) -> float:
        """Sleep before the next try; gives when the waiting began."""
        now = time.monotonic()
        if began is None:
            _log.warning("%s (waiting up to %.0f s)", said, self._seconds)
        elif now - began > self._seconds:
            raise SearchError(
                f"{said}; it was away for {self._seconds:.0f} s. What was finished is kept; when it is back: {self._resume}"
            ) from None
        time.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
        return now if began is None else began
