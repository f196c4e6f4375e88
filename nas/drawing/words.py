"""What an operation is called on a drawing, in the words of the papers' figures: "3x3 conv, 64, /2", "max pool 3x3 /2"."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from nas.genome import Op, Shape, ops

Words = Callable[[Any, Shape], str]

FUNCTIONS = {
    "relu": "ReLU", "relu6": "ReLU6", "leaky_relu": "leaky ReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU",
    "hardswish": "hard-swish",
}  # fmt: skip


def words(op: Op, taken: Shape) -> str:
    """What `op` is called where its first input has the shape `taken`; one of the user's own by its kind."""
    known = _WORDS.get(type(op))
    return known(op, taken) if known else op.kind.replace("_", " ")


def kind(op: Op) -> str:
    """What gives a box its colour: end, conv, linear, pool, join, size, aside or other."""
    return _KINDS.get(type(op), "conv" if op.weighted else "other")


def size(shape: Shape) -> str:
    """A shape as it is written: 64x56x56."""
    return "x".join(map(str, shape))


def _pair(values: tuple[int, int]) -> str:
    return f"{values[0]}x{values[1]}"


def _one(values: tuple[int, int]) -> str:
    """2, or 2x1 where the sides differ."""
    return str(values[0]) if values[0] == values[1] else _pair(values)


def _steps(values: tuple[int, int]) -> str:
    """The stride of a window, where it has one: "/2"."""
    return "" if values == (1, 1) else f"/{_one(values)}"


def _convolution(op: ops.Conv2d, taken: Shape) -> str:
    depthwise = op.groups == taken[0] > 1
    parts = [f"{_pair(op.kernel)} {'depthwise conv' if depthwise else 'conv'}", str(op.out_channels)]
    if op.groups > 1 and not depthwise:
        parts.append(f"{op.groups} groups")
    if op.dilation != (1, 1):
        parts.append(f"dilation {_one(op.dilation)}")
    return joined([*parts, _steps(op.stride)])


def joined(parts: Iterable[str], by: str = ", ") -> str:
    """Those that are not empty."""
    return by.join(part for part in parts if part)


def _pool(name: str) -> Words:
    return lambda op, taken: joined([name, _pair(op.kernel), _steps(op.stride)], by=" ")


def _plain(name: str) -> Words:
    return lambda op, taken: name


_WORDS: dict[type[Op], Words] = {
    ops.Input: lambda op, taken: f"input {size(op.shape)}",
    ops.Output: _plain("output"),
    ops.Conv2d: _convolution,
    ops.ConvTranspose2d: lambda op, taken: f"{_pair(op.kernel)} transposed conv, {op.out_channels}, x{_one(op.stride)}",
    ops.DeformConv2d: lambda op, taken: joined([f"{_pair(op.kernel)} deformable conv", str(op.out_channels), _steps(op.stride)]),
    ops.Linear: lambda op, taken: f"fc, {op.out_features}",
    ops.Rbf: lambda op, taken: f"RBF, {len(op.codes)}",
    ops.MaxPool2d: _pool("max pool"),
    ops.AvgPool2d: _pool("avg pool"),
    ops.GlobalAvgPool2d: _plain("global avg pool"),
    ops.SpatialPyramidPool: lambda op, taken: f"pyramid pool {', '.join(map(str, op.bins))}",
    ops.BatchNorm2d: _plain("BN"),
    ops.LocalResponseNorm: _plain("LRN"),
    ops.ChannelAffine: _plain("scale, bias"),
    ops.Activation: lambda op, taken: FUNCTIONS.get(op.function) or op.function.replace("_", " "),
    ops.Flatten: _plain("flatten"),
    ops.Dropout: lambda op, taken: f"dropout {op.rate:g}",
    ops.StochasticDepth: lambda op, taken: f"survives {op.survival:.3g}",
    ops.Add: _plain("+"),
    ops.Mean: _plain("mean"),
    ops.Multiply: _plain("×"),
    ops.Concat: _plain("concat"),
    ops.HighwayGate: _plain("gate"),
    ops.FractalJoin: _plain("join"),
    ops.Upsample: lambda op, taken: f"upsample x{_one(op.scale)}",
    ops.Crop: lambda op, taken: f"crop {_pair(op.size)}",
    ops.PadChannels: lambda op, taken: f"zero-pad to {op.out_channels}",
    ops.ChannelShuffle: lambda op, taken: f"shuffle, {op.groups} groups",
    ops.ChannelSplit: lambda op, taken: f"part {op.part + 1} of {op.parts}",
    ops.ChannelSelect: lambda op, taken: f"{len(op.channels)} of {taken[0]} channels",
}

_KINDS: dict[type[Op], str] = {
    **dict.fromkeys((ops.Input, ops.Output), "end"),
    **dict.fromkeys((ops.Conv2d, ops.ConvTranspose2d, ops.DeformConv2d), "conv"),
    **dict.fromkeys((ops.Linear, ops.Rbf), "linear"),
    **dict.fromkeys((ops.MaxPool2d, ops.AvgPool2d, ops.GlobalAvgPool2d, ops.SpatialPyramidPool), "pool"),
    **dict.fromkeys((ops.Add, ops.Mean, ops.Multiply, ops.Concat, ops.HighwayGate, ops.FractalJoin), "join"),
    **dict.fromkeys((ops.Upsample, ops.Crop), "size"),
    # What stands in small letters in the box of the layer in front of it, or behind it
    **dict.fromkeys((ops.BatchNorm2d, ops.LocalResponseNorm, ops.ChannelAffine, ops.Activation), "aside"),
    **dict.fromkeys((ops.Dropout, ops.StochasticDepth, ops.Flatten, ops.Identity), "aside"),
}
