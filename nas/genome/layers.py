"""The operations that keep the resolution of a line: linear layers, normalisation, activation and the like."""

from __future__ import annotations

from typing import ClassVar

from nas.errors import GenomeError, nearest
from nas.genome.op import Op, Shape, flag, fraction, image, operation, set_fields, whole

ACTIVATIONS = (
    "relu", "relu6", "leaky_relu", "elu", "gelu", "silu", "hardswish", "sigmoid", "tanh", "scaled_tanh", "softplus",
    "mish",
)  # fmt: skip


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


@operation("scale")
class Scale(Op):
    """The line times a constant.

    Szegedy et al. 2016, arXiv:1602.07261, section 3.3, multiply the residuals by 0.1 to 0.3 before they are added.
    """

    factor: float

    def __post_init__(self) -> None:
        if isinstance(self.factor, bool) or not isinstance(self.factor, int | float) or not abs(self.factor) < float("inf"):
            raise GenomeError(f"factor must be a number, got {self.factor!r}")
        set_fields(self, factor=float(self.factor))

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return inputs[0]


@operation("local_response_norm")
class LocalResponseNorm(Op):
    """a / (k + alpha * sum of a^2 over `size` neighbouring channels)^beta.

    Krizhevsky et al. 2012, section 3.3, with its defaults. Other libraries divide alpha by `size`.
    """

    size: int = 5
    alpha: float = 1e-4
    beta: float = 0.75
    k: float = 2.0

    def __post_init__(self) -> None:
        whole("size", self.size, least=1)
        for name in ("alpha", "beta", "k"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
                raise GenomeError(f"{name} must be a number of at least 0, got {value!r}")
            set_fields(self, **{name: float(value)})

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return image(inputs)


@operation("channel_affine")
class ChannelAffine(Op):
    """Each channel times a learned factor, plus a learned bias.

    Behind average pooling it is the sub-sampling layer of LeCun et al. 1998, section II-B.
    """

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        return image(inputs)

    def params(self, inputs: tuple[Shape, ...]) -> int:
        return 2 * inputs[0][0]


@operation("rbf")
class Rbf(Op):
    """Minus the squared distance of a flat line to each of several fixed codes, a text of + and - for each.

    The output layer of LeCun et al. 1998, section II-B, which puts out the distance itself; here the largest answer
    wins, as everywhere.
    """

    codes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not isinstance(self.codes, tuple) or not self.codes or not all(isinstance(code, str) for code in self.codes):
            raise GenomeError("codes must be a list of texts of + and -")
        if any(set(code) - {"+", "-"} or len(code) != len(self.codes[0]) or not code for code in self.codes):
            raise GenomeError("codes must be texts of + and -, all of one length")

    def output_shape(self, inputs: tuple[Shape, ...]) -> Shape:
        if inputs[0] != (len(self.codes[0]),):
            raise GenomeError(f"takes a flat input of {len(self.codes[0])} features, as its codes have, got {inputs[0]}")
        return (len(self.codes),)
