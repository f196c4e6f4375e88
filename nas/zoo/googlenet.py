"""GoogLeNet (Szegedy et al. 2014, "Going deeper with convolutions", arXiv:1409.4842, section 5 and table 1).

Nine modules of four branches (1x1; 1x1 and 3x3; 1x1 and 5x5; max pooling and 1x1), joined by concatenation; biases, no
norm but two local response norms in the stem. Table 1 counts params in units of 1024 and misprints some rows:

- conv1, 2.7K and 34M operations, is no 7x7 convolution (9.3K, 118M) but a depthwise one with multiplier 8 and a 1x1
  convolution behind it, which the text does not mention; `conv1="separable"` builds it.
- 4c, 463K: the row's widths have 498K. 5a, 1072K and 54M: the widths have 1019K and 51M.
- 4a, 4b, 4d, 4e and 5b are 0.4 to 2 % below the params of their widths. All other figures are right.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.motif.branches import Conv, Pool, biased, side_by_side
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import one_of

# Of each module the channels of 1x1 | before 3x3, 3x3 | before 5x5, 5x5 | behind the pool. The name says the stage.
MODULES = {
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
AUXILIARY = {"4a": "auxiliary1", "4d": "auxiliary2"}
# k = 1 and alpha / size = 2e-5, as the authors' Caffe model has them; the paper names no constants.
NORM = ops.LocalResponseNorm(size=5, alpha=2e-5, beta=0.75, k=1.0)


@network(
    title="GoogLeNet",
    paper="Szegedy et al. 2014, arXiv:1409.4842",
    year=2014,
    variants=(
        Variant("googlenet", params="6.8M", macs="1.5G", note="the sum of table 1, in units of 1024, with conv1, 4a to 5b off"),
        Variant(
            "googlenet-table1",
            {"conv1": "separable", "auxiliary": False},
            params="6.8M",
            macs="1.5G",
            note="the sum of table 1, in units of 1024, with 4a to 5b off",
        ),
    ),
)
def googlenet(
    *,
    auxiliary: bool = True,
    conv1: str = "dense",
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """GoogLeNet: 22 weighted layers (23 with a separable `conv1`).

    `auxiliary` adds the heads of section 5 behind 4a and 4d as further outputs "auxiliary1/output" and
    "auxiliary2/output"; they need 5x5 pixels there, so images of 79 or more. `conv1` is "dense" or "separable".
    """
    one_of("conv1", conv1, ("dense", "separable"))
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = _separable(b, "conv1", line, 64) if conv1 == "separable" else b.conv_act("conv1", line, 64, kernel=7, stride=2)
        line = b.add("norm1", NORM, b.max_pool("pool1", line, kernel=3, stride=2, ceil=True))
        line = b.conv_act("reduce2", line, 64, kernel=1)
        line = b.add("norm2", NORM, b.conv_act("conv2", line, 192))
        line = b.max_pool("pool2", line, kernel=3, stride=2, ceil=True)
    outputs = ["output"]
    for name, widths in MODULES.items():
        if name in ("4a", "5a"):
            line = b.max_pool(f"pool{int(name[0]) - 1}", line, kernel=3, stride=2, ceil=True)
        with b.scope(f"inception{name}"):
            line = _module(b, line, widths)
        if auxiliary and name in AUXILIARY:
            with b.scope(AUXILIARY[name]):
                outputs.append(_auxiliary(b, line, classes).name)
    b.classifier(line, classes, dropout=0.4)
    return Genome(b.nodes, outputs)


def _separable(b: Builder, name: str, line: Line, channels: int, *, multiplier: int = 8) -> Line:
    """A depthwise 7x7 convolution of stride 2 with `multiplier` channels for each of the image, then 1x1 and ReLU."""
    with b.scope(name):
        line = b.conv("depthwise", line, multiplier * line.channels, kernel=7, stride=2, groups=line.channels)
        return b.act("act", b.conv("pointwise", line, channels, kernel=1, bias=True), "relu")


def _module(b: Builder, line: Line, widths: tuple[int, int, int, int, int, int]) -> Line:
    one, before_three, three, before_five, five, pool = widths
    branches = {
        "one": [Conv(one)],
        "three": [Conv(before_three), Conv(three, 3)],
        "five": [Conv(before_five), Conv(five, 5)],
        "pool": [Pool("max"), Conv(pool)],
    }
    return side_by_side(b, line, branches, biased())


def _auxiliary(b: Builder, line: Line, classes: int) -> Line:
    line = b.avg_pool("pool", line, kernel=5, stride=3)
    line = b.add("flatten", ops.Flatten(), b.conv_act("conv", line, 128, kernel=1))
    line = b.act("act", b.add("linear1", ops.Linear(1024), line), "relu")
    line = b.add("linear2", ops.Linear(classes), b.add("dropout", ops.Dropout(0.7), line))
    return b.add("output", ops.Output(), line)
