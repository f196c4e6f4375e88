"""Wide residual networks (Zagoruyko and Komodakis 2016, "Wide Residual Networks", arXiv:1605.07146, table 1).

A 3x3 convolution of 16 channels that is not widened, three stages of n pre-activated blocks of two 3x3 convolutions at
16k, 32k and 64k channels, batch norm, activation, global average pooling, one linear layer. The depth of its name, 6n + 4,
is the number of convolutions with the three 1x1 shortcuts; the longest path has 6n + 2 weighted layers.
"""

from __future__ import annotations

from nas.genome import Genome, Shape
from nas.motif import Stage, Staged, Stem, compose, connectivities
from nas.motif.basic import preactivated
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, repeats


@network(
    title="Wide ResNet",
    paper="Zagoruyko and Komodakis 2016, arXiv:1605.07146",
    year=2016,
    variants=(
        Variant("wide_resnet-40-4", {"depth": 40, "widen": 4}, params="8.9M"),
        Variant("wide_resnet-16-8", {"depth": 16, "widen": 8}, params="11.0M"),
        Variant("wide_resnet-28-10", {"depth": 28, "widen": 10}, params="36.5M"),
    ),
)
def wide_resnet(
    *,
    depth: int = 28,
    widen: int = 10,
    dropout: float = 0.0,
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """Wide ResNet of 6n + 4 layers, `widen` times as wide; `dropout` stands between the convolutions of each block."""
    n = repeats("depth", depth, step=6, plus=4)
    at_least("widen", widen, 1)
    block, connect = preactivated(2, dropout=dropout), connectivities.get("residual")
    stages = tuple(Stage(n, width * widen, block, connect) for width in (16, 32, 64))
    return compose(Staged(Stem(16), stages), input_shape=input_shape, classes=classes).genome()
