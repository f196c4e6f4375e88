"""The text for Graphviz: read by Graphviz itself."""

from __future__ import annotations

import itertools

import pytest

from nas.drawing import dot
from nas.errors import InputError
from nas.genome import Genome
from nas.zoo.fractalnet import fractalnet
from nas.zoo.googlenet import googlenet
from nas.zoo.resnet_cifar import resnet_cifar


@pytest.mark.parametrize("build", [resnet_cifar, googlenet, fractalnet])
def test_every_node_of_the_genome_appears_once(build, read) -> None:
    genome = build()
    assert sorted(read(dot(genome)).nodes) == sorted(node.name for node in genome.nodes)


@pytest.mark.parametrize("seed", range(5))
def test_random_stages_and_blocks_are_drawn_too(seed, scoped, read) -> None:
    genome = scoped(seed)
    assert sorted(read(dot(genome)).nodes) == sorted(node.name for node in genome.nodes)


def test_arrows_are_the_lines_of_the_network(residual: Genome, read) -> None:
    first = [f"stage1/block1/{name}" for name in ("conv1", "conv2", "sum")]
    second = [f"stage1/block2/{name}" for name in ("conv1", "conv2", "sum")]
    chain = ["input", "stem/conv", *first, *second, "head/pool", "head/linear", "output"]
    shortcuts = [("stem/conv", first[2]), (first[2], second[2])]
    assert sorted(read(dot(residual)).arrows) == sorted([*itertools.pairwise(chain), *shortcuts])


def test_a_line_that_is_taken_twice_is_two_arrows(grow_twice: Genome, read) -> None:
    assert read(dot(grow_twice)).arrows.count(("conv", "sum")) == 2


def test_stages_and_their_blocks_have_frames(read) -> None:
    found = read(dot(resnet_cifar(depth=20)))
    blocks = [f"stage{stage}/block{block}" for stage in (1, 2, 3) for block in (1, 2, 3)]
    assert sorted(found.frames) == sorted(["stem", "stage1", "stage2", "stage3", "head", *blocks])
    assert found.inside["stage2/block1"] == {f"stage2/block1/{name}" for name in ("conv1", "conv2", "subsample", "pad", "sum")}
    assert found.frames["stage2"]["label"].strip() == "stage2"


def test_arrows_say_the_shape_where_height_and_width_change(read) -> None:
    labels = read(dot(resnet_cifar(depth=20))).labels
    assert sorted(labels) == ["16x16x16", "32x16x16", "32x8x8", "64x8x8"]  # the two lines of the two blocks that halve


def test_collapsed_blocks_are_one_box_each(read) -> None:
    found = read(dot(resnet_cifar(depth=20), collapse="blocks"))
    assert len(found.boxes) == 10
    assert set(found.frames) == {"stem", "stage1", "stage2", "stage3", "head"}


def test_collapsed_stages_are_one_box_each_without_a_frame(read) -> None:
    found = read(dot(resnet_cifar(depth=20), collapse="stages"))
    assert (len(found.boxes), found.frames) == (7, {})


def test_a_block_that_a_line_leaves_and_comes_back_to_has_no_frame(read) -> None:
    assert {name for name in read(dot(fractalnet())).frames if "/" in name} == set()


def test_one_stage_is_drawn_with_marks_of_where_its_lines_come_from(read) -> None:
    found = read(dot(resnet_cifar(depth=20), stage="stage2"))
    marks = {name: box["tooltip"] for name, box in found.boxes.items() if " to " in name}
    assert sorted(marks.values()) == ["from stage1", "to stage3"]
    taken = [target for source, target in found.arrows if marks.get(source) == "from stage1"]
    assert sorted(taken) == ["stage2/block1/conv1", "stage2/block1/subsample"]
    assert set(found.frames) == {"stage2", "stage2/block1", "stage2/block2", "stage2/block3"}


def test_an_unknown_stage_shows_the_nearest() -> None:
    with pytest.raises(InputError, match="there is no stage 'stage9'; did you mean 'stage3'"):
        dot(resnet_cifar(depth=20), stage="stage9")
