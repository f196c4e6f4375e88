"""Inception v2, also called BN-Inception (Ioffe and Szegedy 2015, arXiv:1502.03167, section 4.2.1 and figure 5).

GoogLeNet with batch norm behind each convolution, two 3x3 in place of 5x5, a third module at 28x28, average pooling in
most modules, and modules of stride 2 (3c, 4e) that pass the pooled line through. Figure 5 contradicts itself at 4c and
4d: a projection of 128 channels makes 608, not the 576 that it says, and two later implementations took one each. What
the paper calls Inception-v2 in arXiv:1512.00567 is another net.
"""

from __future__ import annotations

from typing import NamedTuple

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.motif.branches import Branches, Conv, Layer, Pool, normed, side_by_side
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import one_of


class Widths(NamedTuple):
    """A module: channels of 1x1 | before 3x3, 3x3 | before double 3x3, each of the two | the pooling, behind it."""

    one: int
    before_three: int
    three: int
    before_double: int
    double: int
    pooling: str
    pool: int


MODULES = {
    "3a": Widths(64, 64, 64, 64, 96, "avg", 32),
    "3b": Widths(64, 64, 96, 64, 96, "avg", 64),
    "3c": Widths(0, 128, 160, 64, 96, "max", 0),
    "4a": Widths(224, 64, 96, 96, 128, "avg", 128),
    "4b": Widths(192, 96, 128, 96, 128, "avg", 128),
    "4c": Widths(160, 128, 160, 128, 160, "avg", 128),
    "4d": Widths(96, 128, 192, 160, 192, "avg", 128),
    "4e": Widths(0, 128, 192, 192, 256, "max", 0),
    "5a": Widths(352, 192, 320, 160, 224, "avg", 128),
    "5b": Widths(352, 192, 320, 192, 224, "max", 128),
}
NOTE = "no reading of figure 5 gives 13.6M"


@network(
    title="Inception v2 (BN-Inception)",
    paper="Ioffe and Szegedy 2015, arXiv:1502.03167",
    year=2015,
    variants=(
        Variant("inception_v2-caffe", {"form": "caffe"}, params="13.6M", note=NOTE),
        Variant("inception_v2-tf_slim", {"form": "tf_slim"}, params="13.6M", note=NOTE),
    ),
)
def inception_v2(
    *,
    form: str = "caffe",
    conv_bias: bool = False,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """BN-Inception: 34 weighted layers (35 with a separable first convolution).

    `form` "caffe" has a dense 7x7 first convolution and keeps the 128 channels behind the pooling of 4c and 4d; "tf_slim"
    has a separable one of multiplier 8, as section 4.2.1 says, and takes 96 channels to meet the widths of figure 5.
    `conv_bias` keeps the biases that batch norm makes idle.
    """
    one_of("form", form, ("caffe", "tf_slim"))
    slim = form == "tf_slim"
    layer = normed(eps=1e-3 if slim else 1e-5, bias=conv_bias)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        if slim:
            line = b.conv("depthwise1", line, 8 * line.channels, kernel=7, stride=2, groups=line.channels, bias=conv_bias)
        line = layer(b, "conv1", line, Conv(64) if slim else Conv(64, 7, 2))
        line = b.max_pool("pool1", line, kernel=3, stride=2, ceil=True)
        line = layer(b, "conv2", layer(b, "reduce2", line, Conv(64)), Conv(192, 3))
        line = b.max_pool("pool2", line, kernel=3, stride=2, ceil=True)
    for name, widths in MODULES.items():
        if slim and name in ("4c", "4d"):
            widths = widths._replace(pool=96)
        with b.scope(f"inception{name}"):
            line = _module(b, line, widths, layer)
    b.classifier(line, classes)
    return b.genome()


def _module(b: Builder, line: Line, widths: Widths, layer: Layer) -> Line:
    """A module; without a 1x1 branch it is one of stride 2, whose pooled line passes as it is."""
    stride = 1 if widths.one else 2
    branches: dict[str, list[Conv | Pool | Branches]] = {
        "three": [Conv(widths.before_three), Conv(widths.three, 3, stride)],
        "double": [Conv(widths.before_double), Conv(widths.double, 3), Conv(widths.double, 3, stride)],
    }
    if stride == 1:
        branches = {"one": [Conv(widths.one)], **branches, "pool": [Pool(widths.pooling), Conv(widths.pool)]}
    else:
        # The convolutions halve an odd side to the upper half; a pooling without padding does so only for an even one.
        branches["pool"] = [Pool(widths.pooling, 2, (line.shape[1] % 2, line.shape[2] % 2), ceil=True)]
    return side_by_side(b, line, branches, layer)
