"""Deep fusion: base networks of different depth side by side, whose outputs are summed part by part.

Wang et al. 2016, "Deeply-Fused Nets", arXiv:1605.07716, section 3. Each base network is cut into parts, and what is fused
feeds the next part of every one of them. A base network of no blocks is the line itself, so (0, 1) is a residual block.
"""

from __future__ import annotations

from dataclasses import replace

from nas.errors import GenomeError
from nas.motif.builder import Builder, Line
from nas.motif.connectivity import Connectivity, Lines, Step, body, connectivities, enter, leave, projected


def fused(b: Builder, lines: Lines, step: Step) -> Lines:
    """x -> H_1(x) + ... + H_K(x), where H_i is `options.bases[i]` blocks; the sum is activated as one block would be.

    Raises `GenomeError` where no base network has a block.
    """
    bases = step.options.bases
    if min(bases, default=0) < 0 or max(bases, default=0) < 1:
        raise GenomeError(f"bases are blocks of each base network, 0 at least and one of them 1 at least, got {list(bases)}")
    (line,) = lines
    entered, parts = enter(b, line, step), []
    for number, count in enumerate(bases, start=1):
        with b.scope(f"base{number}"):
            parts.append(_blocks(b, entered, step, count) if count else projected(b, line, entered, step))
    return (leave(b, b.sum("sum", *parts) if len(parts) > 1 else parts[0], step),)


def _blocks(b: Builder, entered: Line, step: Step, count: int) -> Line:
    """`count` plain blocks, the last without the activation that follows the sum; the first changes the shape."""
    with b.scope("block1"):
        line = body(b, entered, step)
    step = replace(step, stride=1)
    for number in range(2, count + 1):
        with b.scope(f"block{number - 1}"):
            line = leave(b, line, step)
        with b.scope(f"block{number}"):
            line = body(b, enter(b, line, step), step)
    return line


connectivities.register("fused", Connectivity(fused))
