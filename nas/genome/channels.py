"""The operations that pick, order and pad the channels of a line."""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome.op import Op, Shape, image, operation, whole


@operation("channel_shuffle")
class ChannelShuffle(Op):
    """Channels (g, c / g) in the order (c / g, g), so that the next grouped convolution sees every group.

    Zhang et al. 2018, arXiv:1707.01083, section 3.1.
    """

    groups: int = 2

    def __post_init__(self) -> None:
        whole("groups", self.groups, least=1)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = image(inputs)
        if shape[0] % self.groups:
            raise GenomeError(f"its {shape[0]} input channels must be a multiple of groups ({self.groups})")
        return shape


@operation("channel_split")
class ChannelSplit(Op):
    """One of `parts` equal runs of channels, counted from 0; a node for each part splits a line."""

    parts: int = 2
    part: int = 0

    def __post_init__(self) -> None:
        whole("parts", self.parts, least=1)
        if whole("part", self.part, least=0) >= self.parts:
            raise GenomeError(f"part must be below parts ({self.parts}), got {self.part}")

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        channels, *sides = image(inputs)
        if channels % self.parts:
            raise GenomeError(f"its {channels} input channels must be a multiple of parts ({self.parts})")
        return (channels // self.parts, *sides)


@operation("channel_select")
class ChannelSelect(Op):
    """The channels of these numbers, counted from 0, in this order."""

    channels: tuple[int, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.channels, tuple) or not self.channels:
            raise GenomeError(f"channels must be a list of channel numbers, got {self.channels!r}")
        for number in self.channels:
            whole("channels", number, least=0)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = image(inputs)
        if max(self.channels) >= shape[0]:
            raise GenomeError(f"there is no channel {max(self.channels)} among its {shape[0]} input channels")
        return (len(self.channels), *shape[1:])


@operation("pad_channels")
class PadChannels(Op):
    """Zero channels behind those that come, up to `out_channels`: a shortcut without weights.

    Option A of He et al. 2016a, arXiv:1512.03385, section 3.3, together with a pooling that takes every s-th pixel.
    """

    out_channels: int

    def __post_init__(self) -> None:
        whole("out_channels", self.out_channels, least=1)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        shape = image(inputs)
        if shape[0] > self.out_channels:
            raise GenomeError(f"its {shape[0]} input channels are more than out_channels ({self.out_channels})")
        return (self.out_channels, *shape[1:])
