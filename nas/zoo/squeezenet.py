"""SqueezeNet (Iandola et al. 2016, arXiv:1602.07360, table 1 and section 5.1; version 1.1 as in the authors' models).

Eight fire modules whose width grows every second one, a 1x1 convolution to the classes, the mean of each map. Poolings
come late and count a window that is cut off. The authors' model file pads the last convolution by a pixel: its macs
rise, its weights do not.
"""

from __future__ import annotations

from dataclasses import dataclass

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.motif.fire import fire
from nas.zoo.catalogue import Variant, network
from nas.zoo.nin import averaged
from nas.zoo.rules import at_least, one_of

FIRES = range(2, 10)  # as the paper counts: conv1, fire2 to fire9, conv10


@dataclass(frozen=True, slots=True)
class Version:
    """The first convolution, and the layers that a pooling follows."""

    width: int
    kernel: int
    pooled: tuple[int, ...]


VERSIONS = {"1.0": Version(96, 7, (1, 4, 8)), "1.1": Version(64, 3, (1, 3, 5))}
BYPASSES = ("none", "simple", "complex")


@network(
    title="SqueezeNet",
    paper="Iandola et al. 2016, arXiv:1602.07360",
    year=2016,
    variants=(
        Variant("squeezenet-1.0", {"version": "1.0"}, params="1,248,424"),
        Variant("squeezenet-1.0-prototxt", {"conv10_padding": 1, "input_shape": (3, 227, 227)}, params="1,248,424"),
        Variant("squeezenet-1.0-simple_bypass", {"bypass": "simple"}),
        Variant("squeezenet-1.0-complex_bypass", {"bypass": "complex"}),
        Variant("squeezenet-1.1", {"version": "1.1"}),
    ),
)
def squeezenet(
    *,
    version: str = "1.0",
    base_expand: int = 128,
    expand_step: int = 128,
    every: int = 2,
    share3x3: float = 0.5,
    squeeze_ratio: float = 0.125,
    bypass: str = "none",
    conv10_padding: int = 0,
    dropout: float = 0.5,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """SqueezeNet by the meta-parameters of section 5.1.

    Module i of 8 (from 0) puts out `base_expand` + `expand_step` * (i // `every`) channels, `share3x3` of them from 3x3
    convolutions, squeezed to `squeeze_ratio` of them before. `bypass` (section 6): "simple" adds a module's input where
    its channels are as many as its output's, "complex" a 1x1 convolution of it elsewhere too.
    """
    one_of("version", version, VERSIONS)
    one_of("bypass", bypass, BYPASSES)
    for name, number, least in (("base_expand", base_expand, 2), ("expand_step", expand_step, 0), ("every", every, 1)):
        at_least(name, number, least)
    _share("share3x3", share3x3, "0.5")
    _share("squeeze_ratio", squeeze_ratio, "0.125")
    plan = VERSIONS[version]
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    line = b.conv_act("conv1", line, plan.width, kernel=plan.kernel, stride=2, padding=0)
    for layer in (1, *FIRES):
        if layer in FIRES:
            width = base_expand + expand_step * ((layer - FIRES[0]) // every)
            three = min(width - 1, max(1, int(width * share3x3)))
            shortcut = _bypass(b, layer, line, width, bypass)
            line = fire(b, f"fire{layer}", line, max(1, int(width * squeeze_ratio)), width - three, three)
            line = b.sum(f"fire{layer}/sum", line, *shortcut) if shortcut else line
        if layer in plan.pooled:
            line = b.max_pool(f"pool{layer}", line, kernel=3, stride=2, ceil=True)
    if dropout:
        line = b.add("conv10/dropout", ops.Dropout(dropout), line)
    averaged(b, b.conv_act("conv10", line, classes, kernel=1, padding=conv10_padding))
    return b.genome()


def _bypass(b: Builder, layer: int, line: Line, width: int, bypass: str) -> tuple[Line, ...]:
    """What is added to a module's output, if anything."""
    if bypass != "none" and line.channels == width:
        return (line,)
    return (b.conv(f"fire{layer}/bypass", line, width, kernel=1, bias=True),) if bypass == "complex" else ()


def _share(name: str, value: object, published: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
        raise GenomeError(f"{name} must be above 0 and below 1, got {value!r}; the paper's is {published}")
