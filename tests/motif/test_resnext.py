"""The resnext block: the same function as bottlenecks side by side, and a cost that grows with the width."""

from __future__ import annotations

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from nas.errors import GenomeError
from nas.genome import Genome, ops
from nas.motif import BlockOptions, Builder, blocks
from nas.motif.resnext import half
from nas.network import build

SHAPE = (6, 7, 7)


def alone(width: int, *, stride: int = 1, groups: int = 4, kernel: int = 3, shape: tuple[int, int, int] = SHAPE) -> Genome:
    b = Builder()
    line = b.add("input", ops.Input(shape))
    options = BlockOptions(groups=groups, kernel=kernel)
    b.add("output", ops.Output(), blocks.get("resnext").body(b, line, width, stride, options))
    return b.genome()


def apart(width: int, groups: int, each: int) -> Genome:
    """Figure 3a of the paper: bottlenecks of `each` channels side by side, summed, and one norm."""
    b = Builder()
    line, ends = b.add("input", ops.Input(SHAPE)), []
    for group in range(groups):
        with b.scope(f"group{group}"):
            inner = b.act("act1", b.norm("norm1", b.conv("conv1", line, each, kernel=1)), "relu")
            inner = b.act("act2", b.norm("norm2", b.conv("conv2", inner, each)), "relu")
            ends.append(b.conv("conv3", inner, width, kernel=1))
    b.add("output", ops.Output(), b.norm("norm3", b.sum("sum", *ends)))
    return b.genome()


def test_a_grouped_convolution_computes_what_bottlenecks_side_by_side_compute() -> None:
    # Xie et al. 2017, arXiv:1611.05431, figure 3: forms a and c are equivalent.
    many, one = build(apart(16, 4, 2), seed=3).eval(), build(alone(16), seed=4).eval()
    have, want = many.state_dict(), one.state_dict()
    for name in want:
        parts = [have.get(f"group{group}.{name}") for group in range(4)]
        if name.startswith("conv3"):
            want[name] = torch.cat(parts, dim=1)
        elif not name.startswith("norm3") and want[name].dim():
            want[name] = torch.cat(parts)
    one.load_state_dict(want)
    x = torch.randn(3, *SHAPE)
    with torch.no_grad():
        assert many(x).abs().max() > 0.01
        torch.testing.assert_close(one(x), many(x))


def test_its_cost_is_that_of_its_layers() -> None:
    # Width 20 in 4 groups: floor(20 / 8) * 4 = 8 channels within.
    assert alone(20).params == (6 * 8 + 16) + (8 * 2 * 9 + 16) + (8 * 20 + 40)


@given(st.integers(1, 300), st.integers(1, 40))
def test_the_inner_width_is_divided_by_the_groups_and_never_falls(width: int, groups: int) -> None:
    assert half(width, groups) % groups == 0
    assert groups <= half(width, groups) <= half(width + 1, groups)


def test_a_wide_block_computes_at_half_of_its_width() -> None:
    # Table 1 of the paper: 128 channels within 256 at 32 groups of 4.
    assert half(256, 32) == 128
    assert alone(64, groups=32).shapes["conv2"] == (32, 7, 7)


@pytest.mark.parametrize("width", [1, 3, 8, 13, 50])
@pytest.mark.parametrize("groups", [1, 4, 7])
def test_every_width_is_admissible(width: int, groups: int) -> None:
    assert alone(width, groups=groups).shapes["output"] == (width, 7, 7)
    assert alone(width, groups=groups, stride=2, kernel=5).shapes["output"] == (width, 4, 4)
    assert alone(width, groups=groups, shape=(5, 1, 1)).shapes["output"] == (width, 1, 1)
    assert alone(width, groups=groups, stride=2, shape=(1, 2, 2)).shapes["output"] == (width, 1, 1)


def test_a_wider_block_costs_no_less() -> None:
    costs = [(genome.params, genome.macs) for genome in (alone(width) for width in range(1, 60))]
    assert all(after[0] > before[0] and after[1] > before[1] for before, after in itertools.pairwise(costs))


def test_the_stride_is_in_the_grouped_convolution() -> None:
    assert alone(16, stride=2)["conv2"].op == ops.Conv2d(8, 3, 2, 1, groups=4)


def test_no_groups_are_refused() -> None:
    with pytest.raises(GenomeError, match="at least 1 group, got 0"):
        alone(16, groups=0)
