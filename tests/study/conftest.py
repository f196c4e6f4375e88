"""Runs of a little space in a temporary folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # `helpers`, also for tests of the runners

from helpers import SPACE

from nas.space import SearchSpace, load
from nas.study import Run


@pytest.fixture
def space(tmp_path: Path) -> Callable[..., SearchSpace]:
    """The space, with overrides."""

    def make(*overrides: str) -> SearchSpace:
        path = tmp_path / "little.yaml"
        path.write_text(SPACE)
        return load(path, overrides=overrides).bound(input_shape=(1, 8, 8), classes=10)

    return make


@pytest.fixture
def start(tmp_path: Path, space: Callable[..., SearchSpace]) -> Callable[..., Run]:
    """A new run of the space, with overrides."""
    count = iter(range(100))
    return lambda *overrides: Run.create(tmp_path / f"run{next(count)}", space(*overrides))
