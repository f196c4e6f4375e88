"""A private PostgreSQL server for tests of faults: its own folder, a loopback port, a password, no other users."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import patience
import pytest

PASSWORD = "canary-7f3a91"  # nothing may write it anywhere: a test looks for it
USER, DATABASE = "sweeps", "studies"


def programs() -> Path | None:
    """The folder of the server's programs; None where there are none."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return folders[-1] if folders else None


class Server:
    """A server that a test may break; `url` is without the password, which `PGPASSWORD` is to say."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder, self._programs = folder, programs
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://{USER}@127.0.0.1:{self.port}/{DATABASE}"

    def make(self) -> None:
        """Make the cluster and the database, and start."""
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        options = ["-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", "-D", str(self._folder / "data"), *options)
        self.start()
        self.sql(f"create database {DATABASE}", database="postgres")

    def start(self) -> None:
        """Start, and wait until it answers."""
        quick = ["-c", "fsync=off", "-c", "log_min_messages=fatal"]  # processes are killed here, never the machine
        arguments = ["-D", str(self._folder / "data"), "-k", str(self._folder), "-p", str(self.port), "-h", "127.0.0.1", *quick]
        with open(self._folder / "log", "ab") as log:
            self._process = subprocess.Popen(
                [str(self._programs / "postgres"), *arguments], stdout=log, stderr=log, **_somebody()
            )
        end = time.monotonic() + patience.SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                ready = subprocess.run(
                    [self._programs / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)], capture_output=True
                )
                if ready.returncode == 0:
                    return
            time.sleep(0.05)
        raise AssertionError((self._folder / "log").read_text())

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop; SIGQUIT is PostgreSQL's `immediate`, as after a crash; SIGINT is `fast`."""
        assert self._process is not None
        self._process.send_signal(how)
        self._process.wait(patience.SECONDS)
        self._process = None

    def restart(self, *, away: float = 0.0) -> None:
        """Crash, stay away for so many seconds, and come back."""
        self.stop()
        time.sleep(away)
        self.start()

    def sql(self, statement: str, *, database: str = DATABASE, user: str = USER, password: str = PASSWORD) -> list[tuple]:
        """What a statement gives."""
        import psycopg

        where = {"host": "127.0.0.1", "port": self.port, "user": user, "password": password, "dbname": database}
        with psycopg.connect(**where, autocommit=True) as connection:
            cursor = connection.execute(statement)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def cut(self) -> int:
        """End every connection to the database but our own, whatever it is doing; how many there were."""
        others = "datname = current_database() and pid <> pg_backend_pid()"
        return len(self.sql(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}"))

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run([self._programs / program, *arguments], capture_output=True, text=True, **_somebody())
        assert done.returncode == 0, done.stderr


def _somebody() -> dict:
    """PostgreSQL refuses to run as root: then as the user of the system who may do the least."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """A server that ends with the test; skips where it or the driver is not installed."""
    pytest.importorskip("psycopg", reason="the extra `postgresql` is not installed")
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL's server is not installed")
    folder = Path(tempfile.mkdtemp(prefix="nas-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    one = Server(folder, found)
    try:
        one.make()
        yield one
    finally:
        if one._process is not None:
            one.stop()
        shutil.rmtree(folder)
