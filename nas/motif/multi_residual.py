"""Multi-residual blocks: several residual functions side by side, summed with the line.

Abdi and Nahavandi 2016, "Multi-Residual Networks", arXiv:1609.05672: y = x + F_1(x) + ... + F_k(x). Of
pre-activated functions each has its own norm and activation in front; where the shape changes they share one, which the
projection takes too.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.motif.builder import Builder
from nas.motif.connectivity import Connectivity, Lines, Step, body, connectivities, enter, leave, projected


def multi_residual(b: Builder, lines: Lines, step: Step) -> Lines:
    """x -> x + F_1(x) + ... + F_k(x), k being `functions` of the options."""
    (line,) = lines
    if step.options.functions < 1:
        raise GenomeError(f"a multi-residual block has at least 1 function, got {step.options.functions}")
    keeps = step.stride == 1 and line.channels == step.width
    shared = line if keeps else enter(b, line, step)
    ends = []
    for number in range(1, step.options.functions + 1):
        with b.scope(f"function{number}"):
            ends.append(body(b, enter(b, line, step) if keeps else shared, step))
    joined = b.sum("sum", *ends, projected(b, line, shared, step))
    return (leave(b, joined, step),)


connectivities.register("multi-residual", Connectivity(multi_residual))
