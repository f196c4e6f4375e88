"""The Inception-ResNet block: 1x1, 3x3 and double 3x3 branches, concatenated and raised to the width by a 1x1 convolution.

Szegedy et al. 2016, arXiv:1602.07261, figure 10: each branch is an eighth of the width, as 32 of 256. The last
convolution has a bias, no norm and no activation, so a residual join makes the paper's module of it. The constant of 0.1
to 0.3 on the residual is left out: the paper needs it beyond 1000 channels only (section 3.3), and it means nothing
under a connectivity that adds no residual. A stride stands at the end of each branch, as in the paper's reductions.
"""

from __future__ import annotations

from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.branches import Branches, Conv, Layer, normed, side_by_side
from nas.motif.builder import Builder, Line


def raised(b: Builder, line: Line, branches: Branches, width: int, layer: Layer) -> Line:
    """Branches side by side, then a 1x1 convolution to the width that does without norm and activation."""
    return b.conv("up", side_by_side(b, line, branches, layer), width, kernel=1, bias=True)


def inception_resnet(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """1x1 | 1x1-3x3 | 1x1-3x3-3x3, each width / 8 channels wide, then 1x1; the 3 stands for `options.kernel`."""
    narrow, kernel = max(1, width // 8), options.kernel
    branches: Branches = {
        "one": [Conv(narrow, stride=stride)],
        "three": [Conv(narrow), Conv(narrow, kernel, stride)],
        "double": [Conv(narrow), Conv(narrow, kernel), Conv(narrow, kernel, stride)],
    }
    return raised(b, line, branches, width, normed(options.activation))


blocks.register("inception-resnet", Block(inception_resnet))
