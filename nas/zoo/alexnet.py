"""AlexNet (Krizhevsky et al. 2012, "ImageNet Classification with Deep Convolutional Neural Networks", section 3).

Five convolutions and three fully connected layers, with ReLU, local response normalisation, overlapping pooling and
dropout. The paper cuts it in two for two GPUs, which makes the second, fourth and fifth convolution grouped. The
later form in one tower is of Krizhevsky 2014, arXiv:1404.5997.
"""

from __future__ import annotations

from dataclasses import dataclass

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, one_of


@dataclass(frozen=True, slots=True)
class Form:
    """What the forms differ in."""

    widths: tuple[int, int, int, int, int]
    groups: tuple[int, int, int, int, int]
    normalised: bool
    padding: int  # of the first convolution
    side: int  # of the image in use


FORMS = {
    "grouped": Form((96, 256, 384, 384, 256), (1, 2, 1, 2, 2), normalised=True, padding=0, side=227),
    "ungrouped": Form((96, 256, 384, 384, 256), (1, 1, 1, 1, 1), normalised=True, padding=0, side=227),
    "one_tower": Form((64, 192, 384, 256, 256), (1, 1, 1, 1, 1), normalised=False, padding=2, side=224),
}


@network(
    title="AlexNet",
    paper="Krizhevsky et al. 2012, NIPS",
    year=2012,
    variants=(
        Variant("alexnet-grouped", {"form": "grouped"}, params="60M"),
        Variant("alexnet-ungrouped", {"form": "ungrouped"}),
        Variant("alexnet-one_tower", {"form": "one_tower"}),
    ),
)
def alexnet(
    *,
    form: str = "grouped",
    hidden: tuple[int, ...] = (4096, 4096),
    dropout: float = 0.5,
    input_shape: Shape | None = None,
    classes: int = 1000,
) -> Genome:
    """AlexNet in two groups as published, without them, or in one tower; `hidden`: units of the fully connected layers.

    With no `input_shape` given it is the form's own: 3x227x227, and 3x224x224 for the one tower, which pads. The first
    fully connected layer has weights for the pixels that are left, so it grows with the image.
    """
    one_of("form", form, FORMS)
    side = FORMS[form].side
    b = Builder()
    line = b.add("input", ops.Input((3, side, side) if input_shape is None else input_shape))
    perceptron(b, trunk(b, line, FORMS[form])[-1], classes, hidden=hidden, dropout=dropout)
    return b.genome()


def trunk(b: Builder, line: Line, form: Form, *, padding: int | None = None, ceil: bool = False) -> list[Line]:
    """The five convolutions; gives the line behind each of the three poolings.

    `padding` of the first convolution takes the place of the form's; with `ceil` poolings count a window that is cut off.
    """
    first = form.padding if padding is None else padding
    windows = ((11, 4, first), (5, 1, 2), (3, 1, 1), (3, 1, 1), (3, 1, 1))  # kernel, stride, padding
    pooled = []
    for number, (kernel, stride, around) in enumerate(windows, start=1):
        width, groups = form.widths[number - 1], form.groups[number - 1]
        with b.scope(f"conv{number}"):
            line = b.conv("conv", line, width, kernel=kernel, stride=stride, padding=around, groups=groups, bias=True)
            line = b.act("act", line, "relu")
            if form.normalised and number <= 2:
                line = b.add("lrn", ops.LocalResponseNorm(), line)
            if number in (1, 2, 5):
                line = b.max_pool("pool", line, kernel=3, stride=2, ceil=ceil)
                pooled.append(line)
    return pooled


def perceptron(b: Builder, line: Line, classes: int, *, hidden: tuple[int, ...], dropout: float) -> Line:
    """Fully connected layers with ReLU and dropout (section 4.2), the last linear, under the scope "head"; the output."""
    with b.scope("head"):
        if len(line.shape) > 1:
            line = b.add("flatten", ops.Flatten(), line)
        for number, features in enumerate(hidden, start=1):
            at_least("hidden", features, 1)
            with b.scope(f"fc{number}"):
                line = b.act("act", b.add("linear", ops.Linear(features), line), "relu")
                line = b.add("dropout", ops.Dropout(dropout), line) if dropout else line
        line = b.add("linear", ops.Linear(classes), line)
    return b.add("output", ops.Output(), line)
