"""Residual networks for ImageNet (He et al. 2016, "Deep Residual Learning", arXiv:1512.03385, section 3.3 and table 1).

A 7x7 convolution and a max pooling, four stages of blocks whose shortcut carries the line past two or three
convolutions, global average pooling, one linear layer. The paper's bottleneck has the stride in its first 1x1
convolution ("v1"); Torch's reimplementation moved it into the 3x3 ("v1.5"), with the same weights and more macs.
"""

from __future__ import annotations

from collections.abc import Mapping

from nas.errors import GenomeError
from nas.genome import Genome, Shape
from nas.motif import Block, Stage, Staged, Stem, compose
from nas.motif.basic import basic, bottleneck, bottleneck_v1
from nas.motif.connectivity import padded, projected, projection, residual
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, one_of

Layout = tuple[int, ...]

SHORTCUTS = {"A": padded, "B": projected, "C": projection}
STRIDED = {"1x1": bottleneck_v1, "3x3": bottleneck}
SHALLOW: dict[int, Layout] = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3)}  # of basic blocks
DEEP: dict[int, Layout] = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}  # of bottlenecks


def layout(depth: int, given: Layout | None, published: Mapping[int, Layout]) -> Layout:
    """How many blocks each stage has: as given, else as published for the depth."""
    if given is None:
        try:
            one_of("depth", depth, published)
        except GenomeError as error:
            raise GenomeError(f"{error}; for another depth give blocks, such as {published[min(published)]}") from None
        return published[depth]
    if not isinstance(given, tuple | list) or not given:
        raise GenomeError(f"blocks must be a number for each stage, such as (3, 4, 6, 3), got {given!r}")
    for number in given:
        at_least("blocks", number, 1)
    return tuple(given)


@network(
    title="ResNet",
    paper="He et al. 2016, arXiv:1512.03385",
    year=2015,
    variants=(
        Variant("resnet-18", {"depth": 18}, macs="1.8G"),
        Variant("resnet-34", {"depth": 34}, macs="3.6G"),
        Variant("resnet-50", {"depth": 50}, params="25.5M", macs="3.8G"),
        Variant("resnet-101", {"depth": 101}, params="44.5M", macs="7.6G"),
        Variant("resnet-152", {"depth": 152}, macs="11.3G"),
        Variant("resnet-50-v1.5", {"depth": 50, "strided": "3x3"}, params="25.5M", macs="4.1G"),
    ),
)
def resnet(
    *,
    depth: int = 50,
    shortcut: str = "B",
    strided: str = "1x1",
    blocks: Layout | None = None,
    block: str = "bottleneck",
    width: int = 64,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """ResNet of 18, 34, 50, 101 or 152 layers, or with as many `blocks` ("basic" or "bottleneck") in each stage as given.

    `shortcut`: A pads with zero channels, B projects by 1x1 convolutions where the shape changes, C everywhere.
    `strided`: the convolution of a bottleneck that has the stride, "1x1" (v1) or "3x3" (v1.5). `width`: channels of the
    first convolution, and of those within the first stage's blocks; it doubles from stage to stage.
    """
    one_of("shortcut", shortcut, SHORTCUTS)
    at_least("width", width, 1)
    counts = layout(depth, blocks, SHALLOW | DEEP)
    body, expansion = _block("basic" if blocks is None and depth in SHALLOW else block, strided)
    connect = residual(SHORTCUTS[shortcut])
    stages = tuple(Stage(count, width * expansion << at, body, connect) for at, count in enumerate(counts))
    return compose(Staged(Stem(width, kernel=7, stride=2, pool=True), stages), input_shape=input_shape, classes=classes).genome()


def _block(kind: str, strided: str) -> tuple[Block, int]:
    """The block, and how many times wider it is outside than within."""
    one_of("block", kind, ("basic", "bottleneck"))
    one_of("strided", strided, STRIDED)
    return (Block(basic), 1) if kind == "basic" else (Block(STRIDED[strided]), 4)
