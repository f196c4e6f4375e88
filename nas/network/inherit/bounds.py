"""Between which values the lines of a network lie, whatever the images: behind ReLU none is negative.

A second ReLU behind the first changes nothing (Chen et al. 2016, arXiv:1511.05641, section 2.3, equation 4: an activation
is fit for a deeper net if it is its own repetition). Others are so on a part of the numbers only.
"""

from __future__ import annotations

from nas.genome import Genome, Node, ops

Bounds = tuple[float, float]

_ALL = (-float("inf"), float("inf"))
_RANGES: dict[str, Bounds] = {
    "relu": (0.0, float("inf")),
    "relu6": (0.0, 6.0),
    "sigmoid": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "softplus": (0.0, float("inf")),
}
# Where an activation hands its input on as it is.
_FIXED: dict[str, Bounds] = {
    "relu": (0.0, float("inf")),
    "relu6": (0.0, 6.0),
    "leaky_relu": (0.0, float("inf")),
    "elu": (0.0, float("inf")),
}
# Operations whose values are some of their inputs', or means of them.
_PICKING = (
    ops.MaxPool2d,
    ops.GlobalAvgPool2d,
    ops.SpatialPyramidPool,
    ops.Concat,
    ops.Mean,
    ops.FractalJoin,
    ops.ChannelShuffle,
    ops.ChannelSplit,
    ops.ChannelSelect,
    ops.Identity,
    ops.Flatten,
    ops.Dropout,
    ops.Crop,
    ops.Upsample,
    ops.Output,
)
_WITH_ZERO = (ops.AvgPool2d, ops.PadChannels, ops.StochasticDepth)  # the same and zero


def hands_on(function: str, bounds: Bounds) -> bool:
    """Whether an activation hands a line between these bounds on as it is."""
    fixed = _FIXED.get(function)
    return fixed is not None and fixed[0] <= bounds[0] and bounds[1] <= fixed[1]


def bounds_of(genome: Genome) -> dict[str, Bounds]:
    """For each node the least and the greatest value that it may put out in evaluation mode."""
    found: dict[str, Bounds] = {}
    for node in genome.nodes:
        found[node.name] = _bounds(node, [found[name] for name in node.inputs])
    return found


def _bounds(node: Node, given: list[Bounds]) -> Bounds:
    op = node.op
    if isinstance(op, ops.Activation):
        if hands_on(op.function, given[0]):
            return given[0]
        return _RANGES.get(op.function, _ALL)
    if isinstance(op, _PICKING):
        return min(low for low, _ in given), max(high for _, high in given)
    if isinstance(op, _WITH_ZERO):
        return min(0.0, given[0][0]), max(0.0, given[0][1])
    if isinstance(op, ops.Add):
        return sum(low for low, _ in given), sum(high for _, high in given)
    if isinstance(op, ops.HighwayGate):
        return min(given[0][0], given[2][0]), max(given[0][1], given[2][1])
    if isinstance(op, ops.Multiply | ops.LocalResponseNorm) and min(low for low, _ in given) >= 0:
        return 0.0, float("inf")
    return (0.0, 0.0) if isinstance(op, ops.Zero) else _ALL
