"""Residual networks with pre-activation (He et al. 2016, "Identity Mappings in Deep Residual Networks", arXiv:1603.05027).

Batch norm and activation stand in front of each convolution and nothing behind the addition (figure 4e), so the line
runs from end to end as it is. As the appendix says, the first unit's activation stands in front of both of its paths,
a shortcut that changes the shape takes the activated line, and a last activation follows the last addition. The nets
for ImageNet have norm and activation behind the first convolution, in front of the pooling, and again in the first unit.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Block, Builder, Connectivity, Line, Stage, Step
from nas.motif.basic import preactivated, preactivated_bottleneck
from nas.motif.connectivity import Shortcut, padded, projected, residual
from nas.zoo.catalogue import Variant, network
from nas.zoo.resnet import DEEP, SHALLOW, Layout, layout
from nas.zoo.resnet_cifar import three
from nas.zoo.rules import at_least, one_of, repeats

# Each with the factor by which it is wider outside than within, and its layers.
UNITS = {"basic": (preactivated(2), 1, 2), "bottleneck": (Block(preactivated_bottleneck, preactivated=True), 4, 3)}
SHORTCUTS = {"A": padded, "B": projected}
PUBLISHED = SHALLOW | DEEP | {200: (3, 24, 36, 3)}


@network(
    title="ResNet-v2",
    paper="He et al. 2016, arXiv:1603.05027",
    year=2016,
    variants=tuple(Variant(f"preresnet-{depth}", {"depth": depth}) for depth in PUBLISHED),
)
def preresnet(
    *,
    depth: int = 200,
    shortcut: str = "B",
    blocks: Layout | None = None,
    block: str = "bottleneck",
    width: int = 64,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """Pre-activation ResNet of 18 to 200 layers, or with as many `blocks` ("basic" or "bottleneck") in each stage as given.

    `shortcut`: where the shape changes, A pads with zero channels and B projects by a 1x1 convolution. `width`: channels
    of the first convolution, and of those within the first stage's units; it doubles from stage to stage.
    """
    counts = layout(depth, blocks, PUBLISHED)
    kind = "basic" if blocks is None and depth in SHALLOW else block
    one_of("block", kind, UNITS)
    one_of("shortcut", shortcut, SHORTCUTS)
    at_least("width", width, 1)
    unit, expansion, _ = UNITS[kind]
    connect = residual(SHORTCUTS[shortcut])
    stages = tuple(Stage(count, width * expansion << at, unit, connect) for at, count in enumerate(counts))
    b = Builder()
    image = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = b.conv("conv", image, width, kernel=7, stride=2)
        line = b.max_pool("pool", b.act("act", b.norm("norm", line), "relu"), kernel=3, stride=2, padding=1)
    return _network(b, line, stages, classes)


@network(
    title="ResNet-v2 (CIFAR)",
    paper="He et al. 2016, arXiv:1603.05027",
    year=2016,
    variants=(
        Variant("preresnet_cifar-110", {"depth": 110}, params="1.7M"),
        Variant("preresnet_cifar-164", {"depth": 164, "block": "bottleneck"}, params="1.7M"),
        Variant(
            "preresnet_cifar-1001",
            {"depth": 1001, "block": "bottleneck"},
            params="10.2M",
            note="the printed figure leaves out the 149,216 gains and biases of batch norm",
        ),
    ),
)
def preresnet_cifar(
    *,
    depth: int = 110,
    shortcut: str = "B",
    block: str = "basic",
    widths: tuple[int, int, int] = (16, 32, 64),
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """Pre-activation ResNet of 6n + 2 layers in basic blocks, or 9n + 2 in bottlenecks; `widths` are those within them.

    `shortcut`: where the shape changes, A pads with zero channels and B projects by a 1x1 convolution.
    """
    one_of("block", block, UNITS)
    one_of("shortcut", shortcut, SHORTCUTS)
    unit, expansion, layers = UNITS[block]
    n = repeats("depth", depth, step=3 * layers, plus=2)
    three(widths)
    b = Builder()
    image = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = b.conv("conv", image, widths[0])
    stages = tuple(Stage(n, width * expansion, unit, residual(SHORTCUTS[shortcut])) for width in widths)
    return _network(b, line, stages, classes, first=_shared(SHORTCUTS[shortcut]))


def _shared(shortcut: Shortcut) -> Connectivity:
    """A unit whose norm and activation stand in front of both of its paths."""
    return residual(lambda b, line, entered, step: shortcut(b, entered, entered, step))


def _network(b: Builder, line: Line, stages: tuple[Stage, ...], classes: int, *, first: Connectivity | None = None) -> Genome:
    """Stages and head behind a stem; every stage but the first halves the resolution. `first`: how the first unit meets."""
    for number, stage in enumerate(stages, start=1):
        for unit in range(1, stage.depth + 1):
            step = Step(stage.block, stage.options, stage.width, 2 if number > 1 and unit == 1 else 1)
            connect = first if first and number == unit == 1 else stage.connect
            with b.scope(f"stage{number}"), b.scope(f"unit{unit}"):
                (line,) = connect.step(b, (line,), step)
    with b.scope("head"):
        line = b.act("act", b.norm("norm", line), "relu")
    b.classifier(line, classes)
    return b.genome()
