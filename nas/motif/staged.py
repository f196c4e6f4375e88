"""A whole network from stages of blocks: stem, stages that halve the resolution, classifier.

The skeleton of the CIFAR networks (He et al. 2016a, arXiv:1512.03385, section 4.2), with any block and connectivity.
Which stages halve may be said of each, as in the macro skeletons of TransNAS-Bench-101 (Duan et al. 2021,
arXiv:2105.11871, section 3.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from nas.errors import GenomeError
from nas.genome import Shape, ops
from nas.motif.block import Block, BlockOptions
from nas.motif.builder import Builder, Line
from nas.motif.connectivity import Connectivity, Lines, Step


@dataclass(frozen=True, slots=True)
class Stem:
    """The first convolutions, and a 3x3 max pooling of stride 2 behind them where `pool` is set.

    Of several all but the last have half of the width, as in the deep stems of Inception v3 and ResNet-C (He et al. 2019,
    arXiv:1812.01187, figure 2b); each takes a stride of 2, the first ones first, and the last what is left of `stride`.
    """

    width: int = 16
    kernel: int = 3
    stride: int = 1
    pool: bool = False
    convs: int = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """`depth` blocks at one resolution; `width` is what each puts out."""

    depth: int
    width: int
    block: Block
    connect: Connectivity
    options: BlockOptions = field(default_factory=BlockOptions)
    stride: int | None = None  # of the first block; left out: 1 in the first stage, 2 in the others


@dataclass(frozen=True, slots=True)
class Staged:
    """The plan of a network: what `compose` turns into nodes."""

    stem: Stem
    stages: tuple[Stage, ...]
    dropout: float = 0.0


def compose(plan: Staged, *, input_shape: Shape, classes: int) -> Builder:
    """Add the nodes of the plan to a new builder.

    Raises `GenomeError` for a stage that would shrink below one pixel.
    """
    b = Builder()
    first, last = plan.stages[0], plan.stages[-1]
    lines: Lines = (_stem(b, plan.stem, first.block, first.options, b.add("input", ops.Input(input_shape))),)
    for number, stage in enumerate(plan.stages, start=1):
        lines = _begin(plan, number, lines)
        with b.scope(f"stage{number}"):
            for index, step in enumerate(_steps(plan, number), start=1):
                with b.scope(f"block{index}"):
                    lines = stage.connect.step(b, lines, step)
    _head(b, last.block, last.options, plan.dropout, lines[0], classes)
    return b


class Cost(NamedTuple):
    """What a network, or a part of it, costs."""

    params: int
    macs: int
    activations: int


Part = tuple[Cost, Lines]


def measure(plan: Staged, *, input_shape: Shape, classes: int) -> Cost:
    """The cost of the network that `compose` would make.

    Blocks are alike again and again, in a network and from one network to the next; each is costed once.
    """
    params = macs = activations = 0

    def count(part: Part) -> Lines:
        nonlocal params, macs, activations
        params, macs, activations = params + part[0][0], macs + part[0][1], activations + part[0][2]
        return part[1]

    lines = count(_measured_stem(plan.stem, plan.stages[0].block, plan.stages[0].options, input_shape))
    for number, stage in enumerate(plan.stages, start=1):
        lines = _begin(plan, number, lines)
        known: tuple[Step, tuple[Shape, ...], Part] | None = None
        for step in _steps(plan, number):
            shapes = tuple([line.shape for line in lines])
            if known is None or known[0] is not step or known[1] != shapes:  # a lookup in the cache is not quick
                known = step, shapes, _measured_step(stage.connect, step, shapes)
            lines = count(known[2])
    last = plan.stages[-1]
    count(_measured_head(last.block, last.options, plan.dropout, lines[0].shape, classes))
    return Cost(params, macs, activations)


def _cost(b: Builder) -> Cost:
    return Cost(b.params, b.macs, b.activations)


@lru_cache(maxsize=1 << 15)
def _measured_step(connect: Connectivity, step: Step, shapes: tuple[Shape, ...]) -> Part:
    b = Builder()
    lines = connect.step(b, tuple([Line("line", shape) for shape in shapes]), step)
    return _cost(b), lines


@lru_cache(maxsize=1 << 12)
def _measured_stem(stem: Stem, block: Block, options: BlockOptions, shape: Shape) -> Part:
    b = Builder()
    line = _stem(b, stem, block, options, b.add("input", ops.Input(shape)))
    return _cost(b), (line,)


@lru_cache(maxsize=1 << 12)
def _measured_head(block: Block, options: BlockOptions, dropout: float, shape: Shape, classes: int) -> Part:
    b = Builder()
    _head(b, block, options, dropout, Line("line", shape), classes)
    return _cost(b), ()


def _begin(plan: Staged, number: int, lines: Lines) -> Lines:
    """The lines that the stage of this number takes; two are copies of one."""
    if _stride(plan, number) > 1 and min(lines[0].shape[1:]) < 2:
        raise GenomeError(
            f"stage {number} would halve an image of {lines[0].shape[1]}x{lines[0].shape[2]}; "
            f"with this input there is room for {number - 1} stage(s)"
        )
    wanted = plan.stages[number - 1].connect.lines
    return lines if len(lines) == wanted else lines * wanted


def _stride(plan: Staged, number: int) -> int:
    stride = plan.stages[number - 1].stride
    return (2 if number > 1 else 1) if stride is None else stride


def _steps(plan: Staged, number: int) -> Iterator[Step]:
    """The blocks of a stage: the first has the stride, the last ends lines that the next stage does not take."""
    stage, stride = plan.stages[number - 1], _stride(plan, number)
    following = plan.stages[number].connect.lines if number < len(plan.stages) else 1
    ends = stage.connect.lines != following
    inner = Step(stage.block, stage.options, stage.width, 1)
    for index in range(1, stage.depth + 1):
        first, last = stride > 1 and index == 1, ends and index == stage.depth
        yield replace(inner, stride=stride if first else 1, fuse=last) if first or last else inner


def _stem(b: Builder, stem: Stem, block: Block, options: BlockOptions, line: Line) -> Line:
    with b.scope("stem"):
        left = stem.stride
        for number in range(1, stem.convs + 1):
            last, name = number == stem.convs, str(number) if stem.convs > 1 else ""
            width, stride = (stem.width, left) if last else (max(1, stem.width // 2), min(left, 2))
            line = b.conv(f"conv{name}", line, width, kernel=stem.kernel, stride=stride)
            left //= stride
            if not (last and block.preactivated):
                line = b.act(f"act{name}", b.norm(f"norm{name}", line), options.activation)
        return b.max_pool("pool", line, kernel=3, stride=2, padding=1) if stem.pool else line


def _head(b: Builder, block: Block, options: BlockOptions, dropout: float, line: Line, classes: int) -> None:
    """Pool and classify; behind pre-activated blocks a last norm and activation comes first."""
    if block.preactivated:
        with b.scope("head"):
            line = b.act("act", b.norm("norm", line), options.activation)
    b.classifier(line, classes, dropout=dropout)
