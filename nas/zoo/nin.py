"""Network in Network (Lin et al. 2013, arXiv:1312.4400, section 3).

A small perceptron slides over the image: a convolution and two 1x1 convolutions, each with ReLU. The last puts out a map
for each class, whose mean is the prediction: no fully connected layers. Kernels, paddings and poolings are those of the
authors' models in Caffe.
"""

from __future__ import annotations

from dataclasses import dataclass

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import one_of


@dataclass(frozen=True, slots=True)
class MlpConv:
    """The channels of a convolution and of the 1x1 convolutions behind it (0: the classes), and its window."""

    widths: tuple[int, int, int]
    kernel: int
    stride: int = 1
    padding: int | None = None


CIFAR = (MlpConv((192, 160, 96), 5), MlpConv((192, 192, 192), 5), MlpConv((192, 192, 0), 3))
IMAGENET = (
    MlpConv((96, 96, 96), 11, stride=4, padding=0),
    MlpConv((256, 256, 256), 5),
    MlpConv((384, 384, 384), 3),
    MlpConv((1024, 1024, 0), 3),
)
FORMS: dict[str, tuple[tuple[MlpConv, ...], Shape, int]] = {
    "cifar": (CIFAR, (3, 32, 32), 10),
    "imagenet": (IMAGENET, (3, 227, 227), 1000),
}


@network(
    title="Network in Network",
    paper="Lin et al. 2013, arXiv:1312.4400",
    year=2013,
    variants=(
        Variant("nin-cifar10", {"form": "cifar"}, params="1M"),
        Variant("nin-cifar100", {"form": "cifar", "classes": 100}),
        Variant("nin-imagenet", {"form": "imagenet"}),
    ),
)
def nin(*, form: str = "cifar", dropout: float = 0.5, input_shape: Shape | None = None, classes: int | None = None) -> Genome:
    """Three mlpconv layers for small images ("cifar"), or four ("imagenet").

    With no `input_shape` or `classes` given they are the form's own: 3x32x32 and 10, 3x227x227 and 1000. Small images
    are dropped out behind each pooling, and the second pooling is of means; large ones once, behind the last pooling.
    """
    one_of("form", form, FORMS)
    layers, own_shape, own_classes = FORMS[form]
    b = Builder()
    line = b.add("input", ops.Input(own_shape if input_shape is None else input_shape))
    for number, layer in enumerate(layers, start=1):
        with b.scope(f"mlpconv{number}"):
            line = mlpconv(b, line, layer, own_classes if classes is None else classes)[-1]
            line = b.act(f"act{len(layer.widths)}", line, "relu")
            if number < len(layers):
                drop = dropout if form == "cifar" or number == len(layers) - 1 else 0.0
                line = pooled(b, line, mean=form == "cifar" and number == 2, dropout=drop)
    averaged(b, line)
    return b.genome()


def mlpconv(b: Builder, line: Line, layer: MlpConv, classes: int) -> list[Line]:
    """The convolution and its 1x1 convolutions, ReLU between them and not behind the last; the line behind each."""
    first, *further = (width or classes for width in layer.widths)
    line = b.conv("conv1", line, first, kernel=layer.kernel, stride=layer.stride, padding=layer.padding, bias=True)
    lines = [line]
    for number, width in enumerate(further, start=2):
        line = b.act(f"act{number - 1}", line, "relu")
        line = b.conv(f"conv{number}", line, width, kernel=1, bias=True)
        lines.append(line)
    return lines


def pooled(b: Builder, line: Line, *, mean: bool, dropout: float) -> Line:
    """Overlapping pooling to half of the resolution, a window that is cut off included, and dropout."""
    pool = b.avg_pool if mean else b.max_pool
    line = pool("pool", line, kernel=3, stride=2, ceil=True)
    return b.add("dropout", ops.Dropout(dropout), line) if dropout else line


def averaged(b: Builder, line: Line) -> Line:
    """Each class's answer is the mean of its map (section 3.2): under the scope "head", and the output."""
    with b.scope("head"):
        line = b.add("flatten", ops.Flatten(), b.add("pool", ops.GlobalAvgPool2d(), line))
    return b.add("output", ops.Output(), line)
