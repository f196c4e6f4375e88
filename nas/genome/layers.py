"""The operations that compute on one line: convolution, pooling, normalisation and the like."""

from __future__ import annotations

from typing import ClassVar

from nas.errors import GenomeError, nearest
from nas.genome.op import Op, Shape, flag, fraction, image, operation, pair, whole

ACTIVATIONS = (
    "relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "hardswish", "sigmoid", "tanh", "softplus", "mish",
)  # fmt: skip


def set_fields(op: Op, **values: object) -> None:
    """Replace fields of a frozen operation by their checked form, within `__post_init__`."""
    for name, value in values.items():
        object.__setattr__(op, name, value)


@operation("input")
class Input(Op):
    """The images: shape is (channels, height, width) of one."""

    shape: tuple[int, ...]
    arity: ClassVar[tuple[int, int | None]] = (0, 0)

    def __post_init__(self) -> None:
        if not isinstance(self.shape, tuple) or len(self.shape) not in (1, 3):
            raise GenomeError(f"shape must be (channels, height, width) or (features,), got {self.shape!r}")
        set_fields(self, shape=tuple(whole("shape", extent, least=1) for extent in self.shape))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return self.shape


@operation("output")
class Output(Op):
    """What the network answers; a genome's first output is the prediction."""

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]


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
        whole("out_channels", self.out_channels, least=1)
        whole("groups", self.groups, least=1)
        flag("bias", self.bias)
        set_fields(
            self,
            kernel=pair("kernel", self.kernel, least=1),
            stride=pair("stride", self.stride, least=1),
            padding=pair("padding", self.padding, least=0),
            dilation=pair("dilation", self.dilation, least=1),
        )
        if self.out_channels % self.groups:
            raise GenomeError(f"out_channels ({self.out_channels}) must be a multiple of groups ({self.groups})")

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        channels, *sides = image(inputs)
        if channels % self.groups:
            raise GenomeError(f"its {channels} input channels must be a multiple of groups ({self.groups})")
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


@operation("linear")
class Linear(Op):
    """A fully connected layer on a flat line."""

    out_features: int
    bias: bool = True
    weighted: ClassVar[bool] = True

    def __post_init__(self) -> None:
        whole("out_features", self.out_features, least=1)
        flag("bias", self.bias)

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        if len(inputs[0]) != 1:
            raise GenomeError(f"takes a flat input (features,), got {inputs[0]}; put a flatten in front")
        return (self.out_features,)

    def params(self, inputs: tuple[Shape, ...]) -> int:
        return (inputs[0][0] + (1 if self.bias else 0)) * self.out_features

    def macs(self, inputs: tuple[Shape, ...]) -> int:
        return inputs[0][0] * self.out_features


@operation("batch_norm")
class BatchNorm2d(Op):
    """Batch normalisation over each channel (Ioffe and Szegedy 2015, arXiv:1502.03167)."""

    eps: float = 1e-5
    momentum: float = 0.1
    affine: bool = True

    def __post_init__(self) -> None:
        flag("affine", self.affine)
        set_fields(self, eps=fraction("eps", self.eps), momentum=fraction("momentum", self.momentum))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return image(inputs)

    def params(self, inputs: tuple[Shape, ...]) -> int:
        return 2 * inputs[0][0] if self.affine else 0


@operation("activation")
class Activation(Op):
    """A nonlinearity, value by value."""

    function: str = "relu"

    def __post_init__(self) -> None:
        if self.function not in ACTIVATIONS:
            raise GenomeError(f"'{self.function}' is not an activation{nearest(str(self.function), ACTIVATIONS)}")

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]


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


@operation("dropout")
class Dropout(Op):
    """Values set to zero at random in training (Srivastava et al. 2014), the rest scaled by 1 / (1 - rate)."""

    rate: float = 0.5

    def __post_init__(self) -> None:
        set_fields(self, rate=fraction("rate", self.rate))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]


@operation("flatten")
class Flatten(Op):
    """(c, h, w) -> (c * h * w,)."""

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        size = 1
        for extent in inputs[0]:
            size *= extent
        return (size,)


@operation("identity")
class Identity(Op):
    """The line as it is."""

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]


@operation("zero")
class Zero(Op):
    """Zeros of the input's shape: a path that is not there, in a cell whose edges are choices."""

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]
