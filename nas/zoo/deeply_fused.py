"""Deeply-fused nets for small images (Wang et al. 2016, "Deeply-Fused Nets", arXiv:1605.07716, section 3).

A deep base network and a second one beside it, fused by a sum and a ReLU once or more in each stage: the networks of the
authors' code (github.com/zlmzju/fusenet: fuse3, fuse6, side and plain). The paper's own tables of layers are not here.
"""

from __future__ import annotations

from nas.genome import Genome, Shape, ops
from nas.motif import Block, BlockOptions, Builder, Line, Step
from nas.motif.fused import fused
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, one_of, repeats

BESIDE = ("line", "deep", "none")


def _layer(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    return b.norm("norm", b.conv("conv", line, width, stride=stride))


LAYER = Block(_layer)


@network(
    title="Deeply-fused net",
    paper="Wang et al. 2016, arXiv:1605.07716",
    year=2016,
    variants=(
        Variant("deeply_fused-26-3", {"depth": 26, "fusions": 1}),
        Variant("deeply_fused-26-6", {"depth": 26, "fusions": 2}),
        Variant("deeply_fused-side-14", {"depth": 14, "fusions": 2, "beside": "deep"}),
        Variant("deeply_fused-plain-26", {"depth": 26, "fusions": 1, "beside": "none"}),
    ),
)
def deeply_fused(
    *,
    depth: int = 26,
    fusions: int = 1,
    beside: str = "line",
    widths: tuple[int, ...] = (16, 32, 64),
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """A stage for each width, of `fusions` fusions of n convolutions each: with three stages 3 * fusions * n + 2 layers.

    What stands `beside` the deep network: "line" is one convolution where a stage begins and nothing further on, "deep"
    is a second network as deep as the first, "none" leaves a plain network. The authors' code counts "deep" by the layers
    of both networks, so that its 26 is 14 here.
    """
    at_least("fusions", fusions, 1)
    one_of("beside", beside, BESIDE)
    layers = repeats("depth", depth, step=len(widths) * fusions, plus=2)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    line = b.conv_norm_act("stem", line, widths[0])
    for stage, width in enumerate(widths, start=1):
        for fusion in range(1, fusions + 1):
            bases = {"line": (1 if fusion == 1 else 0, layers), "deep": (layers, layers), "none": (layers,)}[beside]
            step = Step(LAYER, BlockOptions(bases=bases), width, stride=2 if stage > 1 and fusion == 1 else 1)
            with b.scope(f"stage{stage}"), b.scope(f"fusion{fusion}"):
                (line,) = fused(b, (line,), step)
    b.classifier(line, classes)
    return b.genome()
