"""The weights of a convolution whose channels are replicated, left out or new, and whose kernel has grown.

Net2WiderNet (Chen et al. 2016, arXiv:1511.05641, section 2.2, equation 3): each channel of the child is one of the
parent's, and what reads n copies of a channel divides its weight by n. Here n is counted within the group of the reader,
so grouped convolutions are widened too; a channel that is nobody's copy is read with weight zero.
"""

from __future__ import annotations

import torch
from torch import Tensor

NEW = -1  # a channel that is no copy of the parent's


def spread(channels: int, wider: int, *, runs: int = 1) -> Tensor:
    """(wider,): of each channel which of the parent's it copies; each run of channels by itself, evenly and in order.

    Net2Net draws the copies; in order the runs that grouped convolutions, splits and shuffles take stay together.
    Of a narrower line some channels are left out.
    """
    if channels % runs or wider % runs:
        runs = 1
    inner = torch.arange(wider // runs) * (channels // runs) // (wider // runs)
    return (torch.arange(runs)[:, None] * (channels // runs) + inner).flatten()


def gathered(
    weight: Tensor,
    fresh: Tensor,
    *,
    out: Tensor,
    source: Tensor,
    groups: tuple[int, int],
    noise: float,
    generator: torch.Generator,
) -> tuple[Tensor, bool]:
    """The child's weights, and whether every channel that the parent reads is still read.

    weight: (parent's out, its in / groups[0], *kernel); `fresh`: (child's out, its in / groups[1], *any): rows of new
    channels are taken from it, if their kernel is the same. `out` and `source`: of each of the child's channels which of
    the parent's it is. With `noise` above 0 and at most 1 copies are read with unequal weights of the same sum.
    """
    most = weight.shape[1]
    rows = len(out)
    group = out.clamp(min=0) // (weight.shape[0] // groups[0])
    reads = torch.arange(rows)[:, None] // (rows // groups[1]) * fresh.shape[1] + torch.arange(fresh.shape[1])
    local = source[reads] - group[:, None] * most  # in the parent's group; below 0 for a new channel
    valid = (local >= 0) & (local < most)
    local = local.clamp(0, most - 1)
    shares = valid.to(weight.dtype)
    if noise:
        shares = shares * (1 + noise * (2 * torch.rand(shares.shape, generator=generator) - 1) * 0.99)
    total = torch.zeros(rows, most, dtype=weight.dtype).scatter_add_(1, local, shares)
    read = bool((total[out != NEW] > 0).all())
    shares = torch.where(valid, shares / total.gather(1, local).clamp(min=1e-30), 0.0)
    made = weight[out.clamp(min=0)[:, None], local] * shares[:, :, None, None]
    if made.shape == fresh.shape:
        made[out == NEW] = fresh[out == NEW]
    return made, read


def embedded(weight: Tensor, kernel: tuple[int, int], taps: list[list[int]]) -> tuple[Tensor, bool]:
    """The weights in a window of another size, and whether all of them found their place.

    weight: (out, in, high, wide); `taps`: along each side, for each tap its place in the new window, or -1.
    """
    found = weight.new_zeros(*weight.shape[:2], *kernel)
    rows, columns = ([(old, new) for old, new in enumerate(side) if new >= 0] for side in taps)
    for row, to_row in rows:
        for column, to_column in columns:
            found[:, :, to_row, to_column] = weight[:, :, row, column]
    return found, len(rows) == weight.shape[2] and len(columns) == weight.shape[3]


def dirac(shape: torch.Size) -> Tensor:
    """(out, in / groups, high, wide): one in the middle of each channel's own window."""
    weight = torch.zeros(shape)
    channels = torch.arange(shape[0])
    weight[channels, channels % shape[1], shape[2] // 2, shape[3] // 2] = 1
    return weight
