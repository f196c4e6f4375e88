"""FractalNet (Larsson et al. 2017, "FractalNet: Ultra-Deep Neural Networks without Residuals", arXiv:1605.07648).

Blocks that are fractals of columns of 1, 2, 4 and so on convolutions, section 3; every column ends with a 2x2 max pooling
in front of the last join. Layers are those of the authors' generator: convolution with bias, dropout, batch norm without
gain and bias, ReLU. There the networks are trained by dropping single paths or whole columns, section 3.1.
"""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, Shape, ops
from nas.motif import Builder, Line
from nas.motif.fractal import expand
from nas.zoo.catalogue import Variant, network
from nas.zoo.rules import at_least

NARROW = {"widths": (16, 32, 64, 128, 128), "classes": 100}
WHY = "the authors' generator makes 33.7M too; the same layers in narrow give every figure of the paper's other table"


@network(
    title="FractalNet",
    paper="Larsson et al. 2017, arXiv:1605.07648",
    year=2016,
    variants=(
        Variant("fractalnet-21", {}, params="38.6M", note=WHY),
        Variant("fractalnet-narrow-5", {"columns": 1, **NARROW}, params="0.3M"),
        Variant("fractalnet-narrow-10", {"columns": 2, **NARROW}, params="0.8M"),
        Variant("fractalnet-narrow-20", {"columns": 3, **NARROW}, params="2.1M"),
        Variant("fractalnet-narrow-40", {"columns": 4, **NARROW}, params="4.8M"),
        Variant("fractalnet-narrow-80", {"columns": 5, **NARROW}, params="10.2M"),
        Variant("fractalnet-narrow-160", {"columns": 6, **NARROW}, params="21.1M"),
    ),
)
def fractalnet(
    *,
    columns: int = 3,
    widths: tuple[int, ...] = (64, 128, 256, 512, 512),
    dropout: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.4),
    drop_path: float = 0.15,
    global_share: float = 0.5,
    conv_bias: bool = True,
    affine: bool = False,
    input_shape: Shape = (3, 32, 32),
    classes: int = 10,
) -> Genome:
    """A block for each width, at half the resolution of the one before: its longest path is 2^(columns - 1) convolutions.

    `drop_path` and `global_share` are what `FractalJoin` takes. Other implementations have `conv_bias` false and `affine`
    true.
    """
    if len(dropout) != len(widths) or not widths:
        raise GenomeError(f"dropout must be a rate for each of the {len(widths)} widths, got {dropout!r}; widths={widths!r}")
    at_least("columns", columns, 1)
    b = Builder()
    line = b.add("input", ops.Input(input_shape))
    norm = ops.BatchNorm2d(affine=affine)
    for number, (width, rate) in enumerate(zip(widths, dropout, strict=True), start=1):

        def unit(b: Builder, line: Line, first: bool, width: int = width, rate: float = rate) -> Line:
            line = b.conv("conv", line, width, bias=conv_bias)
            line = b.add("dropout", ops.Dropout(rate), line) if rate else line
            return b.act("act", b.add("norm", norm, line), "relu")

        with b.scope(f"block{number}"):
            line = expand(b, line, columns, unit, end=_pool, drop=drop_path, global_share=global_share)
    b.classifier(line, classes)
    return b.genome()


def _pool(b: Builder, line: Line) -> Line:
    return b.max_pool("pool", line, kernel=2, stride=2)
