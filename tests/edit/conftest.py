"""Small genomes of each kind that edits meet, counted by hand, and the whole zoo once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.genome import Genome, ops
from nas.motif import Builder, Line, Stage, Staged, Stem, blocks, compose, connectivities
from nas.zoo import Entry, entries

SHAPE = (3, 8, 8)


def classifier(b: Builder, line: Line) -> Genome:
    b.classifier(line, 5)
    return b.genome()


@pytest.fixture
def plain() -> Genome:
    """8 channels at 8x8 pixels, 16 at 4x4, 5 classes.

    Params: stem 3*8*9 = 216 and norm 16, conv 8*16*9 = 1,152 and norm 32, linear 16*5 + 5 = 85; 1,501 in all.
    Macs: 216*64 = 13,824, 1,152*16 = 18,432, 80; 32,336 in all. Depth 3.
    """
    b = Builder()
    line = b.conv_norm_act("stem", b.add("input", ops.Input(SHAPE)), 8)
    return classifier(b, b.conv_norm_act("body", line, 16, stride=2))


@pytest.fixture
def inception() -> Genome:
    """A stem of 8 channels, and beside each other 1x1 of 4 and 3x3 of 6, concatenated; convolutions with bias."""
    b = Builder()
    line = b.conv_act("stem", b.add("input", ops.Input(SHAPE)), 8)
    with b.scope("module"):
        line = b.concat("concat", b.conv_act("one", line, 4, kernel=1), b.conv_act("three", line, 6))
    return classifier(b, line)


@pytest.fixture
def separable() -> Genome:
    """A stem of 8 channels, a depthwise 3x3 convolution, a 1x1 convolution to 12."""
    b = Builder()
    line = b.conv_norm_act("stem", b.add("input", ops.Input(SHAPE)), 8)
    line = b.act("act", b.norm("norm", b.depthwise("depthwise", line)), "relu")
    return classifier(b, b.conv("pointwise", line, 12, kernel=1))


@pytest.fixture
def grouped() -> Genome:
    """A stem of 8 channels, then 3x3 in 4 groups to 16."""
    b = Builder()
    line = b.conv_norm_act("stem", b.add("input", ops.Input(SHAPE)), 8)
    return classifier(b, b.conv_norm_act("grouped", line, 16, groups=4))


@pytest.fixture(scope="session")
def staged() -> Callable[..., Genome]:
    """staged("residual", block="basic", depth=2): two stages of 4 and 8 channels on images of 3x8x8."""

    def made(connect: str, *, block: str = "basic", depth: int = 2) -> Genome:
        stages = tuple(Stage(depth, width, blocks.get(block), connectivities.get(connect)) for width in (4, 8))
        return compose(Staged(Stem(4), stages), input_shape=SHAPE, classes=5).genome()

    return made


@pytest.fixture(scope="session")
def zoo() -> list[Entry]:
    """Every published network, each built once."""
    return list(entries())
