"""Pooling: by windows, over the whole image, and over a pyramid of grids."""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome.op import Op, Shape, flag, image, operation, pair, set_fields, whole


def _pooled(op: MaxPool2d | AvgPool2d, inputs: tuple[Shape, ...]) -> Shape:
    """Floor: windows that fit. Ceil: one more where pixels are left, unless it would start beyond image and padding."""
    channels, *sides = image(inputs)
    out = []
    for n, k, s, p in zip(sides, op.kernel, op.stride, op.padding, strict=True):
        span = n + 2 * p - k
        if span < 0:
            raise GenomeError(f"its window of {k} is larger than the padded image ({n + 2 * p})")
        count = (-(-span // s) if op.ceil else span // s) + 1
        if op.ceil and (count - 1) * s >= n + p:
            count -= 1
        out.append(count)
    return (channels, out[0], out[1])


def _check_window(op: MaxPool2d | AvgPool2d) -> None:
    kernel, padding = pair("kernel", op.kernel, least=1), pair("padding", op.padding, least=0)
    if 2 * padding[0] > kernel[0] or 2 * padding[1] > kernel[1]:
        raise GenomeError(f"padding {padding} must be at most half of the kernel {kernel}")
    flag("ceil", op.ceil)
    set_fields(op, kernel=kernel, stride=pair("stride", op.stride, least=1), padding=padding)


@operation("max_pool")
class MaxPool2d(Op):
    """The largest value of each window."""

    kernel: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (2, 2)
    padding: tuple[int, int] = (0, 0)
    ceil: bool = False

    def __post_init__(self) -> None:
        _check_window(self)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return _pooled(self, inputs)


@operation("avg_pool")
class AvgPool2d(Op):
    """The mean of each window."""

    kernel: tuple[int, int] = (2, 2)
    stride: tuple[int, int] = (2, 2)
    padding: tuple[int, int] = (0, 0)
    ceil: bool = False
    count_include_pad: bool = False

    def __post_init__(self) -> None:
        _check_window(self)
        flag("count_include_pad", self.count_include_pad)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return _pooled(self, inputs)


@operation("global_avg_pool")
class GlobalAvgPool2d(Op):
    """The mean of each channel, (c, h, w) -> (c, 1, 1) (Lin et al. 2013, arXiv:1312.4400, section 3.2)."""

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return (image(inputs)[0], 1, 1)


@operation("spatial_pyramid_pool")
class SpatialPyramidPool(Op):
    """The largest value of each bin of several n x n grids, side by side: (c, h, w) -> (c * sum of n * n,).

    He et al. 2014, arXiv:1406.4729, section 2.3: on a side of a pixels a window of ceil(a / n) moves by floor(a / n).
    That gives n bins only for some a; `adaptive` takes windows of varying size instead, which give n bins for every a.
    """

    bins: tuple[int, ...] = (6, 3, 2, 1)
    adaptive: bool = False

    def __post_init__(self) -> None:
        flag("adaptive", self.adaptive)
        if not isinstance(self.bins, tuple) or not self.bins:
            raise GenomeError(f"bins must be a list of grid sizes, such as [6, 3, 2, 1], got {self.bins!r}")
        for size in self.bins:
            whole("bins", size, least=1)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        channels, *sides = image(inputs)
        for size in self.bins:
            for side in sides:
                if size > side:
                    raise GenomeError(f"a grid of {size}x{size} bins does not fit into {sides[0]}x{sides[1]} pixels")
                if not self.adaptive and (side - -(-side // size)) // (side // size) + 1 != size:
                    raise GenomeError(
                        f"on {side} pixels the paper's windows give no grid of {size}; set adaptive, or take other bins"
                    )
        return (channels * sum(size * size for size in self.bins),)
