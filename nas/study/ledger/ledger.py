"""Where Optuna keeps the rows of a study: a journal in the run's folder, or a database; made, opened, written together.

Every write of a store goes through `patiently`, which waits for a database that is away, and those that belong together
through `together`: one flush of a file, one transaction of a database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import optuna
from optuna.exceptions import DuplicatedStudyError, StorageInternalError
from sqlalchemy.exc import SQLAlchemyError

from nas.database_url import DatabaseUrl
from nas.errors import RunError
from nas.space.settings import Direction
from nas.study.ledger.database import Database, connect, explained
from nas.study.ledger.journal import journal
from nas.study.ledger.patience import SECONDS, Patience

T = TypeVar("T")
Location = Path | DatabaseUrl  # of a study: its journal, or its database with its name
STUDY = "search"  # what a study is called in its own journal


@contextmanager
def quiet() -> Iterator[None]:
    """Without Optuna's line for each study that is made."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def at_once(action: Callable[[], T], again: Callable[[], T] | None = None) -> T:
    """A file is there or not: nothing is tried twice."""
    return action()


@dataclass(frozen=True)
class Ledger:
    """An open study."""

    study: optuna.Study
    together: Callable[[], AbstractContextManager[None]]
    patiently: Callable[..., Any] = at_once
    owned: Callable[[], AbstractContextManager[None]] = nullcontext  # while this process drives it; refused to a second
    driver: Callable[[], str | None] = lambda: None  # who does, where the study itself knows
    url: DatabaseUrl | None = None

    def waiting(self, *, resume: str) -> Ledger:
        """The same, and a database that is away is waited for; `resume`: the command that goes on after that was too long."""
        database = getattr(self.study._storage, "_backend", None)
        if not isinstance(database, Database):
            return self
        return replace(self, patiently=Patience(database, seconds=SECONDS, resume=resume))


def create(location: Location, directions: Sequence[Direction], notes: dict[str, Any]) -> Ledger:
    """A new study with what is noted about it; `RunError` where it cannot be made."""
    if isinstance(location, DatabaseUrl):
        return _create_in_database(location, directions, notes)
    storage = journal(location)
    with quiet():
        study = optuna.create_study(storage=storage, study_name=STUDY, directions=directions)
    with storage.together():
        for name, value in notes.items():
            study.set_user_attr(name, value)
    return Ledger(study, storage.together)


def in_memory(directions: Sequence[Direction]) -> Ledger:
    """A study that nobody keeps: of a simulation."""
    with quiet():
        return Ledger(optuna.create_study(directions=directions), nullcontext)


def open_(location: Location) -> Ledger:
    """An existing study; `RunError` where there is none."""
    if isinstance(location, DatabaseUrl):
        return _open_database(location)
    try:
        storage = journal(location)
        study = optuna.load_study(storage=storage, study_name=STUDY)
    except RunError:  # damaged, and where
        raise
    except (KeyError, ValueError, TypeError, OSError, AssertionError) as error:  # what Optuna meets in a damaged file
        reason = "it holds no study" if isinstance(error, KeyError) else str(error)
        raise RunError(f"{location} cannot be read as the study of a search: {reason}") from None
    return Ledger(study, storage.together)


def _create_in_database(url: DatabaseUrl, directions: Sequence[Direction], notes: dict[str, Any]) -> Ledger:
    database = connect(url, make=True)
    try:
        with quiet(), database.together():
            study = optuna.create_study(storage=database, study_name=url.study, directions=directions)
            for name, value in notes.items():
                study.set_user_attr(name, value)
    except DuplicatedStudyError:
        raise RunError(f"{url.text} has a study '{url.study}' already") from None
    except (SQLAlchemyError, StorageInternalError) as error:
        raise explained(url, error) from None
    return _ledger(database, study)


def drop(url: DatabaseUrl) -> None:
    """Delete a study of a database that nothing was written to yet, if it is there; `RunError` for any other."""
    if url.kind == "sqlite" and not Path(url.file).exists():
        return
    database = connect(url, make=True)  # a kill may have left half of the tables
    try:
        study = database.get_study_id_from_name(url.study)
        if database.get_n_trials(study) or database.driver():
            raise RunError(f"{url} is a study that somebody works with")
        database.delete_study(study)
    except KeyError:
        return
    except (SQLAlchemyError, StorageInternalError) as error:
        raise explained(url, error) from None


def _open_database(url: DatabaseUrl) -> Ledger:
    database = connect(url, make=False)
    try:
        study = optuna.load_study(storage=database, study_name=url.study)
    except KeyError:
        raise RunError(f"{url.text} has no study '{url.study}'; nas watch {url.text} lists those that it has") from None
    except (SQLAlchemyError, StorageInternalError) as error:
        raise explained(url, error) from None
    return _ledger(database, study)


def _ledger(database: Database, study: optuna.Study) -> Ledger:
    return Ledger(study, database.together, owned=database.owned, driver=database.driver, url=database.where)
