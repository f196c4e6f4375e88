"""The table: how each shipped operation is written, in the order of `nas/genome`."""

from __future__ import annotations

from nas.exports.source.words import Argument, Code, Formula, Join, Layer, Same, Value, Written, writes
from nas.genome import Shape, ops


def _channels(name: str, value: int) -> Argument:
    return Argument(name, value, "channels", positional=True)


def _number(name: str, value: Value, default: Value | None = None, *, positional: bool = False) -> Argument:
    """An argument that blocks may differ in; a pair of equal numbers is written as one."""
    return Argument(name, short(value), name, default, positional)


def short(value: Value) -> Value:
    """(3, 3) -> 3, as torch takes it."""
    return value[0] if isinstance(value, tuple) and len(value) == 2 and value[0] == value[1] else value


@writes("output")
@writes("identity")
def _same(op: ops.Identity, inputs: tuple[Shape, ...]) -> Written:
    return Same()


@writes("conv2d")
def _conv2d(op: ops.Conv2d, inputs: tuple[Shape, ...]) -> Written:
    depthwise = op.groups == inputs[0][0] > 1
    groups = Argument("groups", op.groups, "channels" if depthwise else "groups", 1)
    return Layer(
        "nn.Conv2d",
        (
            _channels("in_channels", inputs[0][0]),
            _channels("out_channels", op.out_channels),
            _number("kernel_size", op.kernel, positional=True),
            _number("stride", op.stride, 1),
            _number("padding", op.padding, 0),
            _number("dilation", op.dilation, 1),
            groups,
            Argument("bias", op.bias, default=True),
        ),
    )


@writes("conv_transpose2d")
def _conv_transpose2d(op: ops.ConvTranspose2d, inputs: tuple[Shape, ...]) -> Written:
    return Layer(
        "nn.ConvTranspose2d",
        (
            _channels("in_channels", inputs[0][0]),
            _channels("out_channels", op.out_channels),
            _number("kernel_size", op.kernel, positional=True),
            _number("stride", op.stride, 1),
            _number("padding", op.padding, 0),
            _number("output_padding", op.output_padding, 0),
            _number("groups", op.groups, 1),
            Argument("bias", op.bias, default=True),
        ),
    )


@writes("deform_conv2d")
def _deform_conv2d(op: ops.DeformConv2d, inputs: tuple[Shape, ...]) -> Written:
    return Layer(
        "DeformConv2d",
        (
            _channels("in_channels", inputs[0][0]),
            _channels("out_channels", op.out_channels),
            Argument("kernel_size", op.kernel, "pair", positional=True),
            Argument("stride", op.stride, "pair", (1, 1)),
            Argument("padding", op.padding, "pair", (0, 0)),
            Argument("dilation", op.dilation, "pair", (1, 1)),
            Argument("bias", op.bias, default=True),
        ),
    )


@writes("linear")
def _linear(op: ops.Linear, inputs: tuple[Shape, ...]) -> Written:
    bias = Argument("bias", op.bias, default=True)
    return Layer("nn.Linear", (_channels("in_features", inputs[0][0]), _channels("out_features", op.out_features), bias))


@writes("batch_norm")
def _batch_norm(op: ops.BatchNorm2d, inputs: tuple[Shape, ...]) -> Written:
    return Layer(
        "nn.BatchNorm2d",
        (
            _channels("num_features", inputs[0][0]),
            Argument("eps", op.eps, default=1e-5),
            Argument("momentum", op.momentum, default=0.1),
            Argument("affine", op.affine, default=True),
        ),
    )


@writes("channel_affine")
def _channel_affine(op: ops.ChannelAffine, inputs: tuple[Shape, ...]) -> Written:
    return Layer("ChannelAffine", (_channels("channels", inputs[0][0]),))


@writes("rbf")
def _rbf(op: ops.Rbf, inputs: tuple[Shape, ...]) -> Written:
    return Layer("Rbf", (Argument("codes", op.codes, positional=True),))


@writes("fractal_join")
def _fractal_join(op: ops.FractalJoin, inputs: tuple[Shape, ...]) -> Written:
    if len(op.columns) == 1:
        return Same()
    return Layer(
        "FractalJoin",
        (
            Argument("columns", op.columns, positional=True),
            Argument("of", op.of, positional=True),
            _number("drop", op.drop, 0.15),
            _number("global_share", op.global_share, 0.5),
        ),
    )


ACTIVATIONS = {
    "relu": "F.relu",
    "relu6": "F.relu6",
    "leaky_relu": "F.leaky_relu",
    "elu": "F.elu",
    "gelu": "F.gelu",
    "silu": "F.silu",
    "hardswish": "F.hardswish",
    "sigmoid": "torch.sigmoid",
    "tanh": "torch.tanh",
    "scaled_tanh": "1.7159 * torch.tanh({0} * (2 / 3))",
    "softplus": "F.softplus",
    "mish": "F.mish",
}


@writes("activation")
def _activation(op: ops.Activation, inputs: tuple[Shape, ...]) -> Written:
    return Formula(ACTIVATIONS[op.function], atomic=op.function != "scaled_tanh")


@writes("local_response_norm")
def _local_response_norm(op: ops.LocalResponseNorm, inputs: tuple[Shape, ...]) -> Written:
    alpha = float(f"{op.alpha * op.size:.12g}")  # torch divides it by the size, the paper does not
    arguments = (Argument("alpha", alpha), Argument("beta", op.beta), Argument("k", op.k))
    return Formula("F.local_response_norm", (Argument("size", op.size, positional=True), *arguments))


@writes("max_pool")
def _max_pool(op: ops.MaxPool2d, inputs: tuple[Shape, ...]) -> Written:
    return _every_pixel(op) or Formula("F.max_pool2d", (*_window(op), Argument("ceil_mode", op.ceil, default=False)))


