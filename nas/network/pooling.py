"""Pooling: by windows, over the whole image, and over a pyramid of grids."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from nas.genome import ops
from nas.network.builders import Computation, Place, builds


@builds("max_pool")
def _max_pool(op: ops.MaxPool2d, place: Place) -> Computation:
    return lambda x: torch.max_pool2d(x, op.kernel, op.stride, op.padding, (1, 1), op.ceil)


@builds("avg_pool")
def _avg_pool(op: ops.AvgPool2d, place: Place) -> Computation:
    return lambda x: F.avg_pool2d(x, op.kernel, op.stride, op.padding, op.ceil, op.count_include_pad)


@builds("global_avg_pool")
def _global_avg_pool(op: ops.GlobalAvgPool2d, place: Place) -> Computation:
    return lambda x: x.mean((2, 3), keepdim=True)


@builds("spatial_pyramid_pool")
def _spatial_pyramid_pool(op: ops.SpatialPyramidPool, place: Place) -> Computation:
    _, high, wide = place.inputs[0]
    grids = [_grid(high, wide, size, adaptive=op.adaptive) for size in op.bins]
    return lambda x: torch.cat([torch.flatten(grid(x), 1) for grid in grids], 1)


def _grid(high: int, wide: int, size: int, *, adaptive: bool) -> Callable[[Tensor], Tensor]:
    """(batch, channels, high, wide) -> (batch, channels, size, size)"""
    if adaptive and (high % size or wide % size):
        # As adaptive_max_pool2d, which ONNX lacks: bin i of n reaches from floor(i a / n) up to ceil((i + 1) a / n).
        return lambda x: _largest(_largest(x, 2, high, size), 3, wide, size)
    kernel = (-(-high // size), -(-wide // size))
    return lambda x: torch.max_pool2d(x, kernel, (high // size, wide // size))


def _largest(x: Tensor, side: int, pixels: int, bins: int) -> Tensor:
    starts = [i * pixels // bins for i in range(bins)]
    ends = [-(-(i + 1) * pixels // bins) for i in range(bins)]
    windows = [torch.narrow(x, side, start, end - start) for start, end in zip(starts, ends, strict=True)]
    return torch.cat([torch.amax(window, side, keepdim=True) for window in windows], side)
