"""Densely connected networks (Huang et al. 2017, "Densely Connected Convolutional Networks", arXiv:1608.06993, section 3).

Within a block each layer reads all that came before it and adds k channels, the growth rate: norm, activation, 3x3
convolution. Between blocks a transition halves the resolution: norm, activation, 1x1 convolution, 2x2 average pooling.
A bottleneck layer ("B") has a 1x1 convolution to 4k channels first; compression ("C") is the share of its channels that
a transition puts out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Block, BlockOptions, Builder, Line, Step, connectivities
from nas.zoo.catalogue import Variant, network
from nas.zoo.resnet import Layout, layout
from nas.zoo.rules import at_least, repeats

LAYOUTS: dict[int, Layout] = {121: (6, 12, 24, 16), 161: (6, 12, 36, 24), 169: (6, 12, 32, 32), 201: (6, 12, 48, 32)}


@network(
    title="DenseNet",
    paper="Huang et al. 2017, arXiv:1608.06993",
    year=2016,
    variants=(
        Variant("densenet-40-12", {"depth": 40, "growth": 12}, params="1.0M"),
        Variant("densenet-100-12", {"depth": 100, "growth": 12}, params="7.0M"),
        Variant("densenet-100-24", {"depth": 100, "growth": 24}, params="27.2M"),
        Variant("densenet_bc-100-12", {"depth": 100, "growth": 12, "bottleneck": True, "compression": 0.5}, params="0.8M"),
        Variant("densenet_bc-250-24", {"depth": 250, "growth": 24, "bottleneck": True, "compression": 0.5}, params="15.3M"),
        Variant("densenet_bc-190-40", {"depth": 190, "growth": 40, "bottleneck": True, "compression": 0.5}, params="25.6M"),
    ),
)
def densenet(
    *,
    depth: int = 40,
    growth: int = 12,
    bottleneck: bool = False,
    compression: float = 1.0,
    stem: int | None = None,
    dropout: float = 0.0,
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """DenseNet of 3n + 4 layers, 6n + 4 with `bottleneck`, in three blocks; `growth` channels are added by each layer.

    `compression`: the share of its channels, above 0 to 1, that a transition puts out. `stem`: channels of the first
    convolution; left out, 16, or twice the growth with bottlenecks and compression. `dropout` follows each convolution
    but the first.
    """
    n = repeats("depth", depth, step=6 if bottleneck else 3, plus=4)
    dense = Dense(growth, bottleneck, compression, dropout)
    if stem is None:
        stem = 2 * growth if bottleneck and compression < 1 else 16
    b = Builder()
    image = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = b.conv("conv", image, stem)
    return dense.network(b, line, (n, n, n), classes)


@network(
    title="DenseNet (ImageNet)",
    paper="Huang et al. 2017, arXiv:1608.06993",
    year=2016,
    variants=(
        Variant("densenet_imagenet-121", {"depth": 121}, params="8.0M"),
        Variant("densenet_imagenet-169", {"depth": 169}),
        Variant("densenet_imagenet-201", {"depth": 201}),
        Variant("densenet_imagenet-161", {"depth": 161, "growth": 48}),
    ),
)
def densenet_imagenet(
    *,
    depth: int = 121,
    growth: int = 32,
    bottleneck: bool = True,
    compression: float = 0.5,
    stem: int | None = None,
    dropout: float = 0.0,
    blocks: Layout | None = None,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """DenseNet of 121, 161, 169 or 201 layers, or with as many layers in each of the `blocks` as given.

    `stem`: channels of the first convolution, twice the growth if left out; the rest as for small images.
    """
    counts = layout(depth, blocks, LAYOUTS)
    dense = Dense(growth, bottleneck, compression, dropout)
    b = Builder()
    image = b.add("input", ops.Input(input_shape))
    with b.scope("stem"):
        line = b.conv("conv", image, 2 * growth if stem is None else stem, kernel=7, stride=2)
        line = b.max_pool("pool", b.act("act", b.norm("norm", line), "relu"), kernel=3, stride=2, padding=1)
    return dense.network(b, line, counts, classes)


@dataclass(frozen=True, slots=True)
class Dense:
    """What the layers of all blocks have in common."""

    growth: int
    bottleneck: bool
    compression: float
    dropout: float

    def __post_init__(self) -> None:
        at_least("growth", self.growth, 1)
        if isinstance(self.compression, bool) or not isinstance(self.compression, int | float) or not 0 < self.compression <= 1:
            raise GenomeError(f"compression must be above 0 and at most 1, got {self.compression!r}")

    def network(self, b: Builder, line: Line, blocks: Layout, classes: int) -> Genome:
        """Dense blocks with transitions between them, and the head, behind a stem."""
        connect = connectivities.get("dense")
        step = Step(Block(self._layer, preactivated=True), BlockOptions(), self.growth, 1)
        for number, layers in enumerate(blocks, start=1):
            if number > 1:
                with b.scope(f"transition{number - 1}"):
                    line = self._transition(b, line)
            for layer in range(1, layers + 1):
                with b.scope(f"dense{number}"), b.scope(f"layer{layer}"):
                    (line,) = connect.step(b, (line,), step)
        with b.scope("head"):
            line = b.act("act", b.norm("norm", line), "relu")
        b.classifier(line, classes)
        return b.genome()

    def _layer(self, b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
        """3x3 to `width` channels, behind a 1x1 to four times as many in a bottleneck layer."""
        if self.bottleneck:
            line = self._dropped(b, "dropout1", b.conv("conv1", line, 4 * width, kernel=1))
            line = b.act("act2", b.norm("norm2", line), options.activation)
        return self._dropped(b, "dropout2", b.conv("conv2", line, width, stride=stride))

    def _transition(self, b: Builder, line: Line) -> Line:
        width = max(1, math.floor(self.compression * line.channels))
        line = b.conv("conv", b.act("act", b.norm("norm", line), "relu"), width, kernel=1)
        return b.avg_pool("pool", self._dropped(b, "dropout", line), kernel=2, stride=2)

    def _dropped(self, b: Builder, name: str, line: Line) -> Line:
        return b.add(name, ops.Dropout(self.dropout), line) if self.dropout else line
