"""Small graphs of all operations, made up by hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from nas.genome import Node, Op, Shape, ops
from nas.genome.op import infer

ONE_LINE: list[Op] = [
    ops.Conv2d(4),
    ops.Conv2d(4, kernel=1, padding=0, bias=True),
    ops.Conv2d(2),
    ops.BatchNorm2d(),
    ops.Activation("relu"),
    ops.Activation("tanh"),
    ops.MaxPool2d(3, 1, 1),
    ops.AvgPool2d(3, 1, 1),
    ops.Identity(),
    ops.Zero(),
    ops.Dropout(0.0),
    ops.Dropout(0.3),
    ops.StochasticDepth(1.0),
    ops.StochasticDepth(0.6),
    ops.Scale(0.5),
    ops.ChannelAffine(),
    ops.LocalResponseNorm(),
    ops.DeformConv2d(4),
    ops.ConvTranspose2d(4, kernel=3, stride=1),
    ops.PadChannels(4),
    ops.ChannelSelect((1, 0)),
]
MERGES: list[Op] = [ops.Add(), ops.Add(), ops.Mean(), ops.Multiply(), ops.Concat()]
JOINS: list[Op] = [ops.HighwayGate(), ops.FractalJoin((0,), 3), ops.FractalJoin((0, 2), 3), ops.FractalJoin((0, 1, 2), 3)]
Graph = list[Node]


@st.composite
def graphs(draw: DrawFn, most: int = 10) -> Graph:
    """Small graphs of all operations; loose ends are pooled, joined and classified."""
    nodes = [Node("input", ops.Input((4, 5, 5)))]
    shapes: dict[str, Shape] = {"input": (4, 5, 5)}

    def add(name: str, op: Op, *inputs: str) -> str:
        nodes.append(Node(name, op, inputs))
        shapes[name] = infer(op, tuple(shapes[i] for i in inputs)).shape
        return name

    for number in range(draw(st.integers(1, most))):
        op = draw(st.sampled_from(ONE_LINE + MERGES + JOINS))
        first = draw(st.sampled_from([name for name, shape in shapes.items() if _takes(op, shape)]))
        alike = [name for name, shape in shapes.items() if shape == shapes[first]]
        fewest, most = _others(op)
        more = draw(st.lists(st.sampled_from(alike), min_size=fewest, max_size=most))
        add(f"n{number}", op, first, *more)
    used = {name for node in nodes for name in node.inputs}
    ends = [node.name for node in nodes if node.name not in used]
    flat = [add(f"flat{i}", ops.Flatten(), add(f"pool{i}", ops.GlobalAvgPool2d(), n)) for i, n in enumerate(ends)]
    add("output", ops.Output(), add("linear", ops.Linear(3), add("join", ops.Concat(), *flat)))
    return nodes


def _takes(op: Op, shape: Shape) -> bool:
    return not isinstance(op, ops.PadChannels) or shape[0] <= op.out_channels


def _others(op: Op) -> tuple[int, int]:
    """The fewest and the most lines besides the first."""
    if isinstance(op, ops.FractalJoin):
        return len(op.columns) - 1, len(op.columns) - 1
    return op.arity[0] - 1, 2 if op in MERGES else op.arity[0] - 1
