"""Search spaces from a few lines of YAML."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.document import read_text
from nas.space import SearchSpace
from nas.space.file import parsed
from nas.space.space import of_file

MakeSpace = Callable[..., SearchSpace]


@pytest.fixture(scope="session")
def make() -> MakeSpace:
    """make("depth: 3", budget="{params: 10k}"): lines of the network section, for images of 1x16x16 in 10 classes."""

    def made(*network: str, budget: str = "{}", shape: tuple[int, int, int] = (1, 16, 16)) -> SearchSpace:
        lines = ["name: made", f"budget: {budget}", "network:", *(f"  {line}" for line in network or ("stages: 2",))]
        document = read_text("\n".join(lines), name="made.yaml")
        return of_file(parsed(document), document).bound(input_shape=shape, classes=10)

    return made
