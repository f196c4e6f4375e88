"""Inception-ResNet v1 and v2 (Szegedy et al. 2016, arXiv:1602.07261, sections 3.2 and 3.3, figures 10 to 19).

Residual modules: branches side by side, a 1x1 convolution without norm up to the line's width, times a constant, added.
v2 is the model that the authors released: 10, 20 and 10 modules behind v3's stem. The paper draws 5, 10 and 5 behind
v4's stem, with widths at which its own figures do not meet.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.motif.asymmetric import factorised
from nas.motif.branches import Branches, Conv, row
from nas.motif.inception_resnet import raised
from nas.zoo.catalogue import network
from nas.zoo.inception_modules import HALVE, SLIM, STEM, counted, reduction, reduction_a
from nas.zoo.inception_v3 import module_a

PAPER = "Szegedy et al. 2016, arXiv:1602.07261"


@network(title="Inception-ResNet v1", paper=PAPER, year=2016)
def inception_resnet_v1(
    *,
    modules: tuple[int, int, int] = (5, 10, 5),
    scales: tuple[float, float, float] = (0.17, 0.10, 0.20),
    input_shape: Shape = (3, 299, 299),
    classes: int = 1000,
) -> Genome:
    """Inception-ResNet v1 of a, b and c `modules` at 35x35, 17x17 and 8x8: 4(a + b + c) + 13 weighted layers, 93 as published.

    `scales` are the constants on the residuals of the three stages; 1 leaves it out.
    """
    numbers, scaled = counted(modules), _three(scales)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = row(b, line, (*STEM[:-1], Conv(256, 3, 2, valid=True)), SLIM)
    line = _stage(b, "inception_a", line, _module_a(32, 32), [scaled[0]] * numbers[0])
    line = reduction(b, "reduction_a", line, reduction_a(192, 192, 256, 384))
    line = _stage(b, "inception_b", line, _factorised(7, 128, 128, 128, 128), [scaled[1]] * numbers[1])
    line = reduction(b, "reduction_b", line, _reduction_b(256, 256, 256))
    line = _stage(b, "inception_c", line, _factorised(3, 192, 192, 192, 192), [scaled[2]] * numbers[2])
    b.classifier(line, classes, dropout=0.2)
    return b.genome()


@network(title="Inception-ResNet v2", paper=PAPER, year=2016)
def inception_resnet_v2(
    *,
    modules: tuple[int, int, int] = (10, 20, 10),
    scales: tuple[float, float, float] = (0.17, 0.10, 0.20),
    input_shape: Shape = (3, 299, 299),
    classes: int = 1000,
) -> Genome:
    """Inception-ResNet v2 of a, b and c `modules` at 35x35, 17x17 and 8x8: 4(a + b + c) + 16 weighted layers, 176 as released.

    `scales` are the constants on the residuals of the three stages; 1 leaves it out. The last module of all has none, and
    no activation behind its sum.
    """
    numbers, scaled = counted(modules), _three(scales)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = row(b, line, (*STEM, module_a(64, one=96)), SLIM)
    line = _stage(b, "inception_a", line, _module_a(48, 64), [scaled[0]] * numbers[0])
    line = reduction(b, "reduction_a", line, reduction_a(256, 256, 384, 384))
    line = _stage(b, "inception_b", line, _factorised(7, 192, 128, 160, 192), [scaled[1]] * numbers[1])
    line = reduction(b, "reduction_b", line, _reduction_b(288, 288, 320))
    last = _factorised(3, 192, 192, 224, 256)
    line = _stage(b, "inception_c", line, last, [*[scaled[2]] * (numbers[2] - 1), 1.0], activated_end=False)
    with b.scope("head"):
        line = SLIM(b, "conv", line, Conv(1536))
    b.classifier(line, classes, dropout=0.2)
    return b.genome()


def _stage(b: Builder, name: str, line: Line, branches: Branches, scales: list[float], *, activated_end: bool = True) -> Line:
    """A residual module for each scale: line + scale * F(line), then ReLU, behind the last one only if `activated_end`."""
    for number, scale in enumerate(scales, start=1):
        with b.scope(f"{name}/block{number}"):
            residual = raised(b, line, branches, line.channels, SLIM)
            if scale != 1:
                residual = b.add("scale", ops.Scale(scale), residual)
            line = b.sum("sum", line, residual)
            if activated_end or number < len(scales):
                line = b.act("act", line, "relu")
    return line


def _module_a(inner: int, double: int) -> Branches:
    return {
        "one": [Conv(32)],
        "three": [Conv(32), Conv(32, 3)],
        "double": [Conv(32), Conv(inner, 3), Conv(double, 3)],
    }


def _factorised(size: int, one: int, reduced: int, inner: int, out: int) -> Branches:
    """B and C: 1x1 beside 1x1 and a factorised convolution."""
    return {"one": [Conv(one)], "factorised": [Conv(reduced), *factorised(size, inner, out)]}


def _reduction_b(three: int, inner: int, double: int) -> Branches:
    return {
        "three1": [Conv(256), Conv(384, 3, 2, valid=True)],
        "three2": [Conv(256), Conv(three, 3, 2, valid=True)],
        "double": [Conv(256), Conv(inner, 3), Conv(double, 3, 2, valid=True)],
        "pool": [HALVE],
    }


def _three(scales: tuple[float, ...]) -> tuple[float, float, float]:
    if len(scales) != 3:
        raise GenomeError(f"scales must be three numbers, at 35x35, 17x17 and 8x8, got {scales!r}")
    return scales[0], scales[1], scales[2]
