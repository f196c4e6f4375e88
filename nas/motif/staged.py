"""A whole network from stages of blocks: stem, stages that halve the resolution, classifier.

The skeleton of the CIFAR networks (He et al. 2016a, arXiv:1512.03385, section 4.2), with any block and connectivity.
"""

from __future__ import annotations

from dataclasses import dataclass

from nas.errors import GenomeError
from nas.genome import Shape, ops
from nas.motif.block import Block, BlockOptions
from nas.motif.builder import Builder, Line
from nas.motif.connectivity import Connectivity, Lines, Step


@dataclass(frozen=True, slots=True)
class Stem:
    """The first convolution, and a 3x3 max pooling of stride 2 behind it where `pool` is set."""

    width: int = 16
    kernel: int = 3
    stride: int = 1
    pool: bool = False


@dataclass(frozen=True, slots=True)
class Stage:
    """`depth` blocks at one resolution; `width` is what each puts out."""

    depth: int
    width: int
    block: Block
    connect: Connectivity
    options: BlockOptions = BlockOptions()


@dataclass(frozen=True, slots=True)
class Staged:
    """The plan of a network: what `compose` turns into nodes."""

    stem: Stem
    stages: tuple[Stage, ...]
    dropout: float = 0.0


def compose(plan: Staged, *, input_shape: Shape, classes: int) -> Builder:
    """Add the nodes of the plan to a new builder; every stage but the first halves the resolution.

    Raises `GenomeError` for a stage that would shrink below one pixel.
    """
    b = Builder()
    line = _stem(b, plan, b.add("input", ops.Input(input_shape)))
    lines: Lines = (line,)
    for number, stage in enumerate(plan.stages, start=1):
        stride = 1 if number == 1 else 2
        if stride == 2 and min(lines[0].shape[1:]) < 2:
            raise GenomeError(
                f"stage {number} would halve an image of {lines[0].shape[1]}x{lines[0].shape[2]}; "
                f"with this input there is room for {number - 1} stage(s)"
            )
        following = plan.stages[number].connect.lines if number < len(plan.stages) else 1
        ends = stage.connect.lines != following
        lines = lines if len(lines) == stage.connect.lines else lines * stage.connect.lines
        with b.scope(f"stage{number}"):
            for index in range(1, stage.depth + 1):
                fuse = ends and index == stage.depth
                with b.scope(f"block{index}"):
                    step = Step(stage.block, stage.options, stage.width, stride if index == 1 else 1, fuse)
                    lines = stage.connect.step(b, lines, step)
    _head(b, plan, lines, classes)
    return b


def _stem(b: Builder, plan: Staged, line: Line) -> Line:
    stem, first = plan.stem, plan.stages[0]
    with b.scope("stem"):
        line = b.conv("conv", line, stem.width, kernel=stem.kernel, stride=stem.stride)
        if not first.block.preactivated:
            line = b.act("act", b.norm("norm", line), first.options.activation)
        return b.add("pool", ops.MaxPool2d((3, 3), (2, 2), (1, 1)), line) if stem.pool else line


def _head(b: Builder, plan: Staged, lines: Lines, classes: int) -> None:
    """Pool and classify; behind pre-activated blocks a last norm and activation comes first."""
    last = plan.stages[-1]
    (line,) = lines
    with b.scope("head"):
        if last.block.preactivated:
            line = b.act("act", b.norm("norm", line), last.options.activation)
        line = b.add("pool", ops.GlobalAvgPool2d(), line)
        if plan.dropout:
            line = b.add("dropout", ops.Dropout(plan.dropout), line)
        line = b.add("linear", ops.Linear(classes), b.add("flatten", ops.Flatten(), line))
    b.add("output", ops.Output(), line)
