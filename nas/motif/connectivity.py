"""How blocks meet: plain, residual, merge-and-run, dense.

A connectivity runs one or more lines side by side; its `step` puts one block on them and gives as many back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nas.genome import ops
from nas.motif.block import Block, BlockOptions
from nas.motif.builder import Builder, Line
from nas.registry import Registry

Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One block of a stage: what is put on the lines, how wide, and whether it halves the resolution."""

    block: Block
    options: BlockOptions
    width: int
    stride: int
    fuse: bool = False  # the lines end with this block: give back one


@dataclass(frozen=True, slots=True)
class Connectivity:
    """How many lines run side by side, the factor by which the paper widens each stage, and one step."""

    step: Callable[[Builder, Lines, Step], Lines]
    lines: int = 1
    growth: int = 2


connectivities: Registry[Connectivity] = Registry("connectivity")


def enter(b: Builder, line: Line, step: Step) -> Line:
    """What F takes: a pre-activated block's leading norm and activation."""
    if not step.block.preactivated:
        return line
    return b.act("act0", b.norm("norm0", line), step.options.activation)


def leave(b: Builder, line: Line, step: Step) -> Line:
    """The activation behind a join, where the block does not bring it in front."""
    return line if step.block.preactivated else b.act("act", line, step.options.activation)


def body(b: Builder, line: Line, step: Step) -> Line:
    """F itself."""
    return step.block.body(b, line, step.width, step.stride, step.options)


def projection(b: Builder, line: Line, entered: Line, step: Step) -> Line:
    """A 1x1 projection, also where the shape stays: option C of He et al. 2016a, section 3.3, with batch norm.

    Of a pre-activated block it takes the activated line and has no norm (2016b, appendix).
    """
    if step.block.preactivated:
        return b.conv("project", entered, step.width, kernel=1, stride=step.stride)
    return b.norm("project_norm", b.conv("project", line, step.width, kernel=1, stride=step.stride))


def projected(b: Builder, line: Line, entered: Line, step: Step) -> Line:
    """The line itself, or a projection where the shape changes: option B of He et al. 2016a, section 3.3."""
    if step.stride == 1 and line.channels == step.width:
        return line
    return projection(b, line, entered, step)


def padded(b: Builder, line: Line, entered: Line, step: Step) -> Line:
    """The line itself, or every stride-th pixel of it with zero channels behind: no weights.

    Option A of He et al. 2016a, section 3.3.
    """
    if step.stride > 1:
        line = b.avg_pool("subsample", line, kernel=1, stride=step.stride)
    return line if line.channels == step.width else b.add("pad", ops.PadChannels(step.width), line)


Shortcut = Callable[[Builder, Line, Line, Step], Line]
"""(builder, the line, the line as F takes it, step) -> a line of the step's width and resolution."""


def plain(b: Builder, lines: Lines, step: Step) -> Lines:
    """x -> F(x), one block behind another (Simonyan and Zisserman 2014, arXiv:1409.1556)."""
    return (leave(b, body(b, enter(b, lines[0], step), step), step),)


def residual(shortcut: Shortcut = projected) -> Connectivity:
    """x -> F(x) + x (He et al. 2016a, arXiv:1512.03385, section 3.2), with the shortcut where the shape changes."""

    def step(b: Builder, lines: Lines, step: Step) -> Lines:
        (line,) = lines
        entered = enter(b, line, step)
        joined = b.sum("sum", body(b, entered, step), shortcut(b, line, entered, step))
        return (leave(b, joined, step),)

    return Connectivity(step)


def merge_and_run(b: Builder, lines: Lines, step: Step) -> Lines:
    """(x, y) -> (F(x) + m, G(y) + m) with m = (x + y) / 2 (Zhao et al. 2017, arXiv:1611.07718, section 3).

    Where the shape changes each line has its own projection in front of the average. The lines end in their sum, in
    front of the activation, as the paper's figure 1 draws it.
    """
    inner, shortcuts = [], []
    for name, line in zip(("left", "right"), lines, strict=True):
        with b.scope(name):
            entered = enter(b, line, step)
            inner.append(body(b, entered, step))
            shortcuts.append(projected(b, line, entered, step))
    mean = b.add("mean", ops.Mean(), *shortcuts)
    out = []
    for name, line in zip(("left", "right"), inner, strict=True):
        with b.scope(name):
            joined = b.sum("sum", line, mean)
            out.append(joined if step.fuse else leave(b, joined, step))
    return (leave(b, b.sum("fuse", *out), step),) if step.fuse else tuple(out)


def dense(b: Builder, lines: Lines, step: Step) -> Lines:
    """x -> [x, F(x)]: each block adds `width` channels, the growth rate (Huang et al. 2017, arXiv:1608.06993).

    A stage opens with the transition of section 3: a 1x1 convolution of the same width and 2x2 average pooling.
    """
    (line,) = lines
    options = step.options
    if step.stride > 1:
        with b.scope("transition"):
            entered = enter(b, line, step)
            line = b.conv("conv", entered, line.channels, kernel=1)
            if not step.block.preactivated:
                line = b.act("act", b.norm("norm", line), options.activation)
            line = b.avg_pool("pool", line, kernel=2, stride=2)
    out = step.block.body(b, enter(b, line, step), step.width, 1, options)
    # The activation stands in front of the concatenation: the line itself is activated already.
    return (b.concat("join", line, leave(b, out, step)),)


connectivities.register("plain", Connectivity(plain))
connectivities.register("residual", residual())
connectivities.register("merge-and-run", Connectivity(merge_and_run, lines=2))
connectivities.register("dense", Connectivity(dense, growth=1))
