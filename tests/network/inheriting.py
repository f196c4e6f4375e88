"""Parents as training leaves them, and how far a child is from one."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from nas.genome import Genome
from nas.network import build
from nas.network.inherit import Inheritance


def trained(genome: Genome, *, seed: int = 0) -> nn.Module:
    """The network in evaluation mode, with gains, biases and statistics that no fresh network has."""
    net, generator = build(genome, seed=seed).eval(), torch.Generator().manual_seed(seed)
    for name, value in net.state_dict().items():
        if name.endswith("running_var"):
            value.uniform_(0.5, 2.0, generator=generator)
        elif name.endswith("running_mean"):
            value.normal_(0.0, 0.3, generator=generator)
        elif value.dtype.is_floating_point and value.dim() == 1:
            value.add_(torch.randn(value.shape, generator=generator) * 0.3)
        elif name.endswith("offset.weight"):
            value.normal_(0.0, 0.1, generator=generator)
    return net


def images(genome: Genome, *, count: int = 3) -> Tensor:
    return torch.randn(count, *genome.input_shape, generator=torch.Generator().manual_seed(1))


def grown(child: Genome, given: Inheritance) -> nn.Module:
    """The child in evaluation mode, from other fresh weights than those that it was given."""
    net = build(child, seed=99).eval()
    net.load_state_dict(given.state)
    return net


def gap(parent: nn.Module, child: nn.Module, x: Tensor) -> float:
    """The greatest difference of their answers over the greatest answer, auxiliary heads too."""
    with torch.no_grad():
        ours, theirs = (answers if isinstance(answers, tuple) else (answers,) for answers in (parent(x), child(x)))
    return max(float((a - b).abs().max() / a.abs().max()) for a, b in zip(ours, theirs, strict=True))
