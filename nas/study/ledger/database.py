"""A study in a database: Optuna's tables in SQLite or PostgreSQL, of which several writes can be one transaction.

A connection is made within seconds or not at all. While a process drives a run in PostgreSQL, its one connection holds a
lock of that study, and a new connection takes it before anything else: who has lost the lock can write nothing any more.
In SQLite the lock is that of a file beside the database, one for each study. So copies of a run's folder exclude each other.
"""

from __future__ import annotations

import copy
import os
import socket
import time
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from optuna.storages._rdb.storage import _create_scoped_session
from optuna.trial import FrozenTrial
from sqlalchemy import create_engine, event, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import scoped_session, sessionmaker
from sqlalchemy.pool import NullPool

from nas.database_url import DatabaseUrl, redacted
from nas.errors import MissingExtraError, RunError, SearchError
from nas.study.ledger.lock import DriverLock, driver

CONNECT_SECONDS = 4  # for each address of a host, of which there are often two
BUSY_SECONDS = 5  # that SQLite waits for another process by itself
# Who is cut off notices within half a minute, and the server lets go of a lock whose machine died as soon.
ALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
SERVER_ALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
_LOCKS = zlib.crc32(b"nas") >> 1  # the first of the two numbers by which PostgreSQL knows our locks


class Database(RDBStorage):
    """Optuna's storage. Who only looks holds no connection between two looks; who drives a study keeps one."""

    def __init__(self, url: DatabaseUrl, *, make: bool) -> None:
        self.where = url
        self._address, self._arguments = _engine(url)
        options = {"connect_args": self._arguments, "poolclass": NullPool}
        super().__init__(self._address.replace("{", "{{").replace("}", "}}"), engine_kwargs=options, skip_table_creation=not make)

    @contextmanager
    def together(self) -> Iterator[None]:
        """All that is written within is one transaction: all of it is there afterwards, or nothing."""
        with self.engine.begin() as connection:
            alone = self.scoped_session
            self.scoped_session = scoped_session(sessionmaker(bind=connection, join_transaction_mode="rollback_only"))
            try:
                yield
            finally:
                self.scoped_session = alone

    def _create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> FrozenTrial:
        """As Optuna's, which sleeps and tries again by itself; here that is `Patience`'s to do."""
        assert template_trial is not None
        with _create_scoped_session(self.scoped_session) as session:
            made: Any = self._get_prepared_new_trial(study_id, template_trial, session)
            frozen = copy.copy(template_trial)
            frozen.number, frozen._trial_id, frozen.datetime_start = made.number, made.trial_id, made.datetime_start
        return frozen

    @contextmanager
    def owned(self) -> Iterator[None]:
        """This process alone drives the study; `RunError` where another one does."""
        beside = DriverLock(_lock_file(self.where), run=self.where) if self.where.kind == "sqlite" else nullcontext()
        with beside, self._connected():
            yield

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """One connection for all that is done; in PostgreSQL it holds the lock."""
        engine = create_engine(self._address, pool_size=1, max_overflow=0, connect_args=self._arguments)
        claim = Claim(self.where)
        if self.where.kind == "postgresql":
            event.listen(engine, "connect", claim)
        looking = self.engine, self.scoped_session
        try:
            try:
                engine.connect().close()
            except SQLAlchemyError as error:
                raise explained(self.where, error) from None
            claim.held = True
            self.engine, self.scoped_session = engine, scoped_session(sessionmaker(bind=engine))
            yield
        finally:
            self.engine, self.scoped_session = looking
            engine.dispose()

    def driver(self) -> str | None:
        """The process that drives the study, by the lock that it holds; None where there is none."""
        if self.where.kind == "sqlite":
            return driver(_lock_file(self.where))
        with self.engine.connect() as connection:
            found = connection.execute(text(_HOLDER), _key(self.where.study)).first()
        return None if found is None else _named(found[1])


class Claim:
    """Takes the lock of a study on each new connection of its driver, before anything else is done with it."""

    def __init__(self, url: DatabaseUrl) -> None:
        self._url = url
        self.held = False  # once; after that the lock can only be lost, with its connection

    def __call__(self, connection: Any, record: object) -> None:
        for _ in range(50):
            holder = _taken_by(connection, _key(self._url.study))
            if holder is None:
                return
            pid, name = holder
            if name != _me():
                connection.close()
                if self.held:
                    raise SearchError(f"{self._url} is being driven by another process now: {_named(name)}; this one stops")
                raise RunError(f"{self._url} is being driven by another process: {_named(name)}")
            # Of our own connection that broke: its session lingers on the server.
            connection.execute("select pg_terminate_backend(%s)", (pid,))
            connection.commit()
            time.sleep(0.1)
        connection.close()
        raise SearchError(f"{self._url}: the lock of a connection that broke is not given back by the server")


_HOLDER = (
    "select l.pid, a.application_name from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' "
    "and l.granted and l.classid = :first and l.objid = :second and l.objsubid = 2 "
    "and l.database = (select oid from pg_database where datname = current_database())"
)


