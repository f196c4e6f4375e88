"""Collapsing: which blocks are equal, what one box says of many, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nas.drawing.boxes import Sketch, sketch
from nas.drawing.collapse import collapsed
from nas.errors import InputError
from nas.genome import Genome, Node, ops
from nas.zoo.densenet import densenet
from nas.zoo.dmrnet import dmrnet
from nas.zoo.fractalnet import fractalnet
from nas.zoo.resnet import resnet
from nas.zoo.resnet_cifar import resnet_cifar


def drawn(genome: Genome, level: str) -> Sketch:
    return collapsed(sketch(genome), genome, level)


def test_equal_blocks_behind_each_other_are_drawn_once(residual: Genome) -> None:
    found = drawn(residual, "repeats")
    assert [name for name in found.boxes if name.startswith("stage1")] == [
        f"stage1/block1/{n}" for n in ("conv1", "conv2", "sum")
    ]
    assert found.titles == {"stage1/block1": "block1-2, x 2"}
    assert found.readers["stage1/block1/sum"] == ["head/pool"]


@pytest.mark.parametrize(
    ("level", "boxes"),
    # ResNet-20: the first blocks of the stages 2 and 3 are unlike the other two, those of stage 1 are all alike.
    [("nothing", 36), ("repeats", 5 + 3 + 2 * (5 + 3)), ("blocks", 5 + 1 + 2 * 2), ("stages", 3 + 3 + 1)],
)
def test_resnet_20_has_fewer_boxes_at_each_level(level: str, boxes: int) -> None:
    assert len(drawn(resnet_cifar(depth=20), level).boxes) == boxes


def test_resnet_152_says_how_often_its_blocks_repeat() -> None:
    # He et al. 2016, arXiv:1512.03385, table 1: 3, 8, 36 and 3 blocks, of which the first of each stage projects.
    titles = drawn(resnet(depth=152), "repeats").titles
    assert titles == {
        "stage1/block2": "block2-3, x 2",
        "stage2/block2": "block2-8, x 7",
        "stage3/block2": "block2-36, x 35",
        "stage4/block2": "block2-3, x 2",
    }


def test_dense_layers_repeat_though_their_concatenations_grow() -> None:
    found = drawn(densenet(depth=40, growth=12), "repeats")
    assert set(found.titles.values()) == {"layer1-12, x 12"}
    joins = [box.note for box in found.boxes.values() if box.kind == "join"]
    assert joins == ["160x32x32", "304x16x16", "448x8x8"]  # 16 + 12 * 12 channels and so on: of the last layer


def test_a_block_of_two_lines_repeats_where_it_takes_both_from_the_one_before() -> None:
    # The first block of a stage projects, or takes one line twice; the last of all sums the lines.
    assert drawn(dmrnet(depth=32), "repeats").titles == {
        "stage1/block2": "block2-5, x 4",
        "stage2/block2": "block2-5, x 4",
        "stage3/block2": "block2-4, x 3",
    }


def blocks_of(*taken: tuple[str, str], last: tuple[str, ...]) -> Sketch:
    """Blocks of two convolutions, which take these boxes; "2b" is the second convolution of block 2."""
    names = {"input": "input"} | {f"{i}{x}": f"s/block{i}/{x}" for i in range(1, 4) for x in "ab"}
    nodes = [Node("input", ops.Input((3, 8, 8)))]
    for number, sources in enumerate(taken, start=1):
        nodes += [Node(f"s/block{number}/{x}", ops.Conv2d(3), (names[each],)) for x, each in zip("ab", sources, strict=True)]
    nodes += [Node("sum", ops.Add(), tuple(names[each] for each in last)), Node("output", ops.Output(), ("sum",))]
    return drawn(Genome(nodes), "repeats")


def test_two_lines_through_equal_blocks_repeat() -> None:
    assert blocks_of(("input", "input"), ("1a", "1b"), ("2a", "2b"), last=("3a", "3b")).titles == {"s/block2": "block2-3, x 2"}


@pytest.mark.parametrize(
    ("taken", "last"),
    [
        ((("input", "input"), ("1a", "1b"), ("2b", "2a")), ("3a", "3b")),  # the lines are crossed
        ((("input", "input"), ("1a", "1b"), ("2a", "1b")), ("3a", "3b", "2b")),  # one comes from the block before the last
        ((("input", "input"), ("1a", "1b"), ("2a", "2b")), ("3a", "3b", "2b")),  # one is taken by another as well
    ],
)
def test_blocks_that_hang_together_otherwise_do_not_repeat(taken: tuple[tuple[str, str], ...], last: tuple[str, ...]) -> None:
    assert blocks_of(*taken, last=last).titles == {}


def test_blocks_that_reach_back_over_the_one_before_do_not_repeat() -> None:
    nodes = [Node("input", ops.Input((3, 8, 8))), Node("s/first/a", ops.Conv2d(3), ("input",))]
    nodes.append(Node("s/first/b", ops.Add(), ("s/first/a",)))
    lines = ["input", "s/first/b"]
    for number in (2, 3, 4):  # each adds what the block before the last put out
        nodes.append(Node(f"s/block{number}/a", ops.Conv2d(3), (lines[-1],)))
        nodes.append(Node(f"s/block{number}/b", ops.Add(), (f"s/block{number}/a", lines[-2])))
        lines.append(f"s/block{number}/b")
    assert drawn(Genome([*nodes, Node("output", ops.Output(), (lines[-1],))]), "repeats").titles == {}


def test_a_block_in_one_box_lists_its_layers() -> None:
    boxes = drawn(resnet(depth=50), "blocks").boxes
    assert boxes["stage2/block2/conv1"].rows == ("block2-4, x 3", "1x1 conv, 128", "3x3 conv, 128", "1x1 conv, 512")


def test_a_stage_in_one_box_lists_its_blocks_and_its_cost() -> None:
    boxes = drawn(resnet(depth=50), "stages").boxes
    rows = next(box.rows for box in boxes.values() if box.rows[0] == "stage1")
    assert rows[2] == "2 x (1x1 conv, 64; 3x3 conv, 64; 1x1 conv, 256)"
    assert rows[3] == "256x56x56, 216k params, 668M macs"


def test_a_block_that_a_line_leaves_and_comes_back_to_stays_open() -> None:
    # The joins of a fractal stand between the layers of its columns; only the shallowest column is a block by itself.
    boxes = drawn(fractalnet(), "blocks").boxes
    assert {box.rows[0] for box in boxes.values() if box.kind == "whole"} == {"column1"}


@pytest.mark.parametrize("level", ["blocks", "stages"])
@pytest.mark.parametrize("seed", range(20))
def test_collapsed_boxes_hold_every_node_once_and_stay_in_order(level: str, seed: int, scoped: Callable[[int], Genome]) -> None:
    genome = scoped(seed)
    found = drawn(genome, level)
    assert sorted(name for box in found.boxes.values() for name in box.nodes) == sorted(node.name for node in genome.nodes)
    order = {name: place for place, name in enumerate(found.boxes)}
    assert all(order[source] < order[target] for source, target in found.arrows)


def test_an_unknown_level_shows_the_nearest() -> None:
    with pytest.raises(InputError, match="'block' cannot be collapsed; did you mean 'blocks'"):
        drawn(resnet_cifar(depth=20), "block")
