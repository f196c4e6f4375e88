"""Multi-residual networks (Abdi and Nahavandi 2016, "Multi-Residual Networks", arXiv:1609.05672).

The pre-activated residual network for small images, with k residual functions in each unit instead of one: wider where
residual networks are deeper, at the same number of functions. Convolutions have no bias.
"""

from __future__ import annotations

from nas.genome import Genome, Shape
from nas.motif import BlockOptions, Stage, Staged, Stem, compose
from nas.motif.connectivity import Connectivity
from nas.motif.multi_residual import multi_residual
from nas.zoo.catalogue import Variant, network
from nas.zoo.preresnet import UNITS
from nas.zoo.resnet_cifar import three
from nas.zoo.rules import at_least, one_of, repeats


@network(
    title="Multi-ResNet",
    paper="Abdi and Nahavandi 2016, arXiv:1609.05672",
    year=2016,
    variants=(
        Variant("multi_resnet-200-5", {"depth": 200, "functions": 5}, params="10.2M"),
        Variant("multi_resnet-398-5", {"depth": 398, "functions": 5}, params="20.4M"),
    ),
)
def multi_resnet(
    *,
    depth: int = 200,
    functions: int = 5,
    block: str = "bottleneck",
    widths: tuple[int, int, int] = (16, 32, 64),
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """Multi-ResNet of 9n + 2 layers in bottlenecks, or 6n + 2 in basic blocks, `functions` side by side in each unit.

    `widths`: channels within the blocks of each stage; a bottleneck puts out four times as many.
    """
    one_of("block", block, UNITS)
    at_least("functions", functions, 1)
    unit, expansion, layers = UNITS[block]
    n = repeats("depth", depth, step=3 * layers, plus=2)
    three(widths)
    connect, options = Connectivity(multi_residual), BlockOptions(functions=functions)
    stages = tuple(Stage(n, width * expansion, unit, connect, options) for width in widths)
    return compose(Staged(Stem(widths[0]), stages), input_shape=input_shape, classes=classes).genome()
