"""The scores by name: `(network, images, labels, generator) -> float`, higher is better.

network: as `nas.network.build` makes it, of one output and with fresh weights. images: (batch, channels, height, width),
labels: (batch,), on the network's device. All are the score's own, which may change them. Whatever is random is drawn from
`generator`, which is the CPU's. A score of one's own registers in the same way:

    scores.register("weights", lambda network, images, labels, generator: float(len(list(network.parameters()))))
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from nas.registry import Registry

if TYPE_CHECKING:
    import torch
    from torch import Tensor, fx

    Score = Callable[[fx.GraphModule, Tensor, Tensor, torch.Generator], float]
else:
    Score = Callable[..., float]

BASELINES = ("params", "macs")  # the genome's own, which need no network

scores: Registry[Score] = Registry("score")


def _shipped(module: str, function: str) -> Score:
    """A score that is imported when it is first used: it loads torch."""

    def later(network: fx.GraphModule, images: Tensor, labels: Tensor, generator: torch.Generator) -> float:
        found = getattr(importlib.import_module(f"nas.evaluate.zero_cost.{module}"), function)
        return found(network, images, labels, generator)

    return later


for _module, _name in (
    ("gradients", "grad_norm"),
    ("gradients", "snip"),
    ("jacobian", "jacob_cov"),
    ("naswot", "naswot"),
    ("synflow", "synflow"),
    ("zen", "zen"),
):
    scores.register(_name, _shipped(_module, _name))
