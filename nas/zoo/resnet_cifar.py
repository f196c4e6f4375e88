"""Residual networks for small images (He et al. 2016, "Deep Residual Learning", arXiv:1512.03385, section 4.2).

A 3x3 convolution of 16 channels, three stages of n blocks of two 3x3 convolutions at 16, 32 and 64 channels, global
average pooling, one linear layer: 6n + 2 weighted layers. The paper uses shortcuts without weights (option A).
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, Shape
from nas.motif import Stage, Staged, Stem, blocks, compose
from nas.motif.connectivity import padded, projected, residual
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, one_of, repeats

SHORTCUTS = {"A": padded, "B": projected}


@network(
    title="ResNet (CIFAR)",
    paper="He et al. 2016, arXiv:1512.03385",
    year=2015,
    variants=(
        Variant("resnet_cifar-20", {"depth": 20}, params="0.27M"),
        Variant("resnet_cifar-32", {"depth": 32}, params="0.46M"),
        Variant("resnet_cifar-44", {"depth": 44}, params="0.66M"),
        Variant("resnet_cifar-56", {"depth": 56}, params="0.85M"),
        Variant("resnet_cifar-110", {"depth": 110}, params="1.7M"),
        Variant("resnet_cifar-1202", {"depth": 1202}, params="19.4M"),
    ),
)
def resnet_cifar(
    *,
    depth: int = 110,
    shortcut: str = "A",
    widths: tuple[int, int, int] = (16, 32, 64),
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """ResNet of 6n + 2 layers; `shortcut` A pads with zero channels, B projects by 1x1 convolutions with batch norm."""
    n = repeats("depth", depth, step=6, plus=2)
    one_of("shortcut", shortcut, SHORTCUTS)
    three(widths)
    connect = residual(SHORTCUTS[shortcut])
    stages = tuple(Stage(n, width, blocks.get("basic"), connect) for width in widths)
    return compose(Staged(Stem(widths[0]), stages), input_shape=input_shape, classes=classes).genome()


def three(widths: tuple[int, int, int]) -> None:
    """Refuse what is no width for each of three stages."""
    if not isinstance(widths, tuple | list) or len(widths) != 3:
        raise GenomeError(f"widths must be three numbers, one for each stage, such as (16, 32, 64), got {widths!r}")
    for width in widths:
        at_least("widths", width, 1)