def _lock_file(url: DatabaseUrl) -> Path:
    """Of a study in SQLite; the same by whatever link one came to the database."""
    file = Path(url.file).resolve()
    return file.with_name(f"{file.name}.{quote(url.study, safe='')}.lock")


def _key(study: str) -> dict[str, int]:
    return {"first": _LOCKS, "second": zlib.crc32(study.encode()) >> 1}  # below 2**31


def _taken_by(connection: Any, key: dict[str, int]) -> tuple[int, str] | None:
    """Take the lock on a connection of the driver; else who has it."""
    taken = connection.execute("select pg_try_advisory_lock(%(first)s, %(second)s)", key).fetchone()[0]
    found = (
        None
        if taken
        else connection.execute(_HOLDER.replace(":first", "%(first)s").replace(":second", "%(second)s"), key).fetchone()
    )
    connection.commit()
    return None if taken else (found or (0, ""))


def _named(application: str) -> str:
    pid, _, host = application.removeprefix("nas ").partition(" ")
    return f"process {pid} on {host}" if host else "of an unknown name"


def reach(url: DatabaseUrl) -> None:
    """See that a server answers, before anything is started; `RunError` in one line where it does not."""
    if url.kind == "sqlite":
        return
    address, arguments = _engine(url)
    try:
        engine = create_engine(address, connect_args=arguments, poolclass=NullPool)
        engine.connect().close()
    except ImportError:
        raise _missing() from None
    except SQLAlchemyError as error:
        raise explained(url, error) from None


def _engine(url: DatabaseUrl) -> tuple[str, dict[str, Any]]:
    """SQLAlchemy's address, and what the driver is told when it connects."""
    if url.kind == "sqlite":
        return url.text, {"timeout": BUSY_SECONDS}
    known = {"connect_timeout": CONNECT_SECONDS, "application_name": _me(), "options": SERVER_ALIVE, **ALIVE}
    return url.text.replace("postgresql:", "postgresql+psycopg:", 1), known


def _me() -> str:
    """How the server calls a connection of this process."""
    return f"nas {os.getpid()} {socket.gethostname()}"[:63]


def _missing() -> MissingExtraError:
    return MissingExtraError("psycopg", extra="postgresql", purpose="a study in PostgreSQL")


def connect(url: DatabaseUrl, *, make: bool) -> Database:
    """The database, its tables made where they are missing with `make`; `RunError` in one line where that cannot be."""
    try:
        if url.kind == "sqlite":
            _check_file(Path(url.file), make=make)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Database(url, make=make)
    except ImportError:
        raise _missing() from None
    except (SQLAlchemyError, StorageInternalError) as error:
        raise explained(url, error) from None
    except RuntimeError as error:  # Optuna's, about its tables
        raise RunError(f"{url.text}: {_versions(str(error))}") from None


def notes(url: DatabaseUrl) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each study of a database, and what is noted about it."""
    database = connect(url, make=False)
    try:
        for study in database.get_all_studies():
            yield study.study_name, study.user_attrs
    except (SQLAlchemyError, StorageInternalError) as error:
        raise explained(url, error) from None


def _check_file(path: Path, *, make: bool) -> None:
    try:
        if make:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        else:
            path.open("rb").close()
    except OSError as error:
        raise RunError(f"{path} cannot be {'written' if make else 'read'}: {error.strerror}") from None


def _versions(said: str) -> str:
    if "upgrade" in said:
        return (
            "its tables are of an older Optuna, and other studies may be in them: make a copy of the database, then upgrade it "
            "with `optuna storage upgrade`, or name another database"
        )
    return "its tables are of a newer Optuna than this one: pip install -U optuna, or name another database"


def is_away(error: BaseException) -> bool:
    """Whether the database could not be reached or was busy, so that the same may work a little later."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) else error
    if isinstance(cause, DBAPIError) and cause.connection_invalidated:
        return True
    return isinstance(cause, OperationalError | InterfaceError) and not _damaged(cause)


def _damaged(error: BaseException) -> bool:
    return any(
        words in str(error) for words in ("malformed", "not a database", "disk image", "readonly", "is full", "no such table")
    )


def explained(url: DatabaseUrl, error: BaseException) -> RunError:
    """What a driver says, in one line without passwords, and what would do."""
    cause = error.__cause__ if isinstance(error, StorageInternalError) and error.__cause__ is not None else error
    said = " ".join(redacted(str(getattr(cause, "orig", None) or cause)).split())[:300]
    return RunError(f"{url.text}: {said}; {_advice(said)}")


def _advice(said: str) -> str:
    for words, advice in _ADVICE.items():
        if words in said:
            return advice
    return "is it running, and may this machine reach it?"


_ADVICE = {
    "password": "set PGPASSWORD or write ~/.pgpass, and see that the user is right",
    "does not exist": "make it, with `createdb` or `createuser`, or correct the name in the URL",
    "permission denied": "its owner must allow it: GRANT CREATE ON DATABASE ... and GRANT ALL ON SCHEMA public TO the user",
    "no such table": "it holds no studies",
    "is locked": "another process holds it locked",
    "unable to open": "is the file where it was?",
    "readonly": "it may not be written to",
    "not a database": "restore it from a copy",
    "malformed": "restore it from a copy",
}
