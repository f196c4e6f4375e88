"""The weights that training starts from, as the literature draws them.

- Convolution: normal with variance 2 / fan-out, where fan-out counts one group's channels: He et al. 2015
  (arXiv:1502.01852, equation 14), as in fb.resnet.torch (Gross and Wilber 2016, models/resnet.lua). Where the
  next activation is a sigmoid or tanh: normal with variance 2 / (fan-in + fan-out), Glorot and Bengio 2010,
  equation 16. Biases are zero.
- Linear: uniform within 1 / sqrt(fan-in), bias zero, as in the CIFAR ResNets of fb.resnet.torch (Torch's own
  rule, after LeCun et al. 1998, section 4.6). Where a ReLU follows: normal with variance 2 / fan-in, He et
  al. 2015, equation 10.
- Batch normalisation: gain 1, bias 0, running mean 0, running variance 1 (Ioffe and Szegedy 2015).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from nas.genome import Genome, Node, ops

# The first activation below a layer is looked for through these, along the first node that reads each.
_PASSED = (
    ops.BatchNorm2d,
    ops.Add,
    ops.Mean,
    ops.Concat,
    ops.Dropout,
    ops.Identity,
    ops.MaxPool2d,
    ops.AvgPool2d,
)
_SQUASHING = ("sigmoid", "tanh")


def activations_below(genome: Genome) -> dict[str, str]:
    """For each node the function of the first activation below it; "" where the next layer comes first."""
    below: dict[str, str] = {}
    found: dict[str, str] = {}
    for node in reversed(genome.nodes):
        own = below.get(node.name, "")
        found[node.name] = own
        if isinstance(node.op, ops.Activation):
            own = node.op.function
        elif not isinstance(node.op, _PASSED):
            own = ""
        for name in node.inputs:
            below[name] = own  # nodes come last to first, so the first reader has the last word
    return found


def initialise(module: nn.Module, node: Node, *, activation: str, generator: torch.Generator) -> None:
    """Draw the weights of a convolution or linear layer; `activation`: the function after it, or ""."""
    if isinstance(node.op, ops.Conv2d):
        assert isinstance(module, nn.Conv2d)
        window = math.prod(node.op.kernel)
        fan_in = module.in_channels // node.op.groups * window
        fan_out = node.op.out_channels // node.op.groups * window
        variance = 2 / (fan_in + fan_out) if activation in _SQUASHING else 2 / fan_out
        module.weight.data.normal_(0, math.sqrt(variance), generator=generator)
        _zero(module.bias)
    elif isinstance(node.op, ops.Linear):
        assert isinstance(module, nn.Linear)
        if activation == "relu":
            module.weight.data.normal_(0, math.sqrt(2 / module.in_features), generator=generator)
        else:
            bound = 1 / math.sqrt(module.in_features)
            module.weight.data.uniform_(-bound, bound, generator=generator)
        _zero(module.bias)


def _zero(bias: Tensor | None) -> None:
    if bias is not None:
        bias.data.zero_()
