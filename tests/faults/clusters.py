"""Real Ray nodes for a test, and the command `nas search` that uses them, each in processes of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import patience
from test_workers import SPACE

import nas

# Trials that report again, from their checkpoint, what nobody may have heard.
CARRIED_ON = SPACE.replace("striking:strike", "partitioned:carry_on")
HERE = Path(__file__).parent
TRIALS = 8
PATH = {"PYTHONPATH": str(HERE), "OMP_NUM_THREADS": "1"}


@dataclass
class Cluster:
    """Nodes of one host, and perhaps a head without workers; see ray_nodes.py."""

    process: subprocess.Popen[str]
    address: str
    environment: dict[str, str]

    def ask(self, words: str) -> str:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(words + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def add(self, *, cpus: int = 1, gpus: int = 0) -> int:
        return int(self.ask(f"add {cpus} {gpus}"))

    @property
    def alive(self) -> int:
        """How many nodes the head believes to live; it counts itself."""
        return int(self.ask("alive"))


@contextmanager
def nodes(*options: str, before: Sequence[str] = ()) -> Iterator[Cluster]:
    """Start ray_nodes.py with these options. before: the words of a command that runs it elsewhere."""
    words = [*before, sys.executable, "-W", "ignore", str(HERE / "ray_nodes.py"), *options]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=os.environ | PATH
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        address, token = process.stdout.readline().split()
        try:
            yield Cluster(process, address, PATH | {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": token})
        finally:
            process.stdin.close()  # it ends with its input


@dataclass
class Searching:
    """The command in a process of its own, and what its trials wrote down."""

    folder: Path
    process: subprocess.Popen[str]

    @property
    def told(self) -> str:
        return (self.folder / "told").read_text()

    @property
    def lines(self) -> list[list[str]]:
        log = self.folder / "log"
        return [line.split() for line in log.read_text().splitlines()] if log.exists() else []

    def wait_until(self, condition: Callable[[], bool], *, seconds: float = patience.SECONDS) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end and self.process.poll() is None, self.told
            time.sleep(0.05)

    @property
    def run(self) -> nas.Run:
        return nas.Run.open(self.folder / "run", allow_code=True)


@dataclass
class Searches:
    """Starts searches in a folder; `end` ends those that still run."""

    folder: Path
    space: str
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def __call__(
        self, profile: str, *options: str, environment: dict[str, str], epoch_seconds: float = 0.5, before: Sequence[str] = ()
    ) -> Searching:
        """Start one with a runner's profile. before: the words of a command that runs it elsewhere."""
        (self.folder / "struck.yaml").write_text(self.space)
        (self.folder / "runner.yaml").write_text(f"name: mine\nengine: ray\n{profile}\n")
        words = ["search", str(self.folder / "struck.yaml"), "--runner", str(self.folder / "runner.yaml")]
        words += ["--out", str(self.folder / "run"), "--allow-code", "--trials", str(TRIALS), *options]
        with (self.folder / "told").open("w") as told:
            process = subprocess.Popen(
                [*before, sys.executable, "-W", "ignore", "-m", "nas", *words],
                env=os.environ | {"PYTHONPATH": str(HERE)} | environment | {"EPOCH_SECONDS": str(epoch_seconds)},
                stdout=told,
                stderr=told,
                text=True,
            )
        self.started.append(process)
        return Searching(self.folder, process)

    def end(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.wait()


def table(run: nas.Run) -> list[tuple]:
    return [(t.number, t.state, t.fingerprint, t.metrics, sorted(t.curve)) for t in run.trials]
