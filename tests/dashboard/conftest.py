"""A run of real trials, and a dashboard of it in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import nas

SPACE = """
name: quick
data: {name: digits, limit: 60}
network: {stages: 2, depth: {int: [1, 4]}, width: {int: [2, 6]}}
budget: {params: 20k}
strategy: {name: random, trials: 3}
train: {epochs: 2, precision: float32}
"""


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three networks; shared, so tests only read it."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "quick.yaml").write_text(SPACE)
    nas.search(folder / "quick.yaml", runner="inline", out=folder / "run")
    return folder / "run"


@dataclass(frozen=True)
class Served:
    """A dashboard that answers, and its process."""

    url: str
    process: subprocess.Popen[str]


@pytest.fixture
def served(finished: Path) -> Iterator[Served]:
    """`nas dashboard RUN --port 0`, as a person types it."""
    command = [sys.executable, "-m", "nas", "dashboard", str(finished), "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, start_new_session=True
    )
    try:
        assert process.stdout is not None and process.stderr is not None
        url = process.stdout.readline().strip()
        assert url, process.stderr.read()
        yield Served(url, process)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate()
