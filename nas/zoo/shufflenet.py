"""ShuffleNet (Zhang et al. 2018, arXiv:1707.01083, section 3.2 and table 1).

A 3x3 convolution and a max pooling, three stages of units whose 1x1 convolutions are grouped, with the channels shuffled
between them; the more groups, the wider at the same cost. A unit of stride 2 puts its branch beside its pooled input.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.motif.shuffle import branch
from nas.zoo.catalogue import Variant, network
from nas.zoo.mobilenet import multiplied
from nas.zoo.rules import at_least, one_of

STEM = 24
FIRST_WIDTHS = {1: 144, 2: 200, 3: 240, 4: 272, 8: 384}  # table 1: what stage 2 puts out, by groups
BOTTLENECKS = ("output", "branch")
LINEAR = "the printed macs leave out the linear layer"


@network(
    title="ShuffleNet",
    paper="Zhang et al. 2018, arXiv:1707.01083",
    year=2017,
    variants=(
        Variant("shufflenet_v1-g1", {"groups": 1}, macs="143M"),
        Variant("shufflenet_v1-g2", {"groups": 2}, macs="140M"),
        Variant("shufflenet_v1-g3", {"groups": 3}, macs="137M"),
        Variant("shufflenet_v1-g4", {"groups": 4}, macs="133M", note=LINEAR),
        Variant("shufflenet_v1-g8", {"groups": 8}, macs="137M", note=LINEAR),
        Variant(
            "shufflenet_v1-g3-caffe",
            {"groups": 3, "bottleneck": "branch"},
            macs="137M",
            note="the reimplementation in Caffe has narrower bottlenecks in its units of stride 2 than the paper",
        ),
    ),
)
def shufflenet_v1(
    *,
    groups: int = 3,
    width: float = 1.0,
    first_width: int | None = None,
    units: tuple[int, ...] = (4, 8, 4),
    bottleneck: str = "output",
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """ShuffleNet `width`x with `groups`; channels double from stage to stage and are rounded to multiples of the groups.

    `first_width`: what the first stage puts out before it is multiplied; table 1 gives it for 1, 2, 3, 4 and 8 groups, and
    other groups need it. `bottleneck`: a quarter of what the unit puts out, or of what its "branch" alone does.
    """
    at_least("groups", groups, 1)
    one_of("bottleneck", bottleneck, BOTTLENECKS)
    if first_width is None:
        one_of("groups (where no first_width is given)", groups, FIRST_WIDTHS)
    else:
        at_least("first_width", first_width, 1)
    if not isinstance(units, tuple) or not units:
        raise GenomeError(f"units must be a number for each stage, such as (4, 8, 4), got {units!r}")
    stem = multiplied(STEM, width, multiple=groups)
    channels = multiplied(FIRST_WIDTHS[groups] if first_width is None else first_width, width, multiple=groups)
    if channels <= stem:
        raise GenomeError(
            f"the first stage must put out more channels than the stem, which it puts beside its own: got {channels} and "
            f"{stem}; the nearest is {stem + groups}"
        )
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    line = b.conv_norm_act("stem", line, stem, stride=2)
    line = b.max_pool("stem/pool", line, kernel=3, stride=2, padding=1)
    for stage, count in enumerate(units, start=2):
        at_least("units", count, 1)
        for number in range(1, count + 1):
            with b.scope(f"stage{stage}"), b.scope(f"unit{number}"):
                # The very first 1x1 convolution is whole: its input has few channels.
                first = 1 if stage == 2 and number == 1 else groups
                line = _unit(b, line, channels << (stage - 2), 2 if number == 1 else 1, groups, first, bottleneck)
    b.classifier(line, classes)
    return b.genome()


def _unit(b: Builder, line: Line, width: int, stride: int, groups: int, first_groups: int, bottleneck: str) -> Line:
    """Figure 2b, or at stride 2 figure 2c: pooled input and branch side by side."""
    out = width if stride == 1 else width - line.channels
    quarter = (width if bottleneck == "output" else out) // 4
    inner = multiplied(quarter, 1, multiple=groups)
    grouped = branch(b, line, out, stride, inner=inner, groups=groups, first_groups=first_groups)
    if stride == 1:
        return b.act("act", b.sum("sum", line, grouped), "relu")
    return b.act("act", b.concat("concat", b.avg_pool("pool", line, kernel=3, stride=2, padding=1), grouped), "relu")
