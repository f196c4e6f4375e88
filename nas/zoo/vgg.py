"""VGG (Simonyan and Zisserman 2014, "Very Deep Convolutional Networks", arXiv:1409.1556, section 2 and table 1).

Only 3x3 convolutions, in stages that end with a pooling to half of the resolution, then three fully connected layers.
Batch norm came later; where it is asked for, convolutions keep their biases, as in the usual weights.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.zoo.alexnet import perceptron
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import one_of

CONFIGURATIONS = {  # table 1: the channels of each 3x3 convolution; 256/1 is a 1x1 one
    "A": "64 | 128 | 256 256 | 512 512 | 512 512",
    "A-LRN": "64 LRN | 128 | 256 256 | 512 512 | 512 512",
    "B": "64 64 | 128 128 | 256 256 | 512 512 | 512 512",
    "C": "64 64 | 128 128 | 256 256 256/1 | 512 512 512/1 | 512 512 512/1",
    "D": "64 64 | 128 128 | 256 256 256 | 512 512 512 | 512 512 512",
    "E": "64 64 | 128 128 | 256 256 256 256 | 512 512 512 512 | 512 512 512 512",
}


@network(
    title="VGG",
    paper="Simonyan and Zisserman 2014, arXiv:1409.1556",
    year=2014,
    variants=(
        Variant("vgg-A", {"config": "A"}, params="133M"),
        Variant("vgg-A-LRN", {"config": "A-LRN"}, params="133M"),
        Variant("vgg-B", {"config": "B"}, params="133M"),
        Variant("vgg-C", {"config": "C"}, params="134M"),
        Variant(
            "vgg-D", {"config": "D"}, params="138M", macs="15.3G", note="the printed macs leave out the fully connected layers"
        ),
        Variant("vgg-E", {"config": "E"}, params="144M", macs="19.6G"),
        Variant("vgg-D-bn", {"config": "D", "batch_norm": True}),
    ),
)
def vgg(
    *,
    config: str = "D",
    batch_norm: bool = False,
    hidden: tuple[int, ...] = (4096, 4096),
    dropout: float = 0.5,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """VGG of 11 (A), 13 (B), 16 (C, D) or 19 (E) layers; `hidden`: units of the fully connected layers.

    The first of these has weights for the pixels that are left, so it grows with the image; 32x32 is the smallest.
    """
    b = Builder()
    lines = trunk(b, b.add("input", ops.Input(input_shape)), config, batch_norm=batch_norm)
    perceptron(b, lines[-1], classes, hidden=hidden, dropout=dropout)
    return b.genome()


def trunk(b: Builder, line: Line, config: str, *, batch_norm: bool = False, padding: int = 1, ceil: bool = False) -> list[Line]:
    """The convolutions; gives the line behind each stage's pooling.

    `padding` is that of the very first convolution; with `ceil` poolings count a window that is cut off.
    """
    one_of("config", config, CONFIGURATIONS)
    pooled = []
    for stage, layers in enumerate(CONFIGURATIONS[config].split("|"), start=1):
        with b.scope(f"stage{stage}"):
            for number, layer in enumerate(layers.split(), start=1):
                if layer == "LRN":
                    line = b.add("lrn", ops.LocalResponseNorm(), line)
                    continue
                channels, _, kernel = layer.partition("/")
                around = padding if not pooled and number == 1 else None
                with b.scope(f"conv{number}"):
                    line = b.conv("conv", line, int(channels), kernel=int(kernel or 3), padding=around, bias=True)
                    line = b.act("act", b.norm("norm", line) if batch_norm else line, "relu")
            line = b.max_pool("pool", line, kernel=2, stride=2, ceil=ceil)
        pooled.append(line)
    return pooled
