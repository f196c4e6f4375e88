"""The weights that training starts from, as the literature draws them.

- Convolution: normal with variance 2 / fan-out, where fan-out counts one group's channels: He et al. 2015
  (arXiv:1502.01852, equation 14), as in fb.resnet.torch (Gross and Wilber 2016, models/resnet.lua). Where the
  next activation is a sigmoid or tanh: normal with variance 2 / (fan-in + fan-out), Glorot and Bengio 2010,
  equation 16. Biases are zero.
- Transposed convolution that enlarges by its stride s with a kernel of 2s - s mod 2, from n channels to n: bilinear
  interpolation, each channel by itself, as for the scores of classes in Long et al. 2015 (arXiv:1411.4038, section 3.3).
  Any other as a convolution: its fan-out is what one pixel of the input adds to.
- Deformable convolution: as a convolution; the one that finds the offsets is zero, so that it starts as a plain one (Dai
  et al. 2017, arXiv:1703.06211, section 2.1).
- Linear: uniform within 1 / sqrt(fan-in), bias zero, as in the CIFAR ResNets of fb.resnet.torch (Torch's own
  rule, after LeCun et al. 1998, section 4.6). Where a ReLU follows: normal with variance 2 / fan-in, He et
  al. 2015, equation 10.
- Batch normalisation: gain 1, bias 0, running mean 0, running variance 1 (Ioffe and Szegedy 2015); gain and bias of single
  channels likewise.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from nas.genome import Genome, Node, ops

# The first activation below a layer is looked for through these, along the first node that reads each.
_PASSED = (
    ops.BatchNorm2d,
    ops.LocalResponseNorm,
    ops.ChannelAffine,
    ops.Scale,
    ops.Add,
    ops.Mean,
    ops.Concat,
    ops.FractalJoin,
    ops.HighwayGate,
    ops.Dropout,
    ops.StochasticDepth,
    ops.Identity,
    ops.ChannelShuffle,
    ops.ChannelSplit,
    ops.ChannelSelect,
    ops.PadChannels,
    ops.MaxPool2d,
    ops.AvgPool2d,
    ops.Upsample,
    ops.Crop,
)
_Convolution = ops.Conv2d | ops.ConvTranspose2d | ops.DeformConv2d
_SQUASHING = ("sigmoid", "tanh", "scaled_tanh")


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
        if isinstance(node.op, ops.HighwayGate):
            below[node.inputs[1]] = "sigmoid"  # which is a part of the gate
    return found


def initialise(module: nn.Module, node: Node, *, activation: str, generator: torch.Generator) -> None:
    """Draw the weights of a convolution or linear layer; `activation`: the function after it, or ""."""
    if isinstance(node.op, _Convolution):
        for parameter in module.parameters():
            parameter.data.zero_()  # biases, and the convolution that finds offsets
        weight = module.get_parameter("weight").data
        if isinstance(node.op, ops.ConvTranspose2d) and _interpolates(node.op, channels=len(weight)):
            _bilinear(weight, node.op)
        else:
            _convolution(weight, node.op, activation=activation, generator=generator)
    elif isinstance(node.op, ops.Linear):
        assert isinstance(module, nn.Linear)
        if activation == "relu":
            module.weight.data.normal_(0, math.sqrt(2 / module.in_features), generator=generator)
        else:
            bound = 1 / math.sqrt(module.in_features)
            module.weight.data.uniform_(-bound, bound, generator=generator)
        if module.bias is not None:
            module.bias.data.zero_()


def _convolution(weight: Tensor, op: _Convolution, *, activation: str, generator: torch.Generator) -> None:
    groups, window = 1 if isinstance(op, ops.DeformConv2d) else op.groups, math.prod(op.kernel)
    fan_in, fan_out = weight.shape[1] * window, weight.shape[0] // groups * window
    if isinstance(op, ops.ConvTranspose2d):
        fan_in, fan_out = fan_out, fan_in
    variance = 2 / (fan_in + fan_out) if activation in _SQUASHING else 2 / fan_out
    weight.normal_(0, math.sqrt(variance), generator=generator)


def _interpolates(op: ops.ConvTranspose2d, *, channels: int) -> bool:
    fits = all(kernel == 2 * by - by % 2 for kernel, by in zip(op.kernel, op.stride, strict=True))
    return fits and max(op.stride) > 1 and channels == op.out_channels


def _bilinear(weight: Tensor, op: ops.ConvTranspose2d) -> None:
    """weight: (channels, channels / groups, *kernel), zero so far."""
    down, right = (1 - (torch.arange(size) - (size - 1) / 2).abs() / by for size, by in zip(op.kernel, op.stride, strict=True))
    channels = torch.arange(len(weight))
    weight[channels, channels % weight.shape[1]] = down[:, None] * right
