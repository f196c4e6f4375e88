"""Highway connectivity: a gate decides, pixel by pixel and channel by channel, between a block's output and its input.

Srivastava et al. 2015, "Highway Networks", arXiv:1505.00387, section 2. The paper's H is one convolution with its
activation; here it is any block. Where the shape changes the paper puts a plain layer in front, and so does this.
"""

from __future__ import annotations

from dataclasses import replace

from nas.genome import ops
from nas.motif.builder import Builder, Line
from nas.motif.connectivity import Connectivity, Lines, Step, body, connectivities, enter, leave


def highway(bias: float = -2.0) -> Connectivity:
    """x -> H(x) T(x) + x (1 - T(x)), where T is the sigmoid of a 3x3 convolution plus `bias`.

    H ends with its activation in front of the gate, since the line that it is mixed with is activated already; of a
    pre-activated block neither is, and the gate reads what H reads.
    """

    def step(b: Builder, lines: Lines, step: Step) -> Lines:
        (line,) = lines
        if step.stride > 1 or line.channels != step.width:
            line, step = _plain_layer(b, line, step), replace(step, stride=1)
        entered = enter(b, line, step)
        transformed = leave(b, body(b, entered, step), step)
        gate = b.conv("transform", entered, step.width, kernel=3, bias=True)
        return (b.add("highway", ops.HighwayGate(bias), transformed, gate, line),)

    return Connectivity(step)


def _plain_layer(b: Builder, line: Line, step: Step) -> Line:
    """The layer without a gate that changes the shape: a 3x3 convolution, with norm and activation in its usual place."""
    with b.scope("project"):
        line = b.conv("conv", enter(b, line, step), step.width, kernel=3, stride=step.stride)
        return line if step.block.preactivated else leave(b, b.norm("norm", line), step)


connectivities.register("highway", highway())
