"""zen: how strongly the features of a network with Gaussian weights answer to small changes of Gaussian images.

Lin et al. 2021, arXiv:2102.01063, algorithm 1: weights and images x, e are drawn from N(0, 1); D is the mean over x and e of
the norm of f(x) - f(x + 0.01 e), where f is what goes into the head; the score is log D, plus for each batch normalisation
log s, s^2 being the mean over its channels of the variance that it divides by.

Here: f is the last value with more than one pixel, or the answer where there is none. Shortcuts stay, as a general graph
has no main line, where the paper takes them out. One draw of the weights. Weights that start at zero stay zero.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, fx

from nas.evaluate.zero_cost.passes import Run, weights, with_batch_statistics

CHANGE = 0.01
LEAST = 1e-30  # of what a logarithm is taken


class _Features(Run):
    features: Tensor | None = None

    def __init__(self, network: fx.GraphModule) -> None:
        super().__init__(network)
        self.deviations: list[float] = []

    def norm(self, x: Tensor) -> None:
        variances = x.transpose(0, 1).flatten(1).var(1, correction=0)
        self.deviations.append(variances.mean().sqrt().item())

    def run_node(self, n: fx.Node) -> Tensor:
        value = super().run_node(n)
        if n.op != "output" and n.op != "placeholder" and value.ndim == 4 and value[0, 0].numel() > 1:
            self.features = value
        return value

    def of(self, images: Tensor) -> Tensor:
        """(batch, features)"""
        answer = self.run(images)
        return (answer if self.features is None else self.features).flatten(1)


@torch.no_grad()
def zen(network: fx.GraphModule, images: Tensor, labels: Tensor, generator: torch.Generator) -> float:
    with_batch_statistics(network)
    for weight in weights(network):
        if weight.count_nonzero():
            weight.copy_(torch.randn(weight.shape, generator=generator))
    x, change = (torch.randn(images.shape, generator=generator).to(images.device) for _ in range(2))
    found = _zen(network, x, x + CHANGE * change)
    # Without normalisation values grow by a factor with each layer, and 30 layers leave the range of float32.
    return found if math.isfinite(found) else _zen(network.double(), x.double(), x.double() + CHANGE * change)


def _zen(network: fx.GraphModule, x: Tensor, changed: Tensor) -> float:
    plain = _Features(network)
    difference = plain.of(x) - _Features(network).of(changed)
    distance = difference.norm(dim=1).mean().item()
    return sum(math.log(max(value, LEAST)) if math.isfinite(value) else math.nan for value in [distance, *plain.deviations])
