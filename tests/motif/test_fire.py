"""The fire module as published, and as a block for search."""

from __future__ import annotations

import pytest

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.motif import BlockOptions, Builder
from nas.motif.fire import fire, normalised_fire


def block(width: int, *, channels: int = 5, side: int = 8, stride: int = 1, options: BlockOptions = BlockOptions()) -> Genome:
    b = Builder()
    line = b.add("input", ops.Input((channels, side, side)))
    b.add("output", ops.Output(), normalised_fire(b, line, width, stride, options))
    return b.genome()


def test_the_module_of_the_paper_has_biases_relus_and_no_norm() -> None:
    # fire2 of Iandola et al. 2016, table 1: 96 channels to 16, then 64 + 64, of 11,920 params.
    b = Builder()
    line = fire(b, "fire2", b.add("input", ops.Input((96, 55, 55))), 16, 64, 64)
    assert line == ("fire2/concat", (128, 55, 55))
    assert b.params == 11_920
    assert sum(isinstance(node.op, ops.Activation) for node in b.nodes) == 3
    assert not any(isinstance(node.op, ops.BatchNorm2d) for node in b.nodes)


def test_the_block_squeezes_to_an_eighth_and_expands_by_halves() -> None:
    genome = block(128)
    assert [genome.shapes[name][0] for name in ("squeeze", "expand1", "expand3")] == [16, 64, 64]
    assert genome.params == (5 * 16 + 2 * 16) + (16 * 64 + 2 * 64) + (16 * 64 * 9 + 2 * 64)


def test_the_block_ends_without_an_activation() -> None:
    genome = block(9, options=BlockOptions(kernel=5, activation="silu"))
    assert genome["concat"].inputs == ("norm1", "norm3")
    assert [node.op for node in genome.nodes if isinstance(node.op, ops.Activation)] == [ops.Activation("silu")]
    assert genome["expand3"].op == ops.Conv2d(5, (5, 5), (1, 1), (2, 2))


@pytest.mark.parametrize(("side", "stride", "left"), [(8, 1, 8), (9, 2, 5), (8, 2, 4), (2, 2, 1), (1, 1, 1)])
def test_the_block_puts_out_its_width_at_its_stride(side: int, stride: int, left: int) -> None:
    assert block(9, side=side, stride=stride).shapes["output"] == (9, left, left)


def test_the_cost_of_the_block_grows_with_its_width() -> None:
    costs = [(genome.params, genome.macs) for genome in (block(width) for width in range(2, 60))]
    assert costs == sorted(set(costs))


def test_a_block_of_one_channel_is_refused() -> None:
    with pytest.raises(GenomeError, match="at least 2 channels wide, got 1"):
        block(1)
