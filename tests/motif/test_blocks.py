"""Blocks by themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.errors import GenomeError, UnknownNameError
from nas.genome import Genome, ops
from nas.motif import BlockOptions, Builder, blocks
from nas.motif.inception import widths


def alone(block: str, width: int, *, stride: int = 1, options: BlockOptions = BlockOptions(), side: int = 9) -> Genome:
    b = Builder()
    line = b.add("input", ops.Input((5, side, side)))
    b.add("output", ops.Output(), blocks.get(block).body(b, line, width, stride, options))
    return b.genome()


@given(st.integers(1, 400), st.lists(st.integers(1, 40), min_size=1, max_size=6))
def test_the_widths_of_branches_sum_to_the_width(width: int, shares: list[int]) -> None:
    if width < len(shares):
        with pytest.raises(GenomeError, match="branches is at least"):
            widths(width, tuple(shares))
        return
    parts = widths(width, tuple(shares))
    assert sum(parts) == width
    assert min(parts) >= 1
    # A wider block has no narrower branch, so its cost never falls: what solving for the width relies on.
    assert all(wider >= part for wider, part in zip(widths(width + 1, tuple(shares)), parts, strict=True))


def test_a_wide_block_is_divided_as_its_shares_say() -> None:
    # Inception 3a of GoogLeNet (Szegedy et al. 2015, arXiv:1409.4842, table 1): 64, 128, 32, 32.
    assert widths(256, (2, 4, 1, 1)) == (64, 128, 32, 32)
    assert widths(7, (1, 1, 1000)) == (1, 1, 5)


@pytest.mark.parametrize("block", blocks.names())
@pytest.mark.parametrize("stride", [1, 2])
def test_a_block_puts_out_its_width_at_its_stride(block: str, stride: int) -> None:
    for side, left in ((9, 5), (8, 4)):
        genome = alone(block, 8, stride=stride, side=side)
        assert genome.shapes["output"] == ((8, left, left) if stride == 2 else (8, side, side))


@pytest.mark.parametrize("branches", [1, 2, 3, 4])
def test_an_inception_block_has_its_branches(branches: int) -> None:
    genome = alone("inception", 16, options=BlockOptions(branches=branches, shares=(1, 1, 1, 1)))
    parts = [genome.shapes[name][0] for name in genome["concat"].inputs]
    assert parts == [16 // branches + 16 % branches, *[16 // branches] * (branches - 1)]


def test_too_few_shares_are_refused() -> None:
    with pytest.raises(GenomeError, match=r"3 branches take as many shares of the width, got \[1, 2\]"):
        alone("inception", 16, options=BlockOptions(branches=3, shares=(1, 2)))
    with pytest.raises(GenomeError, match="1 to 4 branches, got 5"):
        alone("inception", 16, options=BlockOptions(branches=5))


def test_a_bottleneck_computes_at_a_quarter_of_its_width() -> None:
    genome = alone("bottleneck", 16)
    assert genome.params == (5 * 4 + 2 * 4) + (4 * 4 * 9 + 2 * 4) + (4 * 16 + 2 * 16)
    assert alone("bottleneck", 3).shapes["conv2"][0] == 1


def test_options_reach_the_layers() -> None:
    genome = alone("basic", 4, options=BlockOptions(kernel=5, activation="silu"))
    assert genome["conv1"].op == ops.Conv2d(4, kernel=5, padding=2)
    assert genome["act1"].op == ops.Activation("silu")


def test_an_unknown_block_shows_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="'preactivated' is not a known block; did you mean 'preact'"):
        blocks.get("preactivated")
