"""Residual networks with stochastic depth (Huang et al. 2016, "Deep Networks with Stochastic Depth", arXiv:1603.09382).

The residual network for small images in which each block's residual function is left out of a mini-batch at random,
the later the more often: block l of L survives with the probability 1 - l / L * (1 - p_L), section 3. As in the authors'
Torch code the shortcut is 2x2 average pooling with zero channels behind; that code also keeps the convolutions' biases.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Block, BlockOptions, Builder, Line, Step
from nas.motif.block import Body
from nas.motif.connectivity import Connectivity, Lines, body, enter, leave
from nas.zoo.catalogue import Variant, network
from nas.zoo.resnet_cifar import three
from nas.zoo.rules import one_of, repeats

DECAYS = ("linear", "uniform")


@network(
    title="ResNet with stochastic depth",
    paper="Huang et al. 2016, arXiv:1603.09382",
    year=2016,
    variants=(
        Variant("stochastic_depth-110", {"depth": 110, "conv_bias": True}, params="1.7M"),
        Variant("stochastic_depth-152", {"depth": 152, "conv_bias": True}),
        Variant("stochastic_depth-1202", {"depth": 1202, "conv_bias": True}),
    ),
)
def stochastic_depth(
    *,
    depth: int = 110,
    survival: float = 0.5,
    decay: str = "linear",
    conv_bias: bool = False,
    widths: tuple[int, int, int] = (16, 32, 64),
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """ResNet of 6n + 2 layers whose last block survives a mini-batch with the probability `survival`, above 0 to 1.

    `decay`: from 1 to that "linear" with the depth, or the same in all blocks ("uniform"). `conv_bias`: convolutions have
    biases, as in the authors' code.
    """
    n = repeats("depth", depth, step=6, plus=2)
    three(widths)
    one_of("decay", decay, DECAYS)
    last = ops.StochasticDepth(survival).survival  # refuses what is no probability before a share of it is taken
    block, blocks = Block(_two(conv_bias)), 3 * n
    b = Builder()
    image = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = b.conv("conv", image, widths[0], bias=conv_bias)
        line = b.act("act", b.norm("norm", line), "relu")
    for index in range(blocks):
        stage, number = divmod(index, n)
        survives = 1 - (index + 1) / blocks * (1 - last) if decay == "linear" else last
        step = Step(block, BlockOptions(), widths[stage], 2 if stage and not number else 1)
        with b.scope(f"stage{stage + 1}"), b.scope(f"block{number + 1}"):
            (line,) = surviving(survives).step(b, (line,), step)
    b.classifier(line, classes)
    return b.genome()


def surviving(survival: float) -> Connectivity:
    """x -> b F(x) + x, where b is 1 with the probability `survival` in training, and `survival` in use."""

    def step(b: Builder, lines: Lines, step: Step) -> Lines:
        (line,) = lines
        function = b.add("survive", ops.StochasticDepth(survival), body(b, enter(b, line, step), step))
        return (leave(b, b.sum("sum", function, _pooled(b, line, step)), step),)

    return Connectivity(step)


def _pooled(b: Builder, line: Line, step: Step) -> Line:
    """The line itself, or the mean of each 2x2 pixels of it with zero channels behind."""
    if step.stride > 1:
        odd = line.shape[1] % 2 == 1 or line.shape[2] % 2 == 1  # the convolutions put out the half, rounded up
        line = b.avg_pool("pool", line, kernel=2, stride=2, ceil=odd)
    return line if line.channels == step.width else b.add("pad", ops.PadChannels(step.width), line)


def _two(bias: bool) -> Body:
    """conv-norm-act-conv-norm, the convolutions with biases or without."""

    def two(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
        line = b.norm("norm1", b.conv("conv1", line, width, stride=stride, bias=bias))
        return b.norm("norm2", b.conv("conv2", b.act("act1", line, options.activation), width, bias=bias))

    return two
