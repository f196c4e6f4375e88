"""Highway networks (Srivastava et al. 2015, "Highway Networks", arXiv:1505.00387, section 2; their "Training Very Deep
Networks", arXiv:1507.06228, section 3, has the experiments), layer by layer as in the models that the authors gave out.

A highway layer mixes its output with its input, as a gate says; a plain convolution in front of a stage sets the width.
Convolutions have biases, and there is no batch norm.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Block, BlockOptions, Builder, Line, Step
from nas.motif.highway import highway as gated
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, repeats


def _conv(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    return b.conv("conv", line, width, stride=stride, bias=True)


LAYER = Block(_conv)


def _layers(b: Builder, line: Line, count: int, transform_bias: float) -> Line:
    """`count` highway layers of the line's width."""
    connect = gated(transform_bias)
    for number in range(1, count + 1):
        with b.scope(f"highway{number}"):
            (line,) = connect.step(b, (line,), Step(LAYER, BlockOptions(), line.channels, 1))
    return line


def _dropout(b: Builder, line: Line, rate: float) -> Line:
    return b.add("dropout", ops.Dropout(rate), line) if rate else line


@network(
    title="Highway network",
    paper="Srivastava et al. 2015, arXiv:1505.00387",
    year=2015,
    variants=(Variant("highway-19", {}, params="2.3M"),),
)
def highway(
    *,
    widths: tuple[int, ...] = (32, 80, 128),
    layers: tuple[int, ...] = (4, 5, 5),
    head_width: int = 100,
    transform_bias: float = -2.0,
    dropout: tuple[float, ...] = (0.2, 0.2, 0.2, 0.2),
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """Each stage is a plain convolution of its width and `layers` highway layers; the defaults are the 19-layer network.

    `dropout` has a rate in front of each stage and one in front of the classifier. The 32-layer network of 1.25M params
    that the literature lists beside it cannot be built from what was published: its widths and layers stand nowhere.
    """
    if len(layers) != len(widths) or not widths:
        raise GenomeError(f"layers must be one number for each of the {len(widths)} widths, got {layers!r}; widths={widths!r}")
    if len(dropout) != len(widths) + 1:
        raise GenomeError(f"dropout must be {len(widths) + 1} rates, one for each stage and one more, got {dropout!r}")
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    for number, (width, count, rate) in enumerate(zip(widths, layers, dropout, strict=False), start=1):
        at_least("layers", count, 0)
        with b.scope(f"stage{number}"):
            if number > 1:
                line = b.max_pool("pool", line, kernel=2, stride=2)
            line = b.conv_act("plain", _dropout(b, line, rate), width)
            line = _layers(b, line, count, transform_bias)
    with b.scope("head"):
        line = b.conv_act("plain", line, head_width, kernel=1)
    b.classifier(line, classes, dropout=dropout[-1])
    return b.genome()


@network(
    title="Highway network (MNIST)",
    paper="Srivastava et al. 2015, arXiv:1507.06228",
    year=2015,
    variants=(Variant("highway_mnist-10", {}, params="151K"),),
)
def highway_mnist(
    *,
    depth: int = 10,
    width: int = 32,
    transform_bias: float = -1.0,
    dropout: tuple[float, float, float, float] = (0.2, 0.3, 0.4, 0.5),
    input_shape: Shape = (1, 28, 28),
    classes: int = 10,
) -> Genome:
    """Three stages of n layers of one width, 3n + 1 layers in all; the first is a plain 5x5 convolution without padding."""
    n = repeats("depth", depth, step=3, plus=1)
    if len(dropout) != 4:
        raise GenomeError(f"dropout must be 4 rates, one for each stage and one for the classifier, got {dropout!r}")
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    for number in (1, 2, 3):
        with b.scope(f"stage{number}"):
            line = _dropout(b, line, dropout[number - 1])
            if number == 1:
                line = b.conv_act("plain", line, width, kernel=5, padding=0)
            line = _layers(b, line, n - 1 if number == 1 else n, transform_bias)
            # Windows may begin beside the last whole one, as in Caffe: 24, 12, 6, 3 pixels.
            line = b.max_pool("pool", line, kernel=3 if number < 3 else 2, stride=2, ceil=True)
    with b.scope("head"):
        line = b.add("flatten", ops.Flatten(), _dropout(b, line, dropout[-1]))
        line = b.add("linear", ops.Linear(classes), line)
    b.add("output", ops.Output(), line)
    return b.genome()
