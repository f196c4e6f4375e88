"""Which of the parent's channels each channel of the child's lines is: said for layers that choose, followed for all others.

Layers whose outputs are summed must copy the same channels, so that is settled for each set of tied nodes
(`nas.edit.ties`) before any weight is made.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from nas.edit.ties import Ties
from nas.errors import GenomeError
from nas.genome import Genome, Node, ops
from nas.network.inherit.kernels import NEW, spread

CHANNELWISE = (
    ops.BatchNorm2d,
    ops.Activation,
    ops.ChannelAffine,
    ops.Dropout,
    ops.StochasticDepth,
    ops.Identity,
    ops.Zero,
    ops.Scale,
    ops.MaxPool2d,
    ops.AvgPool2d,
    ops.GlobalAvgPool2d,
    ops.Upsample,
    ops.Crop,
    ops.Output,
)
JOINS = (ops.Add, ops.Mean, ops.Multiply, ops.HighwayGate, ops.FractalJoin)
SAYING = (ops.Conv2d, ops.ConvTranspose2d, ops.DeformConv2d, ops.Linear)


@dataclass(frozen=True)
class Trace:
    """What a line of the child is: the parent's line `of`, with these of its channels."""

    of: str  # "" for a line that the parent does not have
    channels: Tensor  # of each channel the parent's, or NEW
    exact: bool  # whether it has the parent's values, in evaluation mode
    zero: bool = False


