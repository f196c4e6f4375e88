"""Every shipped operation with arguments that matter, and small genomes around one of them."""

from __future__ import annotations

from nas.genome import Genome, Node, Op, Shape, ops

IMAGE: Shape = (4, 6, 5)
FLAT: Shape = (6,)
ON_IMAGES: list[Op] = [
    ops.Conv2d(6),
    ops.Conv2d(8, kernel=(1, 3), stride=(2, 1), padding=(0, 2), dilation=(1, 2), groups=4, bias=True),
    ops.ConvTranspose2d(4),
    ops.ConvTranspose2d(6, kernel=(3, 2), stride=(3, 2), padding=(1, 0), output_padding=(2, 1), groups=2, bias=True),
    ops.DeformConv2d(3),
    ops.DeformConv2d(5, kernel=(2, 3), stride=(2, 1), padding=(1, 0), dilation=(1, 2), bias=True),
    ops.BatchNorm2d(),
    ops.BatchNorm2d(affine=False, eps=1e-3, momentum=0.2),
    ops.LocalResponseNorm(size=3, alpha=0.5),
    ops.LocalResponseNorm(size=2, alpha=0.5, beta=1.0, k=1.0),
    ops.ChannelAffine(),
    ops.Scale(-0.3),
    *[ops.Activation(function) for function in ops.ACTIVATIONS],
    ops.MaxPool2d(kernel=3, stride=2, padding=1),
    ops.MaxPool2d(kernel=2, stride=2, ceil=True),
    ops.AvgPool2d(kernel=3, stride=2, padding=1),
    ops.AvgPool2d(kernel=3, stride=2, padding=1, ceil=True, count_include_pad=True),
    ops.GlobalAvgPool2d(),
    ops.SpatialPyramidPool((3, 2, 1), adaptive=True),
    ops.SpatialPyramidPool((2, 1)),
    ops.Dropout(0.3),
    ops.StochasticDepth(0.6),
    ops.StochasticDepth(1.0),
    ops.ChannelShuffle(2),
    ops.ChannelSplit(2, 1),
    ops.ChannelSelect((3, 0, 3)),
    ops.ChannelSelect((1, 2)),
    ops.PadChannels(7),
    ops.PadChannels(4),
    ops.Upsample((2, 3)),
    ops.Upsample((3, 2), mode="bilinear"),
    ops.Crop((3, 2), (1, 3)),
    ops.Flatten(),
    ops.Identity(),
    ops.Zero(),
]
ON_FLAT: list[Op] = [
    ops.Linear(3),
    ops.Linear(3, bias=False),
    ops.Rbf(("++-+--", "-+-+-+", "++++++")),
    ops.Activation("scaled_tanh"),
]
WHERE_LINES_MEET: list[Op] = [
    ops.Add(),
    ops.Mean(),
    ops.Multiply(),
    ops.Concat(),
    ops.HighwayGate(),
    ops.FractalJoin((0, 2), 3),
    ops.FractalJoin((0, 1, 2), 3, drop=0.4, global_share=0.3),
    ops.FractalJoin((1,), 2),
]
EVERY_OP: list[Op] = [*ON_IMAGES, *ON_FLAT, *WHERE_LINES_MEET]


def lines_of(op: Op) -> int:
    """The inputs that the operation is given here."""
    if isinstance(op, ops.FractalJoin):
        return len(op.columns)
    return max(op.arity[0], 2) if op in WHERE_LINES_MEET else 1


def alone(op: Op) -> Genome:
    """input -> op -> output, and a 1x1 convolution for each line where several meet."""
    nodes = [Node("input", ops.Input(FLAT if op in ON_FLAT else IMAGE))]
    ends = ["input"]
    if op in WHERE_LINES_MEET:
        ends = [f"line{number}" for number in range(lines_of(op))]
        nodes += [Node(end, ops.Conv2d(4, kernel=1, padding=0), ("input",)) for end in ends]
    return Genome([*nodes, Node("op", op, tuple(ends)), Node("output", ops.Output(), ("op",))])


def between(op: Op) -> Genome:
    """The operation behind what may be overwritten, and in front of an activation that overwrites what it may."""
    flat = op in ON_FLAT
    nodes = [Node("input", ops.Input(FLAT if flat else IMAGE))]
    ends = [f"line{number}" for number in range(lines_of(op))]
    nodes += [Node(end, ops.Linear(6) if flat else ops.BatchNorm2d(), ("input",)) for end in ends]
    nodes += [Node("op", op, tuple(ends)), Node("activation", ops.Activation("leaky_relu"), ("op",))]
    return Genome([*nodes, Node("output", ops.Output(), ("activation",))])


def side_by_side(chosen: list[Op]) -> Genome:
    """All of them on one image, each behind layers of its own; the answer is what each puts out, side by side."""
    nodes, ends = [Node("image", ops.Input(IMAGE))], []
    for number, op in enumerate(chosen):
        lines = [f"op{number}/line{line}" for line in range(lines_of(op))]
        if op in ON_FLAT:
            pixels = Node(f"op{number}/pixels", ops.Flatten(), ("image",))
            nodes += [pixels, Node(lines[0], ops.Linear(*FLAT), (pixels.name,))]
        else:
            nodes += [Node(line, ops.Conv2d(4), ("image",)) for line in lines]
        nodes += [Node(f"op{number}/op", op, tuple(lines)), Node(f"op{number}/flat", ops.Flatten(), (f"op{number}/op",))]
        ends.append(f"op{number}/flat")
    return Genome([*nodes, Node("join", ops.Concat(), tuple(ends)), Node("output", ops.Output(), ("join",))])
