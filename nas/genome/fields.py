"""Receptive fields: how much of the image a value sees, over all paths (Araujo et al. 2019, distill.00021).

Theoretical ones: padding is taken for image, and a window for all of its taps. Along each side a node's field is kept as
the first and the last pixel that each of its values sees. Behind upsampling these repeat with a period, so nothing is
rounded. The taps of a deformable convolution stand where they start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from nas.genome.convolution import ConvTranspose2d
from nas.genome.identity import reaching
from nas.genome.layers import Flatten, Linear, Rbf
from nas.genome.pooling import GlobalAvgPool2d, SpatialPyramidPool
from nas.genome.resolution import Crop, Upsample

if TYPE_CHECKING:
    from nas.genome.genome import Genome
    from nas.genome.op import Op

Extent = tuple[int, int]
_WHOLE = (GlobalAvgPool2d, SpatialPyramidPool, Flatten, Linear, Rbf)  # every value sees the whole image


class _Side(NamedTuple):
    """Value i along a side sees the pixels low[i] to high[i]; value i + period sees those `advance` further on."""

    advance: int
    low: tuple[float, ...]
    high: tuple[float, ...]

    @property
    def period(self) -> int:
        return len(self.low)

    def at(self, index: int) -> tuple[float, float]:
        rounds, place = divmod(index, self.period)
        return self.low[place] + rounds * self.advance, self.high[place] + rounds * self.advance

    def over(self, taps: Sequence[Sequence[int]], advance: int) -> _Side:
        """The side whose value i takes the values taps[i] of this one."""
        seen = [[self.at(tap) for tap in each] for each in taps]
        low = tuple(min((pixels[0] for pixels in each), default=math.inf) for each in seen)
        return _Side(advance, low, tuple(max((pixels[1] for pixels in each), default=-math.inf) for each in seen))

    @property
    def extent(self) -> int:
        return int(max(0, *(high - low + 1 for low, high in zip(self.low, self.high, strict=True))))


def extents(genome: Genome) -> dict[str, Extent]:
    """For each node the height and width, in pixels, that one of its values sees; the image's own where it sees all."""
    high, wide = genome.input_shape[1:]
    found: list[tuple[_Side, _Side] | None] = []  # None: the whole image
    pixel = _Side(1, (0,), (0,))
    for node, inputs in zip(genome.nodes, genome.wires, strict=True):
        sides = [found[source] for source in inputs]
        if not sides:
            found.append((pixel, pixel))
        elif isinstance(node.op, _WHOLE):
            found.append(None)
        else:
            met = _met(sides)
            found.append(met and (_through(node.op, 0, met[0]), _through(node.op, 1, met[1])))
    return {
        node.name: (sides[0].extent, sides[1].extent) if sides else (high, wide)
        for node, sides in zip(genome.nodes, found, strict=True)
    }


def of_network(genome: Genome) -> Extent | None:
    """What a value sees in front of the pooling or flattening that ends the images; None for a flat input.

    Without one, what a value of the prediction sees.
    """
    if len(genome.input_shape) != 3:
        return None
    seen = extents(genome)
    ends = [genome.nodes[place] for place in reaching(genome.wires, genome.output_places()[:1])]
    ends = [node for node in ends if isinstance(node.op, _WHOLE) and len(genome.shapes[node.inputs[0]]) == 3]
    # The last that takes more than a pixel: gates of channels pool earlier.
    large = [node for node in ends if max(genome.shapes[node.inputs[0]][1:]) > 1]
    last = large[-1:] or ends[:1]
    return seen[last[0].inputs[0]] if last else seen[genome.outputs[0]]


def _met(lines: list[tuple[_Side, _Side] | None]) -> tuple[_Side, _Side] | None:
    """The field of a join: of each value, all that any line sees."""
    sides = [line for line in lines if line is not None]
    if len(sides) < len(lines):
        return None
    first, second = _union([side[0] for side in sides]), _union([side[1] for side in sides])
    return (first, second) if first and second else None


def _union(sides: list[_Side]) -> _Side | None:
    """None where the lines do not step alike over the image: then only the whole is sure to hold all."""
    if len(sides) == 1:
        return sides[0]
    if any(side.advance * sides[0].period != sides[0].advance * side.period for side in sides):
        return None
    period = math.lcm(*(side.period for side in sides))
    seen = [[side.at(index) for side in sides] for index in range(period)]
    low, high = tuple(min(s[0] for s in each) for each in seen), tuple(max(s[1] for s in each) for each in seen)
    return _Side(sides[0].advance * period // sides[0].period, low, high)


def _through(op: Op, axis: int, side: _Side) -> _Side:
    """What the values of an operation see along one side, 0 the height and 1 the width."""
    if isinstance(op, Upsample):
        step, bilinear = op.scale[axis], op.mode == "bilinear"
        taps = [_between(2 * i + 1 - step, 2 * step) if bilinear else [i // step] for i in range(side.period * step)]
        return side.over(taps, side.advance)
    if isinstance(op, Crop):
        return side.over([[i + op.offset[axis]] for i in range(side.period)], side.advance)
    if isinstance(op, ConvTranspose2d):
        kernel, step, padding = op.kernel[axis], op.stride[axis], op.padding[axis]
        taps = [range(-(-(i + padding - kernel + 1) // step), (i + padding) // step + 1) for i in range(side.period * step)]
        return side.over(taps, side.advance)
    if hasattr(op, "kernel"):
        return _window(op, axis, side)
    return side


def _window(op: Any, axis: int, side: _Side) -> _Side:
    """Of an operation with a kernel, and a stride, padding and dilation where it has them."""
    step = getattr(op, "stride", (1, 1))[axis]
    spread = getattr(op, "dilation", (1, 1))[axis]
    begin = -getattr(op, "padding", (0, 0))[axis]
    period = side.period // math.gcd(side.period, step)
    size = spread * (op.kernel[axis] - 1) + 1
    taps = [range(i * step + begin, i * step + begin + size, spread) for i in range(period)]
    return side.over(taps, side.advance * step * period // side.period)


def _between(numerator: int, denominator: int) -> list[int]:
    """The whole numbers around a fraction."""
    below, rest = divmod(numerator, denominator)
    return [below, below + 1] if rest else [below]
