"""Boxes: which nodes stand in one, and that every node does in one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.drawing.boxes import block_of, sketch
from nas.genome import Genome, Node, ops
from nas.zoo.densenet import densenet
from nas.zoo.googlenet import googlenet
from nas.zoo.resnet_cifar import resnet_cifar


def test_a_layer_stands_with_its_norm_and_activation(residual: Genome) -> None:
    boxes = sketch(residual).boxes
    assert boxes["stage1/block1/conv1"].nodes == tuple(f"stage1/block1/{name}" for name in ("conv1", "norm1", "act1"))
    assert boxes["stage1/block1/conv1"].rows == ("3x3 conv, 4", "BN, ReLU")
    assert boxes["head/pool"].rows == ("global avg pool",)  # nobody draws the flattening


def test_what_two_take_stands_by_itself() -> None:
    nodes = [
        Node("input", ops.Input((3, 8, 8))),
        Node("a", ops.Conv2d(3), ("input",)),
        Node("act", ops.Activation("relu"), ("a",)),
    ]
    nodes += [Node("sum", ops.Add(), ("a", "act")), Node("output", ops.Output(), ("sum",))]
    assert list(sketch(Genome(nodes)).boxes) == ["input", "a", "act", "sum", "output"]


def test_an_activation_in_front_of_a_layer_stands_with_it() -> None:
    boxes = sketch(densenet(depth=40, growth=12)).boxes
    first = next(box for box in boxes.values() if box.stage == "dense1")
    assert (first.rows, first.main) == (("BN, ReLU", "3x3 conv, 12"), 1)


def test_resnet_20_has_36_boxes_and_44_arrows() -> None:
    # Input, stem, pool, classifier, output; 9 blocks of two layers and a sum, 2 of them with a subsampling and a padding.
    # A block has 4 arrows, or 6; and there are those into the stem, the pool, the classifier and the output.
    drawn = sketch(resnet_cifar(depth=20))
    assert (len(drawn.boxes), len(drawn.arrows)) == (5 + 9 * 3 + 2 * 2, 4 + 7 * 4 + 2 * 6)


def test_shapes_are_noted_where_height_and_width_change_or_channels_come_together(residual: Genome) -> None:
    assert {box.name: box.note for box in sketch(residual).boxes.values() if box.note} == {"stem/conv": "4x4x4"}
    notes = {box.name: box.note for box in sketch(googlenet()).boxes.values()}
    assert (notes["inception3a/concat"], notes["pool3"]) == ("256x28x28", "480x14x14")


def test_a_block_is_the_first_two_parts_of_longer_names() -> None:
    assert [block_of(name) for name in ("a", "a/b", "a/b/c", "a/b/c/d")] == ["", "", "a/b", "a/b"]


@pytest.mark.parametrize("seed", range(20))
def test_every_node_is_in_one_box_and_boxes_are_in_order(seed: int, scoped: Callable[[int], Genome]) -> None:
    genome = scoped(seed)
    drawn = sketch(genome)
    assert sorted(name for box in drawn.boxes.values() for name in box.nodes) == sorted(node.name for node in genome.nodes)
    order = {name: place for place, name in enumerate(drawn.boxes)}
    assert all(order[source] < order[target] for source, target in drawn.arrows)
    lines = sum(len(node.inputs) for node in genome.nodes)
    within = sum(len(box.nodes) - 1 for box in drawn.boxes.values())
    assert len(drawn.arrows) == lines - within
