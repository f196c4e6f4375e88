"""The file of a comparison."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # `made_results`

from nas.space import SearchSpace, load

FILE = """\
name: little
kind: comparison
data: {name: digits}
compare: {equal: params, budgets: [40k], seeds: 3}
network:
  stages: 3
  depth: {choice: [1, 2]}
  connect: {choice: [plain, residual]}
"""

Load = Callable[..., SearchSpace]


@pytest.fixture
def comparison(tmp_path: Path) -> Load:
    """The file of a comparison, with overrides, for images of the digits."""

    def read(*overrides: str, text: str = FILE) -> SearchSpace:
        (tmp_path / "little.yaml").write_text(text)
        return load(tmp_path / "little.yaml", overrides=overrides).bound(input_shape=(1, 8, 8), classes=10)

    return read
