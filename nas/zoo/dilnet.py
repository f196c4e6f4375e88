"""DILNet, the Inception-like network that DMRNet is compared with (Zhao et al. 2017, arXiv:1611.07718, section 3).

One line; each block adds two residual branches to it, with one projection where the shape changes. A path takes neither of
them or one, where one through two residual blocks may also take both: with L branches it is L + 2 layers deep.
"""

from __future__ import annotations

from nas.genome import Genome, Shape
from nas.motif import BlockOptions, Connectivity, Stage, Staged, Stem, blocks, compose
from nas.motif.multi_residual import multi_residual
from nas.zoo.catalogue import Variant, network
from nas.zoo.dmrnet import WHY, split
from nas.zoo.rules import at_least, repeats


@network(
    title="DILNet",
    paper="Zhao et al. 2017, arXiv:1611.07718",
    year=2016,
    variants=(
        Variant("dilnet-14", {"depth": 14}, params="0.4M", note=WHY),
        Variant("dilnet-20", {"depth": 20}, params="0.6M", note=WHY),
        Variant("dilnet-32", {"depth": 32}, params="1.0M", note=WHY),
        Variant("dilnet-38", {"depth": 38}, params="1.2M", note=WHY),
        Variant("dilnet-50", {"depth": 50}, params="1.5M"),
        Variant("dilnet-56", {"depth": 56}, params="1.7M"),
    ),
)
def dilnet(*, depth: int = 56, widen: int = 1, input_shape: Shape = (3, 32, 32), classes: int = 10) -> Genome:
    """2n + 2 layers: n blocks in three stages of 16, 32 and 64 channels, times `widen`."""
    at_least("widen", widen, 1)
    counts = split(repeats("depth", depth, step=2, plus=2, least=3))
    widths = (16 * widen, 32 * widen, 64 * widen)
    connect, options = Connectivity(multi_residual), BlockOptions(functions=2)
    stages = tuple(Stage(n, width, blocks.get("basic"), connect, options) for n, width in zip(counts, widths, strict=True))
    return compose(Staged(Stem(widths[0]), stages), input_shape=input_shape, classes=classes).genome()
