"""Blocks that change places."""

from __future__ import annotations

import itertools

import pytest
import torch
from by_hand import function, head, stem
from scipy.stats import kendalltau

from nas.edit.blocks import blocks
from nas.explanation.reorder import groups, kendall_tau, moved, reordered


def test_kendalls_tau_is_that_of_scipy():
    for ranks in itertools.permutations(range(5)):
        assert kendall_tau(ranks) == pytest.approx(kendalltau(range(5), ranks).statistic)
    assert kendall_tau([0]) == 1.0


def test_two_blocks_that_change_places_compute_in_the_other_order(made):
    subject = made("residual", widths=(4,))
    first, second = blocks(subject.genome)
    network = subject.network(subject.genome)
    network.load_state_dict(moved(subject.state, [(first, second), (second, first)]))
    x, _ = subject.batches[0]
    with torch.no_grad():
        line = stem(x, subject.state, training=False)
        for block in (2, 1):
            line = torch.relu(line + function(line, subject.state, block, training=False))
        assert torch.allclose(network(x), head(line, subject.state), atol=1e-5)


def test_of_three_blocks_each_goes_where_it_is_told(made):
    subject = made("residual", widths=(4,), depth=3)
    first, second, third = blocks(subject.genome)
    network = subject.network(subject.genome)
    network.load_state_dict(moved(subject.state, [(third, first), (first, second), (second, third)]))
    x, _ = subject.batches[0]
    with torch.no_grad():
        line = stem(x, subject.state, training=False)
        for block in (3, 1, 2):
            line = torch.relu(line + function(line, subject.state, block, training=False))
        assert torch.allclose(network(x), head(line, subject.state), atol=1e-5)


def test_blocks_of_one_structure_and_shape_may_change_places(made):
    def names(connect, **options):
        genome = made(connect, **options).genome
        return [[block.name for block in group] for group in groups(genome, blocks(genome))]

    stage1, stage2 = ["stage1/block1", "stage1/block2", "stage1/block3"], ["stage2/block2", "stage2/block3"]
    assert names("residual", depth=3) == names("merge-and-run", depth=3) == [stage1, stage2]
    assert names("dense", depth=3) == []  # each takes more channels than the one before


def test_an_order_is_measured_once_and_never_the_one_that_it_is(made):
    subject = made("residual", widths=(4,))
    (point,) = reordered(subject, blocks(subject.genome), draws=6, seed=0)
    assert point.tau == -1.0  # of two blocks there is one other order
    first, second = blocks(subject.genome)
    assert point.error == subject.error_with(moved(subject.state, [(first, second), (second, first)]))


def test_swaps_stay_within_a_group_and_the_same_seed_gives_the_same_orders(made):
    subject = made("residual", depth=3)
    found = reordered(subject, blocks(subject.genome), draws=4, seed=1)
    # Of 3! x 2! orders all but one can be reached; the least tau turns both groups around: 4 of 10 pairs.
    assert 0 < len(found) <= 11
    assert min(point.tau for point in found) >= (6 - 4) / 10
    assert found == reordered(subject, blocks(subject.genome), draws=4, seed=1)


def test_nothing_is_swapped_where_no_two_blocks_are_alike(made):
    subject = made("dense")
    assert reordered(subject, blocks(subject.genome), draws=2, seed=0) == []
