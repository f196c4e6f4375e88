"""ResNeXt (Xie et al. 2017, "Aggregated Residual Transformations for Deep Neural Networks", arXiv:1611.05431, table 1).

ResNet's skeleton with bottlenecks of C transformations side by side, the cardinality, each d channels wide in the first
stage ("32x4d": 32 of 4), in the equivalent form of a grouped 3x3 convolution, which has the stride. From stage to stage
they become twice as wide, and their number stays.
"""

from __future__ import annotations

from nas.genome import Genome, Shape
from nas.motif import BlockOptions, Stage, Staged, Stem, compose, connectivities
from nas.motif.resnext import aggregated
from nas.zoo.catalogue import Variant, network
from nas.zoo.resnet import DEEP, Layout, layout
from nas.zoo.rules import at_least, repeats


def _stages(counts: Layout, cardinality: int, width: int) -> tuple[Stage, ...]:
    """Stages of 256, 512, ... channels; `width` is that of one transformation where the block puts out 256."""
    at_least("cardinality", cardinality, 1)
    at_least("width", width, 1)
    block = aggregated(lambda outer, groups: outer // 256 * width * groups)
    options = BlockOptions(groups=cardinality)
    connect = connectivities.get("residual")
    return tuple(Stage(count, 256 << at, block, connect, options) for at, count in enumerate(counts))


@network(
    title="ResNeXt",
    paper="Xie et al. 2017, arXiv:1611.05431",
    year=2016,
    variants=(
        Variant("resnext-50-32x4d", {"depth": 50}, params="25.0M", macs="4.2G"),
        Variant(
            "resnext-101-32x4d",
            {"depth": 101},
            params="44.2M",
            macs="7.8G",
            note="7.8G is the approximate figure of the authors' code",
        ),
        Variant("resnext-101-64x4d", {"depth": 101, "cardinality": 64}),
    ),
)
def resnext(
    *,
    depth: int = 50,
    cardinality: int = 32,
    width: int = 4,
    blocks: Layout | None = None,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """ResNeXt of 50, 101 or 152 layers, or with as many `blocks` in each stage as given.

    `cardinality` transformations stand side by side, each `width` channels wide in the first stage.
    """
    stages = _stages(layout(depth, blocks, DEEP), cardinality, width)
    return compose(Staged(Stem(64, kernel=7, stride=2, pool=True), stages), input_shape=input_shape, classes=classes).genome()


@network(
    title="ResNeXt (CIFAR)",
    paper="Xie et al. 2017, arXiv:1611.05431",
    year=2016,
    variants=(
        Variant("resnext_cifar-29-8x64d", {"cardinality": 8}, params="34.4M"),
        Variant("resnext_cifar-29-16x64d", {"cardinality": 16}, params="68.1M"),
    ),
)
def resnext_cifar(
    *,
    depth: int = 29,
    cardinality: int = 8,
    width: int = 64,
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """ResNeXt of 9n + 2 layers: `cardinality` transformations side by side, `width` channels wide in the first stage."""
    n = repeats("depth", depth, step=9, plus=2)
    stages = _stages((n, n, n), cardinality, width)
    return compose(Staged(Stem(64), stages), input_shape=input_shape, classes=classes).genome()
