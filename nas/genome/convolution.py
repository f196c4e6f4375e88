"""Convolutions: plain and grouped, transposed, deformable."""

from __future__ import annotations

from typing import ClassVar

from nas.errors import GenomeError
from nas.genome.op import Op, Shape, flag, image, operation, pair, set_fields, whole


def _check_channels(op: Conv2d | ConvTranspose2d) -> None:
    """Refuse channels and groups that no convolution can have."""
    whole("out_channels", op.out_channels, least=1)
    whole("groups", op.groups, least=1)
    flag("bias", op.bias)
    if op.out_channels % op.groups:
        raise GenomeError(f"out_channels ({op.out_channels}) must be a multiple of groups ({op.groups})")


def _grouped(op: Conv2d | ConvTranspose2d, inputs: tuple[Shape, ...]) -> tuple[int, ...]:
    """Height and width of the input, whose channels must divide into the groups."""
    channels, *sides = image(inputs)
    if channels % op.groups:
        raise GenomeError(f"its {channels} input channels must be a multiple of groups ({op.groups})")
    return tuple(sides)


@operation("conv2d")
class Conv2d(Op):
    """A convolution: out = (n + 2p - d(k - 1) - 1) // s + 1 along each side. Padding in pixels on both sides."""

    out_channels: int
    kernel: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    groups: int = 1
    bias: bool = False
    weighted: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_channels(self)
        set_fields(
            self,
            kernel=pair("kernel", self.kernel, least=1),
            stride=pair("stride", self.stride, least=1),
            padding=pair("padding", self.padding, least=0),
            dilation=pair("dilation", self.dilation, least=1),
        )

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        sides = _grouped(self, inputs)
        high, wide = (
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, p, d, k, s in zip(sides, self.padding, self.dilation, self.kernel, self.stride, strict=True)
        )
        return (self.out_channels, high, wide)

    def params(self, inputs: tuple[Shape, ...]) -> int:
        weights = self.out_channels * (inputs[0][0] // self.groups) * self.kernel[0] * self.kernel[1]
        return weights + (self.out_channels if self.bias else 0)

    def macs(self, inputs: tuple[Shape, ...]) -> int:
        channels, high, wide = self.output_shape(inputs)
        return channels * (inputs[0][0] // self.groups) * self.kernel[0] * self.kernel[1] * high * wide


@operation("conv_transpose2d")
class ConvTranspose2d(Op):
    """A transposed convolution: out = (n - 1)s - 2p + (k - 1) + output_padding + 1 along each side.

    Upsamples with learned weights, (in, out / groups, k, k) of them (Long et al. 2015, arXiv:1411.4038, section 3.3).
    Each pixel of the input is multiplied with each weight once, so macs are counted on the input's grid.
    """

    out_channels: int
    kernel: tuple[int, int] = (4, 4)
    stride: tuple[int, int] = (2, 2)
    padding: tuple[int, int] = (1, 1)
    output_padding: tuple[int, int] = (0, 0)
    groups: int = 1
    bias: bool = False
    weighted: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _check_channels(self)
        set_fields(
            self,
            kernel=pair("kernel", self.kernel, least=1),
            stride=pair("stride", self.stride, least=1),
            padding=pair("padding", self.padding, least=0),
            output_padding=pair("output_padding", self.output_padding, least=0),
        )
        if any(more >= step for more, step in zip(self.output_padding, self.stride, strict=True)):
            raise GenomeError(f"output_padding {self.output_padding} must be smaller than stride {self.stride}")

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        sides = _grouped(self, inputs)
        high, wide = (
            (n - 1) * s - 2 * p + k + more
            for n, s, p, k, more in zip(sides, self.stride, self.padding, self.kernel, self.output_padding, strict=True)
        )
        return (self.out_channels, high, wide)

    def params(self, inputs: tuple[Shape, ...]) -> int:
        weights = inputs[0][0] * (self.out_channels // self.groups) * self.kernel[0] * self.kernel[1]
        return weights + (self.out_channels if self.bias else 0)

    def macs(self, inputs: tuple[Shape, ...]) -> int:
        channels, high, wide = inputs[0]
        return channels * (self.out_channels // self.groups) * self.kernel[0] * self.kernel[1] * high * wide


@operation("deform_conv2d")
class DeformConv2d(Op):
    """A convolution whose every tap is moved by an offset that a second convolution finds in the same input.

    Dai et al. 2017, arXiv:1703.06211, section 2.1: 2 k_h k_w offsets at each place of the output, which start at zero;
    values between pixels are bilinear, and those outside the image are zero. The offset convolution is part of the
    operation: it has a bias and the same kernel, stride, padding and dilation.
    """

    out_channels: int
    kernel: tuple[int, int] = (3, 3)
    stride: tuple[int, int] = (1, 1)
    padding: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    bias: bool = False
    weighted: ClassVar[bool] = True

    def __post_init__(self) -> None:
        plain = Conv2d(self.out_channels, self.kernel, self.stride, self.padding, self.dilation, bias=self.bias)
        set_fields(self, kernel=plain.kernel, stride=plain.stride, padding=plain.padding, dilation=plain.dilation)

    @property
    def convolutions(self) -> tuple[Conv2d, Conv2d]:
        """The one whose taps are moved, and the one that finds the offsets."""
        window = (self.kernel, self.stride, self.padding, self.dilation)
        offsets = 2 * self.kernel[0] * self.kernel[1]
        return Conv2d(self.out_channels, *window, bias=self.bias), Conv2d(offsets, *window, bias=True)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return self.convolutions[0].output_shape(inputs)

    def params(self, inputs: tuple[Shape, ...]) -> int:
        return sum(conv.params(inputs) for conv in self.convolutions)

    def macs(self, inputs: tuple[Shape, ...]) -> int:
        return sum(conv.macs(inputs) for conv in self.convolutions)
