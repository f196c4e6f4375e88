"""SPP-net (He et al. 2014, "Spatial Pyramid Pooling in Deep Convolutional Networks", arXiv:1406.4729, sections 2 and 3).

Five convolutions, then the largest value of each bin of several grids: as many features for an image of any size, where
a flattened image would tie the fully connected layers to one. The trunk is the paper's ZF-5; its table gives no
paddings, and those here are what its sizes of 13x13 pixels for 224 and 10x10 for 180 leave.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.zoo.alexnet import perceptron
from nas.zoo.catalogue import Variant, network


@network(
    title="SPP-net",
    paper="He et al. 2014, arXiv:1406.4729",
    year=2014,
    variants=(Variant("spp_net-zf5", {}), Variant("spp_net-zf5-180", {"input_shape": (3, 180, 180), "adaptive": True})),
)
def spp_net(
    *,
    bins: tuple[int, ...] = (6, 3, 2, 1),
    adaptive: bool = False,
    hidden: tuple[int, ...] = (4096, 4096),
    dropout: float = 0.5,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """ZF-5 under a pyramid of n x n `bins`; the params are alike for every image.

    The paper's windows give n bins only for some sizes; `adaptive` windows do for every size of n pixels or more.
    """
    b = Builder()
    line = _trunk(b, b.add("input", ops.Input(input_shape)))
    line = b.add("spp/pool", ops.SpatialPyramidPool(bins, adaptive), line)
    perceptron(b, line, classes, hidden=hidden, dropout=dropout)
    return b.genome()


def _trunk(b: Builder, line: Line) -> Line:
    """Table 1 of the paper: two strided convolutions with normalisation and pooling, three 3x3 ones."""
    for number, (width, kernel) in enumerate(((96, 7), (256, 5)), start=1):
        name = f"conv{number}"
        line = b.conv_act(name, line, width, kernel=kernel, stride=2, padding=1)
        line = b.add(f"{name}/lrn", ops.LocalResponseNorm(), line)
        line = b.max_pool(f"{name}/pool", line, kernel=3, stride=2, ceil=True)
    for number, width in enumerate((384, 384, 256), start=3):
        line = b.conv_act(f"conv{number}", line, width)
    return line