class Lines:
    """The channels of a child's lines."""

    def __init__(self, parent: Genome, child: Genome, carried: dict[str, str]) -> None:
        self._parent, self._child, self._carried = parent, child, carried
        self._known = {node.name for node in parent.nodes}
        self._expected: dict[str, Tensor] = {}
        try:
            self._ties: Ties | None = Ties(child)
        except GenomeError:  # a width that depends on itself: nothing can be wider
            self._ties = None

    def said(self, node: Node, source: Tensor) -> Tensor:
        """Of each channel that this layer puts out, which of the parent's it copies; `source` says so of its input."""
        name, times = node.name, self._multiplier(node)
        if times:
            return blown_up(source, times)
        before, now = self._parent.shapes[name][0], self._child.shapes[name][0]
        if self._ties is None:
            return spread(before, now)
        tied = self._ties.of(name)
        if not self._ties.follows(tied):
            return spread(before, now, runs=self._ties.multiple(tied))
        channels = self._of_set(tied)
        return channels if int(channels.max()) < before else spread(before, now)

    def _multiplier(self, node: Node) -> int:
        """How many channels a depthwise convolution makes of one, in both; 0 for another layer."""
        found = []
        for genome in (self._parent, self._child):
            op = genome[node.name].op
            width = genome.shapes[genome[node.name].inputs[0]][0]
            found.append(op.out_channels // width if isinstance(op, ops.Conv2d) and op.groups == width > 1 else 0)
        return found[0] if found[0] == found[1] else 0

    def _of_set(self, tied: str) -> Tensor:
        if tied not in self._expected:
            assert self._ties is not None
            self._expected[tied] = self._worked_out(tied, self._ties)
        return self._expected[tied]

    def _worked_out(self, tied: str, ties: Ties) -> Tensor:
        members = ties.members[tied]
        width = self._child.shapes[tied][0]
        for node in members:
            if isinstance(node.op, ops.Concat) and (node.name in self._known or node.name in self._carried):
                return self.side_by_side(node, [self._of_set(ties.of(name)) for name in node.inputs])
        for node in members:
            times = ties.multipliers.get(node.name, 1)
            if times > 1 and node.name in self._known:
                return blown_up(self._of_set(ties.of(node.inputs[0])), times)
        known = [node.name for node in members if node.name in self._known]
        if not known:
            return torch.full((width,), NEW)
        return spread(self._parent.shapes[known[0]][0], width, runs=ties.multiple(tied))

    def side_by_side(self, node: Node, parts: list[Tensor]) -> Tensor:
        """What a concatenation makes of its inputs' channels; inputs that the parent's has not are new."""
        if node.name not in self._known:
            carried = self._carried.get(node.name)
            parts = [
                part if name == carried else torch.full_like(part, NEW) for name, part in zip(node.inputs, parts, strict=True)
            ]
            return torch.cat(parts)
        found, offset = [], 0
        before = self._parent[node.name].inputs
        for place, part in enumerate(parts):
            if place < len(before):
                found.append(torch.where(part == NEW, NEW, part + offset))
                offset += self._parent.shapes[before[place]][0]
            else:
                found.append(torch.full_like(part, NEW))
        return torch.cat(found)

    def followed(self, node: Node, inputs: list[Tensor]) -> Tensor | None:
        """The channels behind a node that says none itself and that the parent has; None where that cannot be said."""
        op, shapes = node.op, self._child.shapes
        before = self._parent[node.name]
        if isinstance(op, CHANNELWISE):
            return inputs[0]
        if isinstance(op, JOINS):
            return met(inputs)
        if isinstance(op, ops.Concat):
            return self.side_by_side(node, inputs)
        width = self._parent.shapes[before.inputs[0]][0]
        if isinstance(op, ops.Flatten):
            return blown_up(inputs[0], shapes[node.name][0] // len(inputs[0]))
        if isinstance(op, ops.SpatialPyramidPool):
            return pyramid(inputs[0], width, op.bins)
        if isinstance(op, ops.ChannelShuffle):
            return shuffled(inputs[0], width, op.groups)
        if isinstance(op, ops.ChannelSplit):
            part = inputs[0].view(op.parts, -1)[op.part] - op.part * (width // op.parts)
            return torch.where((part < 0) | (part >= width // op.parts), NEW, part)
        if isinstance(op, ops.PadChannels):
            return padded(inputs[0], width, now=shapes[node.name][0], before=self._parent.shapes[node.name][0])
        same = all(
            torch.equal(each, torch.arange(self._parent.shapes[name][0]))
            for each, name in zip(inputs, before.inputs, strict=True)
        )
        return torch.arange(shapes[node.name][0]) if same and shapes[node.name] == self._parent.shapes[node.name] else None


def met(inputs: list[Tensor]) -> Tensor | None:
    """The channels of lines that are joined one by one: new where any is; None where two differ."""
    found = inputs[0]
    for each in inputs[1:]:
        if bool(((found != each) & (found != NEW) & (each != NEW)).any()):
            return None
        found = torch.where((found == NEW) | (each == NEW), NEW, found)
    return found


def blown_up(channels: Tensor, times: int) -> Tensor:
    """Each channel `times` times, numbered on."""
    many = channels[:, None] * times + torch.arange(times)
    return torch.where(channels[:, None] == NEW, NEW, many).flatten()


def pyramid(channels: Tensor, width: int, bins: tuple[int, ...]) -> Tensor:
    """Behind a pyramid of grids of a line that was `width` wide: grid by grid, in each channel by channel."""
    found, offset = [], 0
    for size in bins:
        part = blown_up(channels, size * size)
        found.append(torch.where(part == NEW, NEW, part + offset))
        offset += width * size * size
    return torch.cat(found)


def shuffled(channels: Tensor, width: int, groups: int) -> Tensor:
    """Behind a shuffle of a line that was `width` wide: channel g * (c / groups) + i goes to i * groups + g."""
    runs = width // groups
    moved = torch.where(channels == NEW, NEW, channels % runs * groups + channels // runs)
    return moved.view(groups, -1).t().flatten()


def padded(channels: Tensor, width: int, *, now: int, before: int) -> Tensor | None:
    """Behind zero channels that fill a line of `width` up to `before`, and now up to `now`; None where none were filled up."""
    more = now - len(channels)
    if not more:
        return channels
    return torch.cat([channels, spread(before - width, more) + width]) if before > width else None