@writes("avg_pool")
def _avg_pool(op: ops.AvgPool2d, inputs: tuple[Shape, ...]) -> Written:
    # where nothing is padded there is nothing to count, and torch's default is as good
    counted = op.count_include_pad or op.padding == (0, 0)
    last = (Argument("ceil_mode", op.ceil, default=False), Argument("count_include_pad", counted, default=True))
    return _every_pixel(op) or Formula("F.avg_pool2d", (*_window(op), *last))


def _window(op: ops.MaxPool2d | ops.AvgPool2d) -> tuple[Argument, ...]:
    """Kernel and stride (torch takes the kernel for it where none is given), and padding."""
    default = short(op.kernel) if op.stride == op.kernel else None
    return (
        _number("kernel_size", op.kernel, positional=True),
        _number("stride", op.stride, default),
        _number("padding", op.padding, 0),
    )


def _every_pixel(op: ops.MaxPool2d | ops.AvgPool2d) -> Written | None:
    """A window of one pixel takes every s-th one."""
    if op.kernel != (1, 1) or op.padding != (0, 0) or op.ceil or op.stride[0] != op.stride[1]:
        return None
    return Formula("every", (_number("stride", op.stride, positional=True),))


@writes("global_avg_pool")
def _global_avg_pool(op: ops.GlobalAvgPool2d, inputs: tuple[Shape, ...]) -> Written:
    return Formula("{0}.mean((2, 3), keepdim=True)")


@writes("spatial_pyramid_pool")
def _spatial_pyramid_pool(op: ops.SpatialPyramidPool, inputs: tuple[Shape, ...]) -> Written:
    name = "adaptive_pyramid_pool" if op.adaptive else "pyramid_pool"
    return Formula(name, (Argument("bins", op.bins, positional=True),))


@writes("flatten")
def _flatten(op: ops.Flatten, inputs: tuple[Shape, ...]) -> Written:
    return Formula("torch.flatten", (Argument("start_dim", 1, positional=True),))


@writes("zero")
def _zero(op: ops.Zero, inputs: tuple[Shape, ...]) -> Written:
    return Formula("torch.zeros_like")


@writes("scale")
def _scale(op: ops.Scale, inputs: tuple[Shape, ...]) -> Written:
    return Formula("{factor} * {0}", (_number("factor", op.factor),), atomic=False)


_TRAINING = Argument("training", Code("self.training"), positional=True)


@writes("dropout")
def _dropout(op: ops.Dropout, inputs: tuple[Shape, ...]) -> Written:
    return Formula("F.dropout", (_number("rate", op.rate, positional=True), _TRAINING))


@writes("stochastic_depth")
def _stochastic_depth(op: ops.StochasticDepth, inputs: tuple[Shape, ...]) -> Written:
    if op.survival == 1:
        return Same()
    arguments = (_number("survival", op.survival, positional=True), _TRAINING)
    return Formula("stochastic_depth", arguments)


@writes("channel_shuffle")
def _channel_shuffle(op: ops.ChannelShuffle, inputs: tuple[Shape, ...]) -> Written:
    return Formula("torch.channel_shuffle", (_number("groups", op.groups, positional=True),))


@writes("channel_split")
def _channel_split(op: ops.ChannelSplit, inputs: tuple[Shape, ...]) -> Written:
    return Formula("{0}.chunk({parts}, 1)[{part}]", (Argument("parts", op.parts), Argument("part", op.part)))


@writes("channel_select")
def _channel_select(op: ops.ChannelSelect, inputs: tuple[Shape, ...]) -> Written:
    first, count = op.channels[0], len(op.channels)
    if op.channels == tuple(range(first, first + count)):
        return Formula("{0}.narrow(1, {first}, {count})", (_number("first", first), Argument("count", count, "channels")))
    return Formula("select_channels", (Argument("selected", op.channels, "selected", positional=True),))


@writes("pad_channels")
def _pad_channels(op: ops.PadChannels, inputs: tuple[Shape, ...]) -> Written:
    if op.out_channels == inputs[0][0]:
        return Same()
    return Formula("pad_channels", (_channels("out_channels", op.out_channels),))


@writes("upsample")
def _upsample(op: ops.Upsample, inputs: tuple[Shape, ...]) -> Written:
    mode = Argument("mode", op.mode, default="nearest")
    return Formula("F.interpolate", (Argument("scale_factor", short(op.scale)), mode))


@writes("crop")
def _crop(op: ops.Crop, inputs: tuple[Shape, ...]) -> Written:
    (top, left), (high, wide) = op.offset, op.size
    edges = {"top": top, "bottom": top + high, "left": left, "right": left + wide}
    arguments = tuple(Argument(name, value) for name, value in edges.items())
    return Formula("{0}[:, :, {top}:{bottom}, {left}:{right}]", arguments)


@writes("add")
def _add(op: ops.Add, inputs: tuple[Shape, ...]) -> Written:
    return Join("+") if len(inputs) > 1 else Same()


@writes("mean")
def _mean(op: ops.Mean, inputs: tuple[Shape, ...]) -> Written:
    return Join("mean") if len(inputs) > 1 else Same()


@writes("multiply")
def _multiply(op: ops.Multiply, inputs: tuple[Shape, ...]) -> Written:
    return Join("*") if len(inputs) > 1 else Same()


@writes("concat")
def _concat(op: ops.Concat, inputs: tuple[Shape, ...]) -> Written:
    return Join("cat") if len(inputs) > 1 else Same()


@writes("highway_gate")
def _highway_gate(op: ops.HighwayGate, inputs: tuple[Shape, ...]) -> Written:
    return Formula("highway_gate", (_number("bias", op.bias, positional=True),))
