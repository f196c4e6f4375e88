"""How tests of faults start the command, and the folder in which it runs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import fork_server
from trials import WITNESS

import nas

PATH = os.pathsep.join([str(Path(__file__).parent), str(Path(nas.__file__).parents[1])])  # for modules of the tests, and nas
MARK = "FAULTS_MARK"  # in the environment of every process that a test starts


class ForkServer:
    """Starts the command by forking a process that has imported it; see `fork_server.py`."""

    def __init__(self, *, torch: bool = False, extra: dict[str, str] | None = None) -> None:
        arguments = [sys.executable, fork_server.__file__, *(["--torch"] if torch else [])]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": PATH, **(extra or {})}
        self._process = subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
        )
        self.has_torch = self._answer()["ready"]

    def start(self, arguments: Sequence[str], home: Home, *, stopped: bool = False) -> int:
        """Start `nas` with these arguments, in `home`; gives the id of its process. stopped: it waits for SIGCONT."""
        home.err.touch()  # a kill may come before it opens this
        return self._ask(
            {
                "arguments": [str(one) for one in arguments],
                "environment": home.environment,
                "folder": str(home.folder),
                "out": str(home.out),
                "err": str(home.err),
                "stopped": stopped,
            }
        )["pid"]

    def wait(self, pid: int) -> int:
        """Wait for its end: an exit status, or minus the number of a signal."""
        return self._ask({"wait": pid})["status"]

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _ask(self, request: dict) -> dict:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        return self._answer()

    def _answer(self) -> dict:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the fork server ended"
        return json.loads(line)


class RealCommand:
    """The same by starting Python anew each time, as a person does."""

    def __init__(self) -> None:
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, arguments: Sequence[str], home: Home, *, stopped: bool = False) -> int:
        assert not stopped
        with home.out.open("ab") as out, home.err.open("ab") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "nas", *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=home.folder,
                env={**os.environ, **home.environment, "OMP_NUM_THREADS": "1", "PYTHONPATH": PATH},
                start_new_session=True,
            )
        self._processes[process.pid] = process
        return process.pid

    def wait(self, pid: int) -> int:
        return self._processes.pop(pid).wait()


Command = ForkServer | RealCommand


@dataclass(frozen=True)
class Home:
    """A folder in which a command runs: what it prints, its temporary files, its witness."""

    folder: Path
    extra: dict[str, str] = field(default_factory=dict)  # for the environment

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def err(self) -> Path:
        return self.folder / "err"

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def witness(self) -> Path:
        return self.folder / "witness"

    @property
    def environment(self) -> dict[str, str]:
        self.temporary.mkdir(parents=True, exist_ok=True)
        return {MARK: str(self.folder), WITNESS: str(self.witness), "TMPDIR": str(self.temporary), **self.extra}

    def processes(self) -> list[int]:
        """What was started from here and lives."""
        return [pid for pid in map(int, filter(str.isdecimal, os.listdir("/proc"))) if self._started(pid)]

    def _started(self, pid: int) -> bool:
        try:
            return f"{MARK}={self.folder}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") and lives(pid)
        except OSError:  # it ended while we looked
            return False


def lives(pid: int) -> bool:
    """Whether a process is there and has not ended, waited for or not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def kill_machine(home: Home) -> None:
    """Kill all that was started from a home, until nothing is left: what is starting may start others."""
    while alive := home.processes():
        for pid in alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


@contextlib.contextmanager
def serving(*, torch: bool = False, extra: dict[str, str] | None = None) -> Iterator[ForkServer]:
    """A fork server for a while; `extra` for its environment."""
    server = ForkServer(torch=torch, extra=extra)
    try:
        yield server
    finally:
        server.close()
