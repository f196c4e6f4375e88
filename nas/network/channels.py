"""Picking, ordering and padding the channels of a line."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.genome import ops
from nas.network.builders import Computation, Place, builds


@builds("channel_shuffle")
def _channel_shuffle(op: ops.ChannelShuffle, place: Place) -> Computation:
    return lambda x: torch.channel_shuffle(x, op.groups)


@builds("channel_split")
def _channel_split(op: ops.ChannelSplit, place: Place) -> Computation:
    size = place.inputs[0][0] // op.parts
    return lambda x: torch.narrow(x, 1, op.part * size, size)


class ChannelSelect(nn.Module):
    """x: (batch, channels, height, width) -> (batch, len(channels), height, width)"""

    numbers: Tensor

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("numbers", torch.tensor(channels), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return torch.index_select(x, 1, self.numbers)


@builds("channel_select")
def _channel_select(op: ops.ChannelSelect, place: Place) -> Computation:
    first, number = op.channels[0], len(op.channels)
    if op.channels == tuple(range(first, first + number)):
        return lambda x: torch.narrow(x, 1, first, number)
    return ChannelSelect(op.channels)


@builds("pad_channels")
def _pad_channels(op: ops.PadChannels, place: Place) -> Computation:
    more = op.out_channels - place.inputs[0][0]
    return lambda x: F.pad(x, (0, 0, 0, 0, 0, more)) if more else x
