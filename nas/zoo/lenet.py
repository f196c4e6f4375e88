"""LeNet-5 (LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition", section II-B).

Convolutions and sub-sampling in turn, then fully connected layers. The original has weights in its sub-sampling, maps
of C3 that see only some maps of S2, and distances to fixed codes as its output. The paper's codes are a stylised ASCII
set; those of the ten digits here are drawn anew on its 7x12 pixels.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, one_of

FORMS: dict[str, Shape] = {"original": (1, 32, 32), "modern": (1, 32, 32), "caffe": (1, 28, 28)}

SEES = (  # table I: the maps of S2 that each map of C3 sees
    (0, 1, 2), (1, 2, 3), (2, 3, 4), (3, 4, 5), (0, 4, 5), (0, 1, 5),
    (0, 1, 2, 3), (1, 2, 3, 4), (2, 3, 4, 5), (0, 3, 4, 5), (0, 1, 4, 5), (0, 1, 2, 5),
    (0, 1, 3, 4), (1, 2, 4, 5), (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)  # fmt: skip

DIGITS = """
..###.. ...#... ..###.. .#####. ....##. ####### ..####. ####### ..###.. ..###..
.#...#. ..##... .#...#. #.....# ...#.#. #...... .#..... ......# .#...#. .#...#.
#.....# .#.#... #.....# ......# ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... ......# ......# ..#..#. #...... #...... .....#. #.....# #.....#
#.....# ...#... ......# .....#. .#...#. #.###.. #.###.. ....#.. .#...#. #.....#
#.....# ...#... .....#. ..###.. .#...#. ##...#. ##...#. ....#.. ..###.. .#...##
#.....# ...#... ....#.. .....#. #....#. ......# #.....# ...#... .#...#. ..###.#
#.....# ...#... ...#... ......# ####### ......# #.....# ...#... #.....# ......#
#.....# ...#... ..#.... ......# .....#. ......# #.....# ..#.... #.....# ......#
#.....# ...#... .#..... ......# .....#. ......# #.....# ..#.... #.....# .....#.
.#...#. ...#... #...... #.....# .....#. #....#. .#...#. .#..... .#...#. ....#..
..###.. .#####. ####### .#####. .....#. .####.. ..###.. .#..... ..###.. .###...
"""  # seven wide, twelve high


def codes() -> tuple[str, ...]:
    """The bitmap of each digit from 0 to 9, row by row, + where it is black: 84 signs, as F6 has units."""
    rows = [line.split() for line in DIGITS.strip().splitlines()]
    return tuple("".join(bitmap).replace("#", "+").replace(".", "-") for bitmap in zip(*rows, strict=True))


@network(
    title="LeNet-5",
    paper="LeCun et al. 1998, Proceedings of the IEEE 86(11)",
    year=1998,
    variants=(
        Variant("lenet5-original", {"form": "original"}, params="60,000"),
        Variant("lenet5-modern", {"form": "modern"}),
        Variant("lenet5-caffe", {"form": "caffe"}),
    ),
)
def lenet5(*, form: str = "original", input_shape: Shape | None = None, classes: int = 10) -> Genome:
    """LeNet-5 as published, as it is read today, or the network that Caffe calls LeNet.

    "modern": every map of C3 sees all of S2, pooling has no weights, activations are tanh, the output is linear. "caffe":
    20 and 50 maps, max pooling, ReLU behind the one hidden layer only. With no `input_shape` given it is the form's own:
    1x32x32, or Caffe's 1x28x28. The original has codes for the digits 0 to 9 and takes the first `classes` of them;
    `GenomeError` for more.
    """
    one_of("form", form, FORMS)
    at_least("classes", classes, 1)
    b = Builder()
    line = b.add("input", ops.Input(FORMS[form] if input_shape is None else input_shape))
    if form == "caffe":
        _caffe(b, line, classes)
    elif form == "modern":
        line = _subsampled(b, "s2", _convolved(b, "c1", line, 6, "tanh"))
        line = _subsampled(b, "s4", _convolved(b, "c3", line, 16, "tanh"))
        line = _hidden(b, "f6", _convolved(b, "c5", line, 120, "tanh"), 84, "tanh")
        b.add("output", ops.Output(), b.add("head/linear", ops.Linear(classes), line))
    else:
        _original(b, line, classes)
    return b.genome()


def _original(b: Builder, line: Line, classes: int) -> None:
    known = codes()
    if classes > len(known):
        raise GenomeError(
            f"classes must be 1 to {len(known)}, got {classes}: the original form has codes for the ten digits alone; "
            f"the nearest is {len(known)}, and form='modern' takes any number"
        )
    line = _weighted_subsampled(b, "s2", _convolved(b, "c1", line, 6, "scaled_tanh"))
    with b.scope("c3"):
        maps = []
        for number, seen in enumerate(SEES, start=1):
            with b.scope(f"map{number}"):
                some = b.add("select", ops.ChannelSelect(seen), line)
                maps.append(b.conv("conv", some, 1, kernel=5, padding=0, bias=True))
        line = b.act("act", b.concat("concat", *maps), "scaled_tanh")
    line = _weighted_subsampled(b, "s4", line)
    line = _hidden(b, "f6", _convolved(b, "c5", line, 120, "scaled_tanh"), 84, "scaled_tanh")
    b.add("output", ops.Output(), b.add("head/rbf", ops.Rbf(known[:classes]), line))


def _caffe(b: Builder, line: Line, classes: int) -> None:
    for number, channels in ((1, 20), (2, 50)):
        with b.scope(f"stage{number}"):
            line = b.conv("conv", line, channels, kernel=5, padding=0, bias=True)
            line = b.max_pool("pool", line, kernel=2, stride=2, ceil=True)
    line = _hidden(b, "ip1", line, 500, "relu")
    b.add("output", ops.Output(), b.add("head/linear", ops.Linear(classes), line))


def _convolved(b: Builder, name: str, line: Line, channels: int, function: str) -> Line:
    """A 5x5 convolution without padding."""
    return b.conv_act(name, line, channels, kernel=5, padding=0, function=function)


def _subsampled(b: Builder, name: str, line: Line) -> Line:
    return b.avg_pool(f"{name}/pool", line, kernel=2, stride=2)


def _weighted_subsampled(b: Builder, name: str, line: Line) -> Line:
    """The sum of four pixels times a weight of the map, plus its bias, squashed; the weight takes in the mean's quarter."""
    with b.scope(name):
        line = b.avg_pool("pool", line, kernel=2, stride=2)
        return b.act("act", b.add("affine", ops.ChannelAffine(), line), "sigmoid")


def _hidden(b: Builder, name: str, line: Line, features: int, function: str) -> Line:
    with b.scope(name):
        line = b.add("linear", ops.Linear(features), b.add("flatten", ops.Flatten(), line))
        return b.act("act", line, function)
