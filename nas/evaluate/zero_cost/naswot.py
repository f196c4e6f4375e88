"""naswot: how differently the images of a batch switch the network's units on and off.

Mellor et al. 2021, arXiv:2006.04647, section 3: c_i is 1 for each unit whose input is positive for image i; N units;
K_ij = N - (the units in which c_i and c_j differ); the score is log |det K|.

Here: also for other activations than the ReLU. An eigenvalue of K counts at least 1e-5, which keeps the score finite where
two images have the same code; a network without activations has the lowest score.
"""

from __future__ import annotations

import torch
from torch import Tensor, fx

from nas.evaluate.zero_cost.passes import Apply, Run, with_batch_statistics

LEAST = 1e-5


class _Codes(Run):
    def __init__(self, network: fx.GraphModule, images: Tensor) -> None:
        super().__init__(network)
        self.agreement = torch.zeros(len(images), len(images), dtype=torch.float64, device=images.device)

    def activation(self, kind: object, x: Tensor, apply: Apply) -> Tensor:
        signs = (x.flatten(1) > 0).to(torch.float32).mul_(2).sub_(1)
        self.agreement += (signs @ signs.T + signs.shape[1]) / 2  # 1 for each unit that agrees
        return apply()


@torch.no_grad()
def naswot(network: fx.GraphModule, images: Tensor, labels: Tensor, generator: torch.Generator) -> float:
    with_batch_statistics(network)
    codes = _Codes(network, images)
    codes.run(images)
    return torch.linalg.eigvalsh(codes.agreement).clamp(min=LEAST).log().sum().item()
