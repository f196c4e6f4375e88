"""jacob_cov: how little the network's gradients with respect to different images have in common.

Mellor et al. 2020 (arXiv:2006.04647, version 1, section 3), as Abdelfattah et al. 2021 (arXiv:2101.08134, section 3.1)
compare it: J_i is the gradient of the sum of image i's answers with respect to the image; with v the eigenvalues of the
correlations between the J_i, the score is -sum(log(v + k) + 1 / (v + k)), k = 1e-5.

Here: a gradient that is constant, which correlates with nothing, gives an eigenvalue of 0 and so a very low score.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, fx

from nas.evaluate.zero_cost.passes import gradients, with_batch_statistics

K = 1e-5


def jacob_cov(network: fx.GraphModule, images: Tensor, labels: Tensor, generator: torch.Generator) -> float:
    with_batch_statistics(network)
    images.requires_grad_()
    found = gradients(network(images).sum(), [images])
    jacobian = found[0][1] if found else torch.zeros_like(images)
    rows = jacobian.flatten(1).double()
    if not rows.isfinite().all():
        return math.nan
    rows = rows - rows.mean(1, keepdim=True)
    rows = rows / rows.norm(dim=1, keepdim=True).clamp(min=torch.finfo(torch.float64).tiny)
    eigenvalues = torch.linalg.eigvalsh(rows @ rows.T).clamp(min=0) + K
    return -(eigenvalues.log() + 1 / eigenvalues).sum().item()
