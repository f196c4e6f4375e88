"""MobileNet (Howard et al. 2017, "MobileNets", arXiv:1704.04861, section 3 and table 1).

A 3x3 convolution, thirteen depthwise separable ones, global average pooling, one linear layer; norm and ReLU behind each
half. The last depthwise convolution has stride 1, as in the authors' code and as the sizes of table 1 say, not 2 as printed.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Builder
from nas.motif.separable import depthwise_separable
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least

FIRST = 32
STAGES = ((64, 1), (128, 2), (256, 2), (512, 6), (1024, 2))  # channels, and convolutions at one resolution


def _published(width: float, side: int, params: str, macs: str) -> Variant:
    return Variant(f"mobilenet_v1-{width}-{side}", {"width": width, "input_shape": (3, side, side)}, params=params, macs=macs)


@network(
    title="MobileNet",
    paper="Howard et al. 2017, arXiv:1704.04861",
    year=2017,
    variants=(
        _published(1.0, 224, "4.2M", "569M"),
        _published(0.75, 224, "", ""),
        _published(0.5, 224, "1.3M", "149M"),
        _published(0.25, 224, "0.5M", "41M"),
        _published(1.0, 192, "4.2M", "418M"),
        _published(1.0, 160, "", ""),
        _published(1.0, 128, "4.2M", "186M"),
        Variant("mobilenet_v1-shallow", {"convolutions": (1, 2, 2, 1, 2)}),
    ),
)
def mobilenet_v1(
    *,
    width: float = 1.0,
    convolutions: tuple[int, ...] = tuple(count for _, count in STAGES),
    kernel: int = 3,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """MobileNet with all channels times `width`, and `convolutions` separable ones at each of the five resolutions."""
    if not isinstance(convolutions, tuple) or len(convolutions) != len(STAGES):
        raise GenomeError(f"convolutions must be {len(STAGES)} numbers, such as (1, 2, 2, 6, 2), got {convolutions!r}")
    at_least("kernel", kernel, 1)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    line = b.conv_norm_act("stem", line, multiplied(FIRST, width), stride=2)
    for stage, ((channels, _), count) in enumerate(zip(STAGES, convolutions, strict=True), start=1):
        at_least("convolutions", count, 1)
        for number in range(1, count + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            with b.scope(f"stage{stage}"):
                name = f"separable{number}"
                line = depthwise_separable(
                    b, name, line, multiplied(channels, width), kernel=kernel, stride=stride, between="relu"
                )
                line = b.act(f"{name}/act2", line, "relu")
    b.classifier(line, classes)
    return b.genome()


def multiplied(channels: int, width: float, *, multiple: int = 1) -> int:
    """`channels` times `width`, cut to a whole number; of a `multiple` above 1, the nearest of it. At least one of it."""
    if isinstance(width, bool) or not isinstance(width, int | float) or not 0 < width < float("inf"):
        raise GenomeError(f"width must be a number above 0, such as 1.0, 0.75, 0.5 or 0.25, got {width!r}")
    times = int(channels * width) if multiple == 1 else int(channels * width / multiple + 0.5)
    return max(1, times) * multiple
