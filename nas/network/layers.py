"""Layers that keep the resolution of a line: linear, normalisation, activation and the like."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.genome import ops
from nas.network.builders import Computation, Place, builds


@builds("linear")
def _linear(op: ops.Linear, place: Place) -> Computation:
    return nn.utils.skip_init(nn.Linear, place.inputs[0][0], op.out_features, bias=op.bias)


@builds("batch_norm")
def _batch_norm(op: ops.BatchNorm2d, place: Place) -> Computation:
    return nn.BatchNorm2d(place.inputs[0][0], eps=op.eps, momentum=op.momentum, affine=op.affine)


@builds("local_response_norm")
def _local_response_norm(op: ops.LocalResponseNorm, place: Place) -> Computation:
    channels = place.inputs[0][0]
    before, behind = op.size // 2, (op.size - 1) // 2

    def norm(x: Tensor) -> Tensor:
        # A sum of slices: torch's local_response_norm pools in three dimensions, and takes twice as long on a CPU.
        squares = F.pad(x * x, (0, 0, 0, 0, before, behind))
        total = torch.narrow(squares, 1, 0, channels)
        for start in range(1, op.size):
            total = total + torch.narrow(squares, 1, start, channels)
        return x * (op.k + op.alpha * total) ** -op.beta

    return norm


class ChannelAffine(nn.Module):
    """x: (batch, channels, height, width) -> the same; gain and bias of each channel start at 1 and 0."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight[:, None, None] + self.bias[:, None, None]


@builds("channel_affine")
def _channel_affine(op: ops.ChannelAffine, place: Place) -> Computation:
    return ChannelAffine(place.inputs[0][0])


class Rbf(nn.Module):
    """x: (batch, features) -> (batch, codes): minus the squared distances. The codes are no weights."""

    codes: Tensor

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__()
        signs = torch.tensor([[1.0 if sign == "+" else -1.0 for sign in code] for code in codes])
        self.register_buffer("codes", signs, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return -(x[:, None, :] - self.codes).square().sum(2)


@builds("rbf")
def _rbf(op: ops.Rbf, place: Place) -> Computation:
    return Rbf(op.codes)


# What is computed, and in place of its input; the gradients of these three need only their result.
_IN_PLACE: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu_,
    "relu6": lambda x: F.hardtanh_(x, 0.0, 6.0),
    "leaky_relu": lambda x: F.leaky_relu_(x, 0.01),
}
_OUT_OF_PLACE: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "relu6": F.relu6,
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "gelu": F.gelu,
    "silu": F.silu,
    "hardswish": F.hardswish,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "scaled_tanh": lambda x: torch.tanh(x * (2 / 3)) * 1.7159,
    "softplus": F.softplus,
    "mish": F.mish,
}


@builds("activation")
def _activation(op: ops.Activation, place: Place) -> Computation:
    if place.free[0] and op.function in _IN_PLACE:
        return _IN_PLACE[op.function]
    return _OUT_OF_PLACE[op.function]


@builds("scale")
def _scale(op: ops.Scale, place: Place) -> Computation:
    return lambda x: x.mul_(op.factor) if place.free[0] else torch.mul(x, op.factor)


@builds("flatten")
def _flatten(op: ops.Flatten, place: Place) -> Computation:
    return lambda x: torch.flatten(x, 1)


@builds("identity")
def _identity(op: ops.Identity, place: Place) -> Computation:
    return lambda x: x


@builds("zero")
def _zero(op: ops.Zero, place: Place) -> Computation:
    return torch.zeros_like
