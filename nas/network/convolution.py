"""Convolutions, plain and transposed; deformable ones stand in `deformable`."""

from __future__ import annotations

from torch import nn

from nas.genome import ops
from nas.network import pointwise
from nas.network.builders import Computation, Place, builds


@builds("conv2d")
def conv2d(op: ops.Conv2d, place: Place) -> Computation:
    channels = place.inputs[0][0]
    strided = pointwise.applies(channels=channels, kernel=op.kernel, stride=op.stride, padding=op.padding)
    return nn.utils.skip_init(
        pointwise.StridedPointwise if strided else nn.Conv2d,
        channels,
        op.out_channels,
        op.kernel,
        stride=op.stride,
        padding=op.padding,
        dilation=op.dilation,
        groups=op.groups,
        bias=op.bias,
    )


@builds("conv_transpose2d")
def _conv_transpose2d(op: ops.ConvTranspose2d, place: Place) -> Computation:
    return nn.utils.skip_init(
        nn.ConvTranspose2d,
        place.inputs[0][0],
        op.out_channels,
        op.kernel,
        stride=op.stride,
        padding=op.padding,
        output_padding=op.output_padding,
        groups=op.groups,
        bias=op.bias,
    )
