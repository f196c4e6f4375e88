"""One more convolution with a shortcut around it: deeper wherever a line can be added to.

An identity through an activation needs a line that the activation leaves as it is, so `deepen` cannot keep the function
of a network at the linear end of a residual branch. A residual unit can: it starts from zero and adds to the line (Wei et
al. 2016, arXiv:1603.01670, section 3; Goyal et al. 2017, arXiv:1706.02677, section 5.1, start residual branches so).
"""

from __future__ import annotations

from nas.edit.draft import Draft
from nas.edit.unit import check_odd, unit
from nas.genome import Genome, ops


def deepen_residual(genome: Genome, node: str, *, kernel: int = 3) -> Genome:
    """x -> x + F(x) behind the convolution `node`: F is one more convolution as wide, with its norm.

    Where the line is not activated, an activation stands in front of the convolution; nothing follows the sum. Raises
    `GenomeError` for a `kernel` that is no odd number.
    """
    check_odd(kernel)
    found = unit(genome, node)
    op, half, scope = found.op, kernel // 2, f"{node}_deeper"
    draft = Draft(genome, behind=found.end)
    readers = draft.readers(found.end)
    source = found.end
    if found.preactivated and found.norm is not None:
        source = draft.add(f"{scope}/norm", found.norm, source)
    if not found.activated:
        source = draft.add(f"{scope}/act", found.activation, source)
    more = ops.Conv2d(op.out_channels, (kernel, kernel), (1, 1), (half, half), groups=op.groups, bias=op.bias)
    source = draft.add(f"{scope}/conv", more, source)
    if not found.preactivated and found.norm is not None:
        source = draft.add(f"{scope}/norm", found.norm, source)
    draft.redirect(found.end, draft.add(f"{scope}/sum", ops.Add(), found.end, source), readers=readers)
    return draft.genome()
