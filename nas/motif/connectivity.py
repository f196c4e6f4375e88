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


def _enter(b: Builder, line: Line, step: Step) -> Line:
    """What F takes: a pre-activated block's leading norm and activation."""
    if not step.block.preactivated:
        return line
    return b.act("act0", b.norm("norm0", line), step.options.activation)


def _leave(b: Builder, line: Line, step: Step) -> Line:
    """The activation behind a join, where the block does not bring it in front."""
    return line if step.block.preactivated else b.act("act", line, step.options.activation)


def _body(b: Builder, line: Line, step: Step) -> Line:
    return step.block.body(b, line, step.width, step.stride, step.options)


def _shortcut(b: Builder, line: Line, entered: Line, step: Step) -> Line:
    """The line itself, or a 1x1 projection where the shape changes.

    Option B of He et al. 2016a, section 3.3, with batch norm; of a pre-activated block it takes the activated line and
    has no norm (2016b, appendix).
    """
    if step.stride == 1 and line.channels == step.width:
        return line
    if step.block.preactivated:
        return b.conv("project", entered, step.width, kernel=1, stride=step.stride)
    return b.norm("project_norm", b.conv("project", line, step.width, kernel=1, stride=step.stride))


def plain(b: Builder, lines: Lines, step: Step) -> Lines:
    """x -> F(x), one block behind another (Simonyan and Zisserman 2014, arXiv:1409.1556)."""
    return (_leave(b, _body(b, _enter(b, lines[0], step), step), step),)


def residual(b: Builder, lines: Lines, step: Step) -> Lines:
    """x -> F(x) + x (He et al. 2016a, arXiv:1512.03385, section 3.2)."""
    (line,) = lines
    entered = _enter(b, line, step)
    joined = b.sum("sum", _body(b, entered, step), _shortcut(b, line, entered, step))
    return (_leave(b, joined, step),)


def merge_and_run(b: Builder, lines: Lines, step: Step) -> Lines:
    """(x, y) -> (F(x) + m, G(y) + m) with m = (x + y) / 2 (Zhao et al. 2017, arXiv:1611.07718, section 3).

    Where the shape changes each line has its own projection in front of the average. The lines end in their sum, in
    front of the activation, as the paper's figure 1 draws it.
    """
    inner, shortcuts = [], []
    for name, line in zip(("left", "right"), lines, strict=True):
        with b.scope(name):
            entered = _enter(b, line, step)
            inner.append(_body(b, entered, step))
            shortcuts.append(_shortcut(b, line, entered, step))
    mean = b.add("mean", ops.Mean(), *shortcuts)
    out = []
    for name, line in zip(("left", "right"), inner, strict=True):
        with b.scope(name):
            joined = b.sum("sum", line, mean)
            out.append(joined if step.fuse else _leave(b, joined, step))
    return (_leave(b, b.sum("fuse", *out), step),) if step.fuse else tuple(out)


def dense(b: Builder, lines: Lines, step: Step) -> Lines:
    """x -> [x, F(x)]: each block adds `width` channels, the growth rate (Huang et al. 2017, arXiv:1608.06993).

    A stage opens with the transition of section 3: a 1x1 convolution of the same width and 2x2 average pooling.
    """
    (line,) = lines
    options = step.options
    if step.stride > 1:
        with b.scope("transition"):
            entered = _enter(b, line, step)
            line = b.conv("conv", entered, line.channels, kernel=1)
            if not step.block.preactivated:
                line = b.act("act", b.norm("norm", line), options.activation)
            line = b.add("pool", _HALVE, line)
    out = step.block.body(b, _enter(b, line, step), step.width, 1, options)
    # The activation stands in front of the concatenation: the line itself is activated already.
    return (b.add("join", _CONCAT, line, _leave(b, out, step)),)


_HALVE, _CONCAT = ops.AvgPool2d((2, 2), (2, 2)), ops.Concat()

connectivities.register("plain", Connectivity(plain))
connectivities.register("residual", Connectivity(residual))
connectivities.register("merge-and-run", Connectivity(merge_and_run, lines=2))
connectivities.register("dense", Connectivity(dense, growth=1))
