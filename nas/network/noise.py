"""What is random in training and fixed in use; the chances come from torch's global generator."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nas.genome import ops
from nas.network.builders import Computation, Place, builds


@builds("dropout")
def _dropout(op: ops.Dropout, place: Place) -> Computation:
    return nn.Dropout(op.rate)


class StochasticDepth(nn.Module):
    """In training the line as it is, or zeros for the whole batch; in use the line times its chance to survive."""

    def __init__(self, survival: float) -> None:
        super().__init__()
        self.survival = survival

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x * self.survival
        # A factor and no branch of Python: a GPU need not wait for the draw, and torch.compile takes it whole.
        return x * (torch.rand((), device=x.device) < self.survival).to(x.dtype)


@builds("stochastic_depth")
def _stochastic_depth(op: ops.StochasticDepth, place: Place) -> Computation:
    return StochasticDepth(op.survival) if op.survival < 1 else lambda x: x
