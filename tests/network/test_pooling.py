"""Spatial pyramid pooling by hand, and against torch's adaptive pooling."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from nas.errors import GenomeError
from nas.genome import Genome, Node, ops
from nas.genome.op import infer
from nas.network import build


def pooled(op: ops.SpatialPyramidPool, x: torch.Tensor) -> torch.Tensor:
    nodes = [Node("image", ops.Input(tuple(x.shape[1:]))), Node("pool", op, ("image",))]
    return build(Genome([*nodes, Node("output", ops.Output(), ("pool",))]))(x)


def test_grids_follow_each_other_and_channels_within_a_grid() -> None:
    # 0 to 15 row by row, and the same plus 100.
    x = torch.arange(16.0).view(1, 1, 4, 4) + torch.tensor([0.0, 100.0]).view(1, 2, 1, 1)
    assert pooled(ops.SpatialPyramidPool((2, 1)), x).tolist() == [[5, 7, 13, 15, 105, 107, 113, 115, 15, 115]]


def test_the_papers_windows_overlap_where_the_grid_does_not_divide_the_side() -> None:
    # Figure 4 of the paper, on 13 pixels: a grid of 3 has windows of 5 that move by 4, a grid of 2 windows of 7 by 6.
    x = torch.arange(13.0).expand(1, 1, 13, 13)
    assert pooled(ops.SpatialPyramidPool((3,)), x).view(3, 3)[0].tolist() == [4, 8, 12]
    assert pooled(ops.SpatialPyramidPool((2,)), x).view(2, 2)[0].tolist() == [6, 12]


@pytest.mark.parametrize("sides", [(7, 9), (6, 6), (5, 13), (3, 3)])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_adaptive_windows_are_those_of_torch(sides: tuple[int, int], size: int) -> None:
    x = torch.randn(2, 3, *sides, generator=torch.Generator().manual_seed(0))
    assert torch.equal(pooled(ops.SpatialPyramidPool((size,), adaptive=True), x), F.adaptive_max_pool2d(x, size).flatten(1))


def test_every_grid_that_the_genome_admits_has_its_bins() -> None:
    refused = 0
    for side in range(1, 20):
        for size in range(1, side + 1):
            try:
                shape = infer(ops.SpatialPyramidPool((size,)), ((1, side, side),)).shape
            except GenomeError:
                refused += 1
                continue
            assert pooled(ops.SpatialPyramidPool((size,)), torch.zeros(1, 1, side, side)).shape == (1, size * size) == (1, *shape)
    assert refused > 20  # such as 4 bins on 7 pixels: windows of 2 that move by 1 are 6
