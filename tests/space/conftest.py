"""Search spaces from a few lines of YAML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nas.document import read_text
from nas.space import SearchSpace, load
from nas.space.file import parsed
from nas.space.space import of_file

MakeSpace = Callable[..., SearchSpace]


@pytest.fixture(scope="session")
def make() -> MakeSpace:
    """make("depth: 3", budget="{params: 10k}"): lines of the network section, for images of 1x16x16 in 10 classes."""

    def made(*network: str, budget: str = "{}", shape: tuple[int, int, int] = (1, 16, 16)) -> SearchSpace:
        lines = ["name: made", f"budget: {budget}", "network:", *(f"  {line}" for line in network or ("stages: 2",))]
        document = read_text("\n".join(lines), name="made.yaml")
        return of_file(parsed(document, allow_code=False), document, lambda loc: Path.cwd()).bound(input_shape=shape, classes=10)

    return made


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write("start: zoo:resnet_cifar-20", "edits: 2", budget="{params: 10k}"): a file with these lines as its network section."""

    def written(*network: str, budget: str = "{}", kind: str = "kind: edits", more: str = "") -> Path:
        lines = ["name: made", kind, "network:", *(f"  {line}" for line in network), f"budget: {budget}", more]
        path = tmp_path / "made.yaml"
        path.write_text("\n".join(lines))
        return path

    return written


@pytest.fixture
def edited(write: Callable[..., Path]) -> MakeSpace:
    """The space of edits of such a file, for images of 1x8x8 in 10 classes."""
    return lambda *network, **options: load(write(*network, **options)).bound(input_shape=(1, 8, 8), classes=10)
