"""Drop-path: the joins of a fractal network, which all follow one draw where a mini-batch is global.

Larsson et al. 2017, arXiv:1605.07648, section 3.1 and figure 2.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nas.genome import ops
from nas.network.builders import Computation, Place, builds
from nas.network.merges import added


class Draw:
    """What a mini-batch's joins have in common: two numbers from 0 to 1, for "global or local" and "which column"."""

    numbers: Tensor | None = None


class FractalJoin(nn.Module):
    """lines, each (batch, ...) and alike -> their mean; in training that of the lines which drop-path leaves.

    The first join of a network forgets the draw of the pass before. A column that does not come here is dropped by a later join:
    until there all lines go on, so that normalisation sees what it always sees.
    """

    columns: Tensor

    def __init__(self, op: ops.FractalJoin, draw: Draw, *, first: bool, free: tuple[bool, ...]) -> None:
        super().__init__()
        self.of, self.drop, self.global_share = op.of, op.drop, op.global_share
        self.draw, self.first, self.free = draw, first, free
        self.register_buffer("columns", torch.tensor(op.columns), persistent=False)

    def forward(self, *lines: Tensor) -> Tensor:
        if self.first:
            self.draw.numbers = None
        if not self.training:
            return added(lines, self.free).div_(len(lines))
        weights = self.weights()
        total = lines[0] * weights[0]
        for line, weight in zip(lines[1:], weights[1:], strict=True):
            total = total + line * weight
        return total

    def weights(self) -> Tensor:
        """(lines,): how much each counts in this mini-batch."""
        if self.draw.numbers is None:
            self.draw.numbers = torch.rand(2, device=self.columns.device)
        share, column = self.draw.numbers
        alone = self.columns == (column * self.of).floor()
        luck = torch.rand(len(self.columns), device=self.columns.device)
        # The luckiest stays in any case, so where all are to be dropped each is as likely to be the one that is not.
        kept = torch.where(share < self.global_share, alone, luck >= luck.max().clamp(max=self.drop))
        kept = kept | ~kept.any()
        return kept / kept.sum()


@builds("fractal_join")
def _fractal_join(op: ops.FractalJoin, place: Place) -> Computation:
    if len(op.columns) == 1:
        return lambda line: line
    first = Draw.__name__ not in place.shared
    return FractalJoin(op, place.shared.setdefault(Draw.__name__, Draw()), first=first, free=place.free)
