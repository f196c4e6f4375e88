"""grad_norm and snip: how the loss of one batch pulls at the weights of convolutions and linear layers.

grad_norm: the sum of the Euclidean norms of the layers' gradients (Abdelfattah et al. 2021, arXiv:2101.08134, section 3.1).
snip: the sum over all weights of |weight * gradient|, by how much the loss would change without each (Lee et al. 2019,
arXiv:1810.02340, equation 5; summed as by Abdelfattah et al.). Lee et al. divide each by the sum, to compare weights; here
the sum compares networks.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, fx

from nas.evaluate.zero_cost.passes import gradients, weights, with_batch_statistics


def grad_norm(network: fx.GraphModule, images: Tensor, labels: Tensor, generator: torch.Generator) -> float:
    return sum(gradient.norm().item() for _, gradient in _gradients(network, images, labels))


def snip(network: fx.GraphModule, images: Tensor, labels: Tensor, generator: torch.Generator) -> float:
    return sum((weight * gradient).abs().sum().item() for weight, gradient in _gradients(network, images, labels))


def _gradients(network: fx.GraphModule, images: Tensor, labels: Tensor) -> list[tuple[Tensor, Tensor]]:
    """The weights that the answer depends on, each with the gradient of the mean cross-entropy."""
    with_batch_statistics(network)
    return gradients(F.cross_entropy(network(images), labels), weights(network))
