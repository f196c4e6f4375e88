"""Blocks deleted one by one and several at once."""

from __future__ import annotations

import pytest
import torch
from by_hand import function, head, stem

from nas.edit.blocks import blocks
from nas.edit.remove import remove
from nas.explanation.lesion import Deletion, each_block, several, spread


@pytest.mark.parametrize("deleted", [(), (1,), (2,), (1, 2)])
def test_a_deleted_block_of_two_computes_what_torch_computes_without_it(made, deleted):
    subject = made("residual", widths=(4,))
    found = [block for block in blocks(subject.genome) if int(block.name[-1]) in deleted]
    network = subject.network(remove(subject.genome, found))
    x, _ = subject.batches[0]
    with torch.no_grad():
        line = stem(x, subject.state, training=False)
        for block in (1, 2):
            if block not in deleted:
                line = torch.relu(line + function(line, subject.state, block, training=False))
        assert torch.allclose(network(x), head(line, subject.state), atol=1e-5)


def test_each_block_is_measured_without_the_others_being_touched(made):
    subject = made("residual")
    found = blocks(subject.genome)
    lesions = each_block(subject, found)
    assert [lesion.error for lesion in lesions] == [subject.error(remove(subject.genome, [block])) for block in found]
    # Two convolutions of 4 x 4 channels of 3x3 on 8x8 pixels and two norms; and those that halve the image.
    assert [lesion.params for lesion in lesions] == [304, 304, 288 + 576 + 32, 576 * 2 + 32]
    assert lesions[0].macs == 2 * 4 * 4 * 9 * 64


def test_a_block_that_cannot_be_deleted_says_why_and_is_never_drawn(made):
    subject = made("plain")
    lesions = each_block(subject, blocks(subject.genome))
    assert [(lesion.block, lesion.error is None) for lesion in lesions][2] == ("stage2/block1", True)
    assert lesions[2].reason.startswith("it makes 8x4x4 of 4x8x8")
    assert [each.blocks for each in several(subject, blocks(subject.genome), draws=2, seed=0)] == [1, 2, 3]


def test_so_many_blocks_are_drawn_so_often_and_all_of_them_once(made):
    subject = made("residual")
    found = several(subject, blocks(subject.genome), draws=3, seed=0)
    assert [(each.blocks, len(each.errors)) for each in found] == [(1, 3), (2, 3), (3, 3), (4, 1)]
    assert found[-1].errors == [subject.error(remove(subject.genome, blocks(subject.genome)))]
    assert found == several(subject, blocks(subject.genome), draws=3, seed=0)


def test_mean_and_deviation_are_those_of_the_draws():
    deletion = Deletion(2, [0.1, 0.5])
    assert (deletion.mean, deletion.deviation) == pytest.approx((0.3, 0.2))


def test_a_network_without_blocks_has_no_lesions(made):
    subject = made("plain")
    assert each_block(subject, []) == several(subject, [], draws=2, seed=0) == []


def test_numbers_are_spread_from_one_to_the_last():
    assert spread(3, 8) == [1, 2, 3] and spread(54, 5) == [1, 14, 28, 41, 54] and spread(0, 8) == []
