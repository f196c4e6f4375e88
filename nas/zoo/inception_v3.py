"""Inception v3 (Szegedy et al. 2016, "Rethinking the Inception architecture", arXiv:1512.00567, section 6).

Modules at three resolutions: two 3x3 in place of 5x5 (figure 5; one branch keeps its 5x5), 7x7 factorised into 1x7 and
7x1 (figure 6), 1x3 and 3x1 side by side (figure 7); poolings and strided convolutions side by side in between (figure
10). Table 1 of the paper gives no widths and another number of modules; these are the released model's.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.motif.asymmetric import factorised
from nas.motif.branches import Branches, Conv, row
from nas.zoo.catalogue import Variant, network
from nas.zoo.inception_modules import AVERAGE, HALVE, SLIM, STEM, reduction, reduction_a, spread, stage
from nas.zoo.rules import at_least

REDUCTION_B: Branches = {
    "three": [Conv(192), Conv(320, 3, 2, valid=True)],
    "seven": [Conv(192), *factorised(7, 192, 192), Conv(192, 3, 2, valid=True)],
    "pool": [HALVE],
}
MODULE_C: Branches = {
    "one": [Conv(320)],
    "three": [Conv(384), spread(384)],
    "double": [Conv(448), Conv(384, 3), spread(384)],
    "pool": [AVERAGE, Conv(192)],
}


def module_a(pool: int, *, one: int = 64) -> Branches:
    """At 35x35; `pool` channels behind the pooling."""
    return {
        "one": [Conv(one)],
        "five": [Conv(48), Conv(64, 5)],
        "double": [Conv(64), Conv(96, 3), Conv(96, 3)],
        "pool": [AVERAGE, Conv(pool)],
    }


def module_b(inner: int) -> Branches:
    """At 17x17; `inner` channels between the halves of the factorised convolutions."""
    return {
        "one": [Conv(192)],
        "seven": [Conv(inner), *factorised(7, inner, 192)],
        "double": [
            Conv(inner),
            *factorised(7, inner, inner, tall_first=True),
            *factorised(7, inner, 192, tall_first=True),
        ],
        "pool": [AVERAGE, Conv(192)],
    }


@network(
    title="Inception v3",
    paper="Szegedy et al. 2016, arXiv:1512.00567",
    year=2015,
    variants=(
        Variant(
            "inception_v3",
            params="23,626,728",
            macs="5G",
            note="as table 3 of the Xception paper has it; the widths give 0.9 % more",
        ),
    ),
)
def inception_v3(
    *,
    auxiliary: bool = True,
    pools: tuple[int, ...] = (32, 64, 64),
    inner: tuple[int, ...] = (128, 160, 160, 192),
    last: int = 2,
    input_shape: Shape = (3, 299, 299),
    classes: int = 1000,
) -> Genome:
    """Inception v3: 48 weighted layers; the paper speaks of 42.

    `pools` has for each module at 35x35 the channels behind its pooling, `inner` for each at 17x17 those between its
    factorised convolutions; `last` modules stand at 8x8. `auxiliary` adds a head behind the modules at 17x17 as a further
    output "auxiliary/output"; it needs 17x17 pixels there.
    """
    at_least("last", last, 1)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = row(b, line, STEM, SLIM)
    line = stage(b, "inception_a", line, [module_a(channels) for channels in pools])
    line = reduction(b, "reduction_a", line, reduction_a(64, 96, 96, 384))
    line = stage(b, "inception_b", line, [module_b(channels) for channels in inner])
    outputs = ["output"]
    if auxiliary:
        with b.scope("auxiliary"):
            outputs.append(_auxiliary(b, line, classes).name)
    line = reduction(b, "reduction_b", line, REDUCTION_B)
    line = stage(b, "inception_c", line, [MODULE_C] * last)
    b.classifier(line, classes, dropout=0.2)
    return Genome(b.nodes, outputs)


def _auxiliary(b: Builder, line: Line, classes: int) -> Line:
    line = row(b, b.avg_pool("pool", line, kernel=5, stride=3), (Conv(128), Conv(768, 5, valid=True)), SLIM)
    line = b.add("flatten", ops.Flatten(), b.add("global_pool", ops.GlobalAvgPool2d(), line))
    return b.add("output", ops.Output(), b.add("linear", ops.Linear(classes), line))
