"""What Inception v3, v4 and Inception-ResNet share: their layer, their poolings, and the modules that they have in common.

Szegedy et al. 2016, arXiv:1512.00567 and arXiv:1602.07261. The widths are those of the models that the authors released.
"""

from __future__ import annotations

from collections.abc import Iterable

from nas.errors import GenomeError
from nas.motif import Builder, Line
from nas.motif.branches import Branches, Conv, Pool, normed, side_by_side
from nas.zoo.rules import at_least

SLIM = normed(eps=1e-3)  # convolution, batch norm with the released models' epsilon, ReLU
AVERAGE = Pool("avg")
HALVE = Pool("max", stride=2, padding=0)

# From 3x299x299 to 192x35x35: of v3 and, as released, of Inception-ResNet-v2. The first six layers are v1's too.
STEM = (
    Conv(32, 3, 2, valid=True),
    Conv(32, 3, valid=True),
    Conv(64, 3),
    HALVE,
    Conv(80),
    Conv(192, 3, valid=True),
    HALVE,
)


def reduction_a(k: int, l: int, m: int, n: int) -> Branches:  # noqa: E741  (the paper's letters)
    """From 35x35 to 17x17: figure 7 of arXiv:1602.07261, whose table 1 has k, l, m and n."""
    return {
        "three": [Conv(n, 3, 2, valid=True)],
        "double": [Conv(k), Conv(l, 3), Conv(m, 3, 2, valid=True)],
        "pool": [HALVE],
    }


def spread(channels: int) -> Branches:
    """1x3 and 3x1 side by side: the modules at 8x8, figure 7 of arXiv:1512.00567."""
    return {"wide": [Conv(channels, (1, 3))], "tall": [Conv(channels, (3, 1))]}


def stage(b: Builder, name: str, line: Line, modules: Iterable[Branches]) -> Line:
    """Modules one behind another, as block1, block2 and so on of the stage."""
    for number, branches in enumerate(modules, start=1):
        with b.scope(f"{name}/block{number}"):
            line = side_by_side(b, line, branches, SLIM)
    return line


def reduction(b: Builder, name: str, line: Line, branches: Branches) -> Line:
    """The one module between two stages."""
    with b.scope(name):
        return side_by_side(b, line, branches, SLIM)


def counted(modules: tuple[int, ...]) -> tuple[int, int, int]:
    """How many modules stand at 35x35, 17x17 and 8x8, each at least one."""
    if len(modules) != 3:
        raise GenomeError(f"modules must be three numbers, at 35x35, 17x17 and 8x8, got {modules!r}")
    for place, number in enumerate(modules):
        at_least(f"modules[{place}]", number, 1)
    return modules[0], modules[1], modules[2]
