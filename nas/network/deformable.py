"""Deformable convolution: every tap is moved by an offset that a second convolution finds in the input.

Dai et al. 2017, arXiv:1703.06211, section 2.1. Channels 2k and 2k + 1 of the offsets move tap k, counted row by row, down
and to the right, in pixels. Values between pixels are bilinear, those beyond the image zero.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from nas.genome import Shape, ops
from nas.network.builders import Computation, Place, builds
from nas.network.convolution import conv2d


class DeformConv2d(nn.Module):
    """x: (batch, channels, height, width) -> (batch, out_channels, *sides).

    weight: (out_channels, channels, *kernel). `offset` is the second convolution, as are its weight and bias; where they
    are zero this is the plain convolution.
    """

    rows: Tensor
    columns: Tensor

    def __init__(self, op: ops.DeformConv2d, shape: Shape, offset: nn.Module) -> None:
        super().__init__()
        channels, self.high, self.wide = shape
        self.taps = op.kernel[0] * op.kernel[1]
        self.sides = op.output_shape((shape,))[1:]
        self.weight = nn.Parameter(torch.empty(op.out_channels, channels, *op.kernel))
        self.bias = nn.Parameter(torch.empty(op.out_channels)) if op.bias else None
        self.offset = offset
        rows, columns = (_stands(op, axis, self.sides[axis]) for axis in (0, 1))  # (kernel, side) each
        rows, columns = rows.repeat_interleave(op.kernel[1], 0), columns.repeat(op.kernel[0], 1)
        self.register_buffer("rows", rows[:, :, None], persistent=False)
        self.register_buffer("columns", columns[:, None, :], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        offset = self.offset(x).unflatten(1, (self.taps, 2))  # (batch, taps, 2, *sides)
        down = self.rows + offset[:, :, 0]
        right = self.columns + offset[:, :, 1]
        # grid_sample counts from -1, the upper or left edge of the image, to 1.
        grid = torch.stack(((2 * right + 1) / self.wide - 1, (2 * down + 1) / self.high - 1), -1)
        seen = F.grid_sample(x.to(grid.dtype), grid.flatten(1, 2), align_corners=False)
        seen = seen.unflatten(2, (self.taps, self.sides[0])).flatten(1, 2)  # (batch, channels * taps, *sides)
        return F.conv2d(seen, self.weight.flatten(1)[:, :, None, None], self.bias)


def _stands(op: ops.DeformConv2d, axis: int, side: int) -> Tensor:
    """(kernel, side): the pixel at which each tap stands along one side, for each place of the output."""
    first = torch.arange(side) * op.stride[axis] - op.padding[axis]
    return (first + torch.arange(op.kernel[axis])[:, None] * op.dilation[axis]).float()


@builds("deform_conv2d")
def _deform_conv2d(op: ops.DeformConv2d, place: Place) -> Computation:
    offset = conv2d(op.convolutions[1], place)
    assert isinstance(offset, nn.Module)
    return DeformConv2d(op, place.inputs[0], offset)
