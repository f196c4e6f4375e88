"""Fully convolutional networks (Long et al. 2015, arXiv:1411.4038, section 4; layers as in the authors' models).

A classifier's fully connected layers become convolutions, which score every place of the image. Scores are upsampled by
transposed convolutions, on the way added to those of earlier, finer poolings, and cropped to the image. The first
convolution pads by 100 pixels, so that something is left of any image; where to crop follows from all windows on the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.zoo.alexnet import FORMS
from nas.zoo.alexnet import trunk as alexnet_trunk
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, one_of
from nas.zoo.vgg import trunk as vgg_trunk

PADDING = 100
COARSEST = 32
STRIDES = (32, 16, 8)


@dataclass(frozen=True, slots=True)
class Trunk:
    """The window that the first fully connected layer becomes, and how much less than 2s an upsampling by s covers.

    Poolings of even windows put the places of the score between pixels, and those of odd windows upon them; so the
    upsampling's window must be even or odd.
    """

    kernel: int
    less: int


TRUNKS = {"vgg": Trunk(7, 0), "alexnet": Trunk(6, 1)}


@network(
    title="FCN",
    paper="Long et al. 2015, arXiv:1411.4038",
    year=2014,
    variants=(
        Variant("fcn-vgg", {"deconvolution": False}, params="134M"),
        Variant("fcn-alexnet", {"trunk": "alexnet", "deconvolution": False}, params="57M"),
        Variant("fcn-32s", {"stride": 32}),
        Variant("fcn-16s", {"stride": 16}),
        Variant("fcn-8s", {"stride": 8}),
        Variant("fcn-alexnet-32s", {"trunk": "alexnet", "stride": 32}),
    ),
)
def fcn(
    *,
    stride: int = 32,
    trunk: str = "vgg",
    deconvolution: bool = True,
    hidden: int = 4096,
    dropout: float = 0.5,
    input_shape: Shape = (3, 224, 224),
    classes: int = 21,
) -> Genome:
    """FCN-32s, 16s or 8s: scores (classes, height, width) of an image of any size.

    `stride` is that of the scores before the last upsampling, which `deconvolution=False` leaves out. `trunk`: VGG of 16
    layers, or AlexNet, of which only 32s was published; its finer scores are made in the same way.
    """
    one_of("stride", stride, STRIDES)
    one_of("trunk", trunk, TRUNKS)
    at_least("hidden", hidden, 1)
    b, plan = Builder(), TRUNKS[trunk]
    image = b.add("input", ops.Input(input_shape))
    poolings = _trunk(b, image, trunk)
    line = b.conv_act("fc6", poolings.pop(), hidden, kernel=plan.kernel, padding=0)
    line = b.add("fc6/dropout", ops.Dropout(dropout), line) if dropout else line
    line = b.conv_act("fc7", line, hidden, kernel=1)
    line = b.add("fc7/dropout", ops.Dropout(dropout), line) if dropout else line
    line = b.conv("score/conv", line, classes, kernel=1, bias=True)
    fine = COARSEST
    while fine > stride:
        fine //= 2
        with b.scope(f"fuse{fine}"):
            line = _upsampled(b, line, 2, plan)
            skip = b.conv("score", poolings.pop(), classes, kernel=1, bias=True)
            line = b.sum("sum", line, _cropped(b, skip, line))
    if deconvolution:
        with b.scope("upscore"):
            line = _cropped(b, _upsampled(b, line, fine, plan), image)
    b.add("output", ops.Output(), line)
    return b.genome()


def _trunk(b: Builder, line: Line, trunk: str) -> list[Line]:
    if trunk == "vgg":
        return vgg_trunk(b, line, "D", padding=PADDING, ceil=True)
    return alexnet_trunk(b, line, FORMS["grouped"], padding=PADDING, ceil=True)


def _upsampled(b: Builder, line: Line, by: int, plan: Trunk) -> Line:
    """A transposed convolution without bias; the authors begin it as bilinear interpolation."""
    kernel = 2 * by - plan.less
    return b.add("deconv", ops.ConvTranspose2d(line.channels, (kernel, kernel), (by, by), (0, 0)), line)


def _cropped(b: Builder, line: Line, like: Line) -> Line:
    """The window of `line` whose places are those of `like`."""
    offset = _shift(b, line) - _shift(b, like)
    assert offset.denominator == 1, f"{line.name} and {like.name} lie {offset} apart, no whole number of places"
    return b.add("crop", ops.Crop((like.shape[1], like.shape[2]), (int(offset), int(offset))), line)


def _shift(b: Builder, line: Line) -> Fraction:
    """Where the image's first pixel lies on the grid of `line`: 0 is the centre of its first place."""
    nodes = {node.name: node for node in b.nodes}
    windows, node = [], nodes[line.name]
    while node.inputs:
        windows.append(node.op)
        node = nodes[node.inputs[0]]  # of a sum, the upsampled line: what is added to it was cropped to its grid
    shift = Fraction(0)
    for op in reversed(windows):
        if isinstance(op, ops.Conv2d | ops.MaxPool2d):
            shift = (shift + op.padding[0] - Fraction(op.kernel[0] - 1, 2)) / op.stride[0]
        elif isinstance(op, ops.ConvTranspose2d):
            shift = shift * op.stride[0] - op.padding[0] + Fraction(op.kernel[0] - 1, 2)
    return shift
