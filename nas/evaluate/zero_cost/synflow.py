"""synflow: the sum over all weights of weight times gradient, in a network that is made linear and positive.

Tanaka et al. 2020, arXiv:2006.05467, section 5: with |w| for each weight w, an image of ones, and R the sum of the
answers, sum |w dR/dw|: each path from the input to an answer counts the product of its |w|, once for each of its weights.
As in Abdelfattah et al. 2021, arXiv:2101.08134, section 3.1, batch normalisation is passed by, and the weights of
convolutions and linear layers count.

Here: log(1 + sum), as the sum grows by a factor with each layer. All activations but gates (the sigmoid) are passed by,
where the papers have only the ReLU, which does nothing to positive numbers. Above 1e308, at some 300 layers, the
score is not a number.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, fx

from nas.evaluate.zero_cost.passes import GATES, Apply, Run, gradients, weights


class _Linear(Run):
    def activation(self, kind: object, x: Tensor, apply: Apply) -> Tensor:
        return apply() if kind in GATES else x


def synflow(network: fx.GraphModule, images: Tensor, labels: Tensor, generator: torch.Generator) -> float:
    network.double().eval()  # fresh running statistics are 0 and 1: normalisation does nothing
    for parameter in network.parameters():
        parameter.data.abs_()
    ones = torch.ones(1, *images.shape[1:], dtype=torch.float64, device=images.device)
    total = _Linear(network).run(ones).sum()
    return math.log1p(sum((weight * gradient).abs().sum().item() for weight, gradient in gradients(total, weights(network))))
