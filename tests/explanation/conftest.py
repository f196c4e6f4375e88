"""Small networks of random weights whose statistics are those of a network in use, and images of noise."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from nas.explanation import Subject
from nas.genome import Genome
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities
from nas.network import build

sys.path.insert(0, str(Path(__file__).parent))  # `by_hand`

SHAPE, CLASSES = (3, 8, 8), 5

Made = Callable[..., Subject]


def network(connect: str, *, block: str = "basic", depth: int = 2, widths: tuple[int, ...] = (4, 8)) -> Genome:
    stages = tuple(Stage(depth, width, blocks.get(block), connectivities.get(connect)) for width in widths)
    return compose(Staged(Stem(4), stages), input_shape=SHAPE, classes=CLASSES).genome()


def batches(*sizes: int) -> tuple[tuple[torch.Tensor, torch.Tensor], ...]:
    generator = torch.Generator().manual_seed(7)
    return tuple(
        (torch.randn(size, *SHAPE, generator=generator), torch.randint(CLASSES, (size,), generator=generator)) for size in sizes
    )


@pytest.fixture(scope="session")
def made() -> Made:
    """made("residual", block="basic", depth=2, widths=(4, 8)): a network and two batches of noise."""

    def subject(connect: str, **options: object) -> Subject:
        genome = network(connect, **options)  # pyright: ignore[reportArgumentType]
        module = build(genome, seed=3)
        with torch.no_grad():
            for x, _ in batches(16, 16, 16):
                module(x)
        return Subject(genome, module.state_dict(), batches(24, 16))

    return subject
