"""A small genome around the nodes that a test is about."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nas.genome import Genome, Node, ops

sys.path.insert(0, str(Path(__file__).parent))  # `graphs`


@pytest.fixture(scope="session")
def grow() -> Callable[..., Genome]:
    """Nodes between an input of (4, 6, 6) and a classifier of 2 classes that takes the last of them."""

    def grown(*middle: Node) -> Genome:
        head = [
            Node("pool", ops.GlobalAvgPool2d(), (middle[-1].name,)),
            Node("flat", ops.Flatten(), ("pool",)),
            Node("linear", ops.Linear(2), ("flat",)),
            Node("output", ops.Output(), ("linear",)),
        ]
        return Genome([Node("input", ops.Input((4, 6, 6))), *middle, *head])

    return grown
