"""Searches whose evaluator is `made_up`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # `made_up`, in this process and in Ray's workers

import nas  # noqa: E402

SPACE = """
name: made-up
data: {name: digits}
network:
  stages: 2
  depth: {int: [1, 4]}
  width: {int: [4, 24]}
  block: {choice: [basic, preact, bottleneck, inception]}
  connect: {choice: [plain, residual, merge-and-run, dense]}
budget: {params: 60k}
train: {epochs: 3}
evaluator: "made_up:quick"
strategy: {name: random, trials: 12, window: 4}
stop: {name: successive-halving}
"""


@pytest.fixture
def space(tmp_path: Path) -> Path:
    path = tmp_path / "made-up.yaml"
    path.write_text(SPACE)
    return path


@pytest.fixture
def searched(space: Path, tmp_path: Path) -> Callable[..., nas.Run]:
    """Search the space with a runner and overrides."""
    count = iter(range(100))
    return lambda runner, *overrides: nas.search(
        space, runner=runner, out=tmp_path / f"run{next(count)}", overrides=overrides, allow_code=True
    )


@pytest.fixture
def one_worker(tmp_path: Path) -> str:
    path = tmp_path / "one.yaml"
    path.write_text("name: one\nengine: ray\nworkers: 1\n")
    return str(path)
