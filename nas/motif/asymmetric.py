"""The asymmetric block: two convolutions of N x N, each factorised into 1 x N and N x 1.

Szegedy et al. 2016, arXiv:1512.00567, section 3.2 and figure 6: with norm and activation behind both halves, for 2/N of
the cost. A stride is split as the kernel is: each half strides along the side that it covers, so the pair sees the
window of an N x N convolution of that stride, and nothing is computed that the second half would skip.
"""

from __future__ import annotations

from nas.motif.block import Block, BlockOptions, blocks
from nas.motif.branches import Conv, normed, row
from nas.motif.builder import Builder, Line


def factorised(size: int, first: int, second: int, *, stride: int = 1, tall_first: bool = False) -> tuple[Conv, Conv]:
    """1 x size and size x 1, or the other way round, of `first` and `second` channels."""
    wide, tall = ((1, size), (1, stride)), ((size, 1), (stride, 1))
    halves = (tall, wide) if tall_first else (wide, tall)
    return Conv(first, *halves[0]), Conv(second, *halves[1])


def asymmetric(b: Builder, line: Line, width: int, stride: int, options: BlockOptions) -> Line:
    """1xN-Nx1-1xN-Nx1 at the block's width, the stride in the first pair; norm but no activation at the end."""
    pairs = (*factorised(options.kernel, width, width, stride=stride), *factorised(options.kernel, width, width))
    line = row(b, line, pairs[:-1], normed(options.activation))
    return normed(None)(b, f"conv{len(pairs)}", line, pairs[-1])


blocks.register("asymmetric", Block(asymmetric))
