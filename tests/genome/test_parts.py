"""The parts of a network, with a published table and by hand."""

from __future__ import annotations

import pytest

from nas.genome import Genome, Node, ops
from nas.zoo.resnet_cifar import resnet_cifar


def test_the_stages_of_resnet_20_have_the_shapes_of_the_paper() -> None:
    # He et al. 2016, arXiv:1512.03385, section 4.2: 1 + 2n layers at 32x32 with 16 channels, 2n at 16x16 with 32, 2n at 8x8.
    parts = {part.name: part for part in resnet_cifar(depth=20).parts}
    assert list(parts) == ["input", "stem", "stage1", "stage2", "stage3", "head", "output"]
    assert [parts[f"stage{i}"].shape for i in (1, 2, 3)] == [(16, 32, 32), (32, 16, 16), (64, 8, 8)]
    assert [parts[name].layers for name in ("stem", "stage1", "stage2", "stage3", "head")] == [1, 6, 6, 6, 1]
    # Six convolutions of 16 channels, norms of 2 * 16 behind each.
    assert parts["stage1"].params == 6 * (16 * 16 * 9 + 32)
    assert parts["stage1"].macs == 6 * 16 * 16 * 9 * 32 * 32


def test_shares_add_up_and_an_auxiliary_head_has_none() -> None:
    nodes = [Node("input", ops.Input((4,))), Node("body/a", ops.Linear(3, bias=False), ("input",))]
    nodes += [Node("head/b", ops.Linear(8, bias=False), ("body/a",)), Node("side/c", ops.Linear(5), ("body/a",))]
    nodes += [Node("output", ops.Output(), ("head/b",)), Node("side/output", ops.Output(), ("side/c",))]
    parts = {part.name: part for part in Genome(nodes, ["output", "side/output"]).parts}
    assert (parts["body"].params, parts["head"].params, parts["side"].params) == (12, 24, 20)
    assert (parts["body"].params_share, parts["head"].macs_share) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (parts["side"].auxiliary, parts["side"].params_share, parts["side"].macs_share) == (True, 0, 0)
    assert not parts["body"].auxiliary


def test_a_part_puts_out_what_the_next_one_takes() -> None:
    nodes = [
        Node("input", ops.Input((2, 6, 6))),
        Node("a/conv", ops.Conv2d(5), ("input",)),
        Node("a/tail", ops.Conv2d(9), ("a/conv",)),
    ]
    ends = [Node("b/conv", ops.Conv2d(3), ("a/conv",)), Node("b/join", ops.Concat(), ("b/conv", "a/tail"))]
    genome = Genome([*nodes, *ends, Node("output", ops.Output(), ("b/join",))])
    assert [part.shape for part in genome.parts] == [(2, 6, 6), (9, 6, 6), (12, 6, 6), (12, 6, 6)]


def test_a_head_within_a_stage_is_not_what_the_stage_puts_out() -> None:
    nodes = [
        Node("input", ops.Input((2, 6, 6))),
        Node("a/conv", ops.Conv2d(5), ("input",)),
        Node("b/conv", ops.Conv2d(3), ("a/conv",)),
    ]
    head = [Node("a/flat", ops.Flatten(), ("a/conv",)), Node("a/output", ops.Output(), ("a/flat",))]
    genome = Genome([*nodes, *head, Node("output", ops.Output(), ("b/conv",))], ["output", "a/output"])
    assert [part.shape for part in genome.parts if part.name == "a"] == [(5, 6, 6)]


def test_a_network_without_weights_has_no_shares() -> None:
    genome = Genome([Node("x", ops.Input((3,))), Node("output", ops.Output(), ("x",))])
    assert [(part.params_share, part.macs_share) for part in genome.parts] == [(0, 0), (0, 0)]
