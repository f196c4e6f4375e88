"""DMRNet, networks of merge-and-run blocks (Zhao et al. 2017, "Deep Convolutional Neural Networks with Merge-and-Run
Mappings", arXiv:1611.07718, section 3; IJCAI 2018).

Two lines of residual branches that exchange their average in every block. L residual branches are L/2 blocks, and a
ResNet of as many branches is nearly twice as deep: L + 2 layers against 2L + 2.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import BlockOptions, Builder, Connectivity, Line, Stage, Staged, Stem, Step, blocks, compose, connectivities
from nas.motif.connectivity import Lines, body, leave, plain, projected
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least, one_of, repeats

WHY = "the paper's column has the ResNet of as many branches (shortcut B, 100 classes)"
WHY_50 = "no one definition of the block gives both 14.9M at depth 32 and 24.8M at depth 50"


def split(blocks: int, stages: int = 3) -> tuple[int, ...]:
    """Blocks of each stage as the authors' code divides them: what does not come out even goes to the last ones.

    >>> split(13)
    (4, 4, 5)
    """
    if stages == 1:
        return (blocks,)
    return (blocks // stages, *split(blocks - blocks // stages, stages - 1))


def side_by_side(b: Builder, lines: Lines, step: Step) -> Lines:
    """(x, y) -> (F(x) + x, G(y) + y): merge-and-run without the merge."""
    out = []
    for name, line in zip(("left", "right"), lines, strict=True):
        with b.scope(name):
            joined = b.sum("sum", body(b, line, step), projected(b, line, line, step))
            out.append(joined if step.fuse else leave(b, joined, step))
    return (leave(b, b.sum("fuse", *out), step),) if step.fuse else tuple(out)


MAPPINGS = {"merge-and-run": connectivities.get("merge-and-run"), "identity": Connectivity(side_by_side, lines=2)}


@network(
    title="DMRNet",
    paper="Zhao et al. 2017, arXiv:1611.07718",
    year=2016,
    variants=(
        Variant("dmrnet-14", {"depth": 14}, params="0.4M", note=WHY),
        Variant("dmrnet-20", {"depth": 20}, params="0.6M", note=WHY),
        Variant("dmrnet-26", {"depth": 26}, params="0.8M", note=WHY),
        Variant("dmrnet-32", {"depth": 32}, params="1.0M", note=WHY),
        Variant("dmrnet-38", {"depth": 38}, params="1.2M", note=WHY),
        Variant("dmrnet-50", {"depth": 50}, params="1.5M"),
        Variant("dmrnet-56", {"depth": 56}, params="1.7M"),
        Variant("dmrnet-98", {"depth": 98}, params="3.1M"),
        Variant("dmrnet-wide-32", {"depth": 32, "widen": 4}, params="14.9M"),
        Variant("dmrnet-wide-50", {"depth": 50, "widen": 4}, params="24.8M", note=WHY_50),
    ),
)
def dmrnet(
    *,
    depth: int = 56,
    widen: int = 1,
    mapping: str = "merge-and-run",
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """2n + 2 layers: n blocks in three stages of 16, 32 and 64 channels a line, times `widen`.

    `mapping` "identity" is what the paper compares merge-and-run with: each line keeps its own shortcut, so that two
    residual networks run side by side until their sum.

    The lines end in their sum, in front of the last ReLU, as the paper draws it. The authors' later code adds the average
    once instead of twice there, which is another function of as many params.
    """
    at_least("widen", widen, 1)
    one_of("mapping", mapping, MAPPINGS)
    counts = split(repeats("depth", depth, step=2, plus=2, least=3))
    widths = (16 * widen, 32 * widen, 64 * widen)
    connect = MAPPINGS[mapping]
    stages = tuple(Stage(n, width, blocks.get("basic"), connect) for n, width in zip(counts, widths, strict=True))
    return compose(Staged(Stem(widths[0]), stages), input_shape=input_shape, classes=classes).genome()


@network(
    title="DMRNet (ImageNet)",
    paper="Zhao et al. 2017, arXiv:1611.07718",
    year=2016,
    variants=(
        Variant("dmrnet_imagenet-44", {}, params="43.3M"),
        Variant("dmrnet_imagenet-50", {"blocks": (1, 2, 11, 2), "form": "ijcai"}, params="46.4M"),
        Variant("dmrnet_imagenet-resnet-98", {"blocks": (2, 4, 22, 4), "form": "ijcai", "lines": 1}, params="45.0M"),
    ),
)
def dmrnet_imagenet(
    *,
    blocks: tuple[int, int, int, int] = (2, 2, 8, 2),
    form: str = "arxiv",
    lines: int = 2,
    input_shape: Shape = (3, 224, 224),
    classes: int = 1000,
) -> Genome:
    """Four stages of bottleneck blocks of 256, 512, 1024 and 2048 channels a line; 3 layers a block and 2 more.

    `form` "arxiv" is the paper's second version: projections where the shape changes, the lines end in their sum. "ijcai"
    is the authors' code for IJCAI: no norm in the stem, no skip in the first block of a stage, the lines end side by
    side. One of the `lines` alone is the ResNet that each is compared with.
    """
    one_of("form", form, ("arxiv", "ijcai"))
    one_of("lines", lines, (1, 2))
    if len(blocks) != 4:
        raise GenomeError(f"blocks must be 4 numbers, one for each stage, got {blocks!r}")
    b = Builder()
    ends: Lines = (_stem(b, b.add("input", ops.Input(input_shape)), form),) * lines
    for stage, count in enumerate(blocks, start=1):
        at_least("blocks", count, 1)
        for index in range(1, count + 1):
            with b.scope(f"stage{stage}"), b.scope(f"block{index}"):
                ends = _block(b, ends, stage, index, form, fuse=form == "arxiv" and (stage, index) == (4, count))
    line, *second = ends
    if second:
        with b.scope("head"):
            line = b.concat("concat", line, *second)
    b.classifier(line, classes)
    return b.genome()


def _stem(b: Builder, line: Line, form: str) -> Line:
    with b.scope("stem"):
        line = b.conv("conv", line, 64, kernel=7, stride=2)
        if form == "arxiv":
            line = b.act("act", b.norm("norm", line), "relu")
        return b.max_pool("pool", line, kernel=3, stride=2, padding=0 if form == "arxiv" else 1)


def _block(b: Builder, lines: Lines, stage: int, index: int, form: str, *, fuse: bool) -> Lines:
    first = index == 1
    step = Step(blocks.get("bottleneck"), BlockOptions(), 128 << stage, 2 if first and stage > 1 else 1, fuse)
    if first and form == "ijcai":
        return _apart(b, lines, step)
    return connectivities.get("merge-and-run" if len(lines) == 2 else "residual").step(b, lines, step)


def _apart(b: Builder, lines: Lines, step: Step) -> Lines:
    """A plain block on each line."""
    if len(lines) == 1:
        return plain(b, lines, step)
    out: Lines = ()
    for name, line in zip(("left", "right"), lines, strict=True):
        with b.scope(name):
            out += plain(b, (line,), step)
    return out
