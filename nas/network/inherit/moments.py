"""Mean and variance of each channel of a network's lines, as its batch norms know them.

A new batch norm is the identity of a line in training too only where it gives back the mean and variance that it takes
away (Chen et al. 2016, arXiv:1511.05641, section 2.3, who estimate them on images). Here no image is needed: what a batch
norm reads is in its running statistics, what it puts out in its gain and bias; behind an activation a line is taken for
normal in front of it, and lines that are summed for independent.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from nas.genome import Genome, Node, ops
from nas.network.builders import Place, builders

Moments = tuple[Tensor, Tensor]  # mean and variance, (channels,) each

_HANDING_ON = (
    ops.MaxPool2d,
    ops.AvgPool2d,
    ops.Dropout,
    ops.StochasticDepth,
    ops.Identity,
    ops.Upsample,
    ops.Crop,
)


def moments_of(genome: Genome, norm_of: Callable[[Node, int], tuple[Tensor, Tensor, Tensor, Tensor]]) -> dict[str, Moments]:
    """For each node whose line can be said: about its mean and variance, channel by channel.

    `norm_of` gives gain, bias, running mean and running variance of a batch norm.
    """
    read: dict[str, Moments] = {}
    put: dict[str, Moments] = {}
    for node in genome.nodes:
        if isinstance(node.op, ops.BatchNorm2d):
            gain, bias, mean, variance = norm_of(node, genome.shapes[node.name][0])
            read[node.inputs[0]], put[node.name] = (mean, variance), (bias, gain.square())
    found: dict[str, Moments] = {}
    for node in genome.nodes:
        known = read.get(node.name) or put.get(node.name)
        if known is None and node.inputs and all(name in found for name in node.inputs):
            known = _followed(node, [found[name] for name in node.inputs])
        if known is not None:
            found[node.name] = known
    return found


def _followed(node: Node, given: list[Moments]) -> Moments | None:
    op = node.op
    if isinstance(op, ops.Activation):
        return through(op.function, *given[0])
    if isinstance(op, _HANDING_ON):
        return given[0]
    if isinstance(op, ops.Concat):
        return torch.cat([mean for mean, _ in given]), torch.cat([variance for _, variance in given])
    if isinstance(op, ops.Add | ops.Mean | ops.FractalJoin):
        share = 1.0 if isinstance(op, ops.Add) else 1 / len(given)
        mean, variance = torch.stack([mean for mean, _ in given]), torch.stack([variance for _, variance in given])
        return mean.sum(0) * share, variance.sum(0) * share**2
    return None


def through(function: str, mean: Tensor, variance: Tensor) -> Moments:
    """Mean and variance behind an activation of a normal line, by a sum over 6 standard deviations to each side."""
    places = torch.linspace(-6, 6, 241)
    weights = torch.exp(-places.square() / 2) / math.sqrt(2 * math.pi) * (places[1] - places[0])
    activate = builders.get("activation")(ops.Activation(function), Place(((len(mean), len(places)),), (False,)))
    values = activate(mean[:, None] + variance.clamp(min=0).sqrt()[:, None] * places)
    first = (values * weights).sum(1)
    return first, ((values - first[:, None]).square() * weights).sum(1)
