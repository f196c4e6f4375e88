"""Xception (Chollet 2017, "Deep learning with depthwise separable convolutions", arXiv:1610.02357, section 4.2, figure 5).

Inception modules taken to their extreme: depthwise separable convolutions alone, in modules with a residual connection.
An entry flow that halves the image three times, a middle flow of equal modules, and an exit flow.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.motif.separable import depthwise_separable
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least


@network(
    title="Xception",
    paper="Chollet 2017, arXiv:1610.02357",
    year=2016,
    variants=(Variant("xception", params="22,855,952"),),
)
def xception(
    *,
    entry: tuple[int, ...] = (128, 256, 728),
    middle: int = 8,
    between: str = "",
    input_shape: Shape = (3, 299, 299),
    classes: int = 1000,
) -> Genome:
    """Xception: 36 convolutions, 34 of them separable, and a linear layer; 71 weighted layers, both halves counted.

    `entry` has the widths of the modules that halve the image, the last also that of the `middle` modules. `between` is
    an activation, and a norm in front of it, between the halves of each separable convolution (section 4.7 compares).
    """
    at_least("middle", middle, 0)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    with b.scope("entry"):
        line = b.conv_norm_act("conv1", line, 32, stride=2, padding=0)
        line = b.conv_norm_act("conv2", line, 64, padding=0)
        for number, width in enumerate(entry, start=1):
            with b.scope(f"block{number}"):
                line = _halved(b, line, (width, width), between, activated=number == 1)
    for number in range(1, middle + 1):
        with b.scope(f"middle/block{number}"):
            line = b.sum("sum", _separables(b, line, (line.channels,) * 3, between), line)
    with b.scope("exit"):
        with b.scope("block1"):
            line = _halved(b, line, (line.channels, 1024), between)
        for number, width in enumerate((1536, 2048), start=1):
            line = depthwise_separable(b, f"separable{number}", line, width, between=between)
            line = b.act(f"act{number}", line, "relu")
    b.classifier(line, classes)
    return b.genome()


def _halved(b: Builder, line: Line, widths: tuple[int, ...], between: str, *, activated: bool = False) -> Line:
    """Separable convolutions and max pooling, beside a 1x1 convolution of stride 2."""
    shortcut = b.norm("project_norm", b.conv("project", line, widths[-1], kernel=1, stride=2))
    line = _separables(b, line, widths, between, activated=activated)
    return b.sum("sum", b.max_pool("pool", line, kernel=3, stride=2, padding=1), shortcut)


def _separables(b: Builder, line: Line, widths: tuple[int, ...], between: str, *, activated: bool = False) -> Line:
    """ReLU in front of each separable convolution, of the first only if the line is not `activated` yet."""
    for number, width in enumerate(widths, start=1):
        if number > 1 or not activated:
            line = b.act(f"act{number}", line, "relu")
        line = depthwise_separable(b, f"separable{number}", line, width, between=between)
    return line
