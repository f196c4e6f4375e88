"""Inception v4 (Szegedy et al. 2016, arXiv:1602.07261, section 3.1, figures 3 to 9)."""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Builder
from nas.motif.asymmetric import factorised
from nas.motif.branches import Branches, Conv, row
from nas.zoo.catalogue import network
from nas.zoo.inception_modules import AVERAGE, HALVE, SLIM, counted, reduction, reduction_a, spread, stage

STEM = (  # figure 3: to 384x35x35
    Conv(32, 3, 2, valid=True),
    Conv(32, 3, valid=True),
    Conv(64, 3),
    {"pool": [HALVE], "three": [Conv(96, 3, 2, valid=True)]},
    {
        "three": [Conv(64), Conv(96, 3, valid=True)],
        "seven": [Conv(64), *factorised(7, 64, 64), Conv(96, 3, valid=True)],
    },
    {"three": [Conv(192, 3, 2, valid=True)], "pool": [HALVE]},
)
MODULE_A: Branches = {  # figure 4
    "one": [Conv(96)],
    "three": [Conv(64), Conv(96, 3)],
    "double": [Conv(64), Conv(96, 3), Conv(96, 3)],
    "pool": [AVERAGE, Conv(96)],
}
MODULE_B: Branches = {  # figure 5
    "one": [Conv(384)],
    "seven": [Conv(192), *factorised(7, 224, 256)],
    "double": [Conv(192), *factorised(7, 192, 224, tall_first=True), *factorised(7, 224, 256, tall_first=True)],
    "pool": [AVERAGE, Conv(128)],
}
REDUCTION_B: Branches = {  # figure 8
    "three": [Conv(192), Conv(192, 3, 2, valid=True)],
    "seven": [Conv(256), *factorised(7, 256, 320), Conv(320, 3, 2, valid=True)],
    "pool": [HALVE],
}
MODULE_C: Branches = {  # figure 6
    "one": [Conv(256)],
    "three": [Conv(384), spread(256)],
    "double": [Conv(384), *factorised(3, 448, 512, tall_first=True), spread(256)],
    "pool": [AVERAGE, Conv(256)],
}


@network(title="Inception v4", paper="Szegedy et al. 2016, arXiv:1602.07261", year=2016)
def inception_v4(
    *,
    modules: tuple[int, int, int] = (4, 7, 3),
    input_shape: Shape = (3, 299, 299),
    classes: int = 1000,
) -> Genome:
    """Inception v4 of a, b and c `modules` at 35x35, 17x17 and 8x8: 3a + 5b + 4c + 17 weighted layers, 76 as published."""
    at_35, at_17, at_8 = counted(modules)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = row(b, line, STEM, SLIM)
    line = stage(b, "inception_a", line, [MODULE_A] * at_35)
    line = reduction(b, "reduction_a", line, reduction_a(192, 224, 256, 384))
    line = stage(b, "inception_b", line, [MODULE_B] * at_17)
    line = reduction(b, "reduction_b", line, REDUCTION_B)
    line = stage(b, "inception_c", line, [MODULE_C] * at_8)
    b.classifier(line, classes, dropout=0.2)
    return b.genome()
