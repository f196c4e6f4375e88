"""Paths by the number of blocks that they go through."""

from __future__ import annotations

import random
from collections import Counter
from math import comb

import pytest

from nas.errors import InputError
from nas.explanation.routes import Routes
from nas.genome import ops
from nas.motif import Builder
from nas.zoo import find


def through(genome):
    """The number of blocks on each path, as `nas.genome.paths` counts it: by the last layers of functions."""
    return genome.path_lengths(lambda node: int(node.name.rpartition("/")[2] == "conv2"))


@pytest.mark.parametrize(("connect", "depth"), [("residual", 3), ("merge-and-run", 3), ("multi-residual", 2)])
@pytest.mark.parametrize("block", ["basic", "preact"])
def test_paths_are_as_many_as_the_graph_has(made, connect, depth, block):
    genome = made(connect, depth=depth, block=block).genome
    assert Routes(genome).numbers == through(genome)


def test_of_54_residual_units_paths_are_binomial():
    assert Routes(find("resnet_cifar-110").genome).numbers == {k: comb(54, k) for k in range(55)}


def test_of_merge_and_run_each_block_is_gone_through_or_left_for_either_line(made):
    # One way through the function and two along the mean in each block; at the end, two lines.
    numbers = Routes(made("merge-and-run").genome).numbers
    assert numbers == {k: 2 * comb(4, k) * 2 ** (4 - k) for k in range(5)}


def test_a_function_of_several_branches_is_one_way(made):
    assert Routes(made("residual", block="inception").genome).numbers == {k: comb(4, k) for k in range(5)}


def test_a_path_goes_through_as_many_blocks_as_asked_each_as_often_as_any_other(made):
    routes = Routes(made("residual").genome)
    chance = random.Random(0)
    drawn = Counter(tuple(sorted(routes.draw(2, chance).items())) for _ in range(1200))
    assert len(drawn) == comb(4, 2) and all(150 < count < 250 for count in drawn.values())
    for choices in drawn:
        assert sum(routes.joins[join][place].blocks for join, place in choices) == 2


def test_a_path_of_merge_and_run_visits_the_joins_on_its_way_alone(made):
    routes = Routes(made("merge-and-run").genome)
    choices = routes.draw(4, random.Random(0))
    sides = {join.split("/")[2] for join in choices if not join.endswith("fuse")}
    assert len(sides) == 1 and len(choices) == 5  # through every function of one line, from the last sum on


@pytest.mark.parametrize(
    ("connect", "text"),
    [
        ("plain", "no block has a line that passes it by"),
        ("dense", "'stage1/block1/join' is no sum of a line and a function but concat"),
        ("highway", "'stage1/block1/highway' is no sum of a line and a function but highway_gate"),
        ("fractal", "'stage1/block1/join4' is no sum of a line and a function but fractal_join"),
        ("fused", "the line of 'stage1/block1/sum' is no identity or projection: it has layers itself"),
    ],
)
def test_where_paths_are_not_those_of_residual_units_it_says_at_which_node(made, connect, text):
    with pytest.raises(InputError) as caught:
        Routes(made(connect).genome)
    assert str(caught.value) == text


def test_a_sum_of_functions_alone_is_named():
    b = Builder()
    line = b.conv("stem/conv", b.add("input", ops.Input((3, 8, 8))), 4)
    line = b.sum("stage1/block1/sum", line, b.conv("stage1/block1/conv", line, 4))
    line = b.sum("stage1/block2/sum", b.conv("stage1/block2/a", line, 4), b.conv("stage1/block2/b", line, 4))
    b.classifier(line, 5)
    with pytest.raises(InputError, match="'stage1/block2/sum' sums functions, and no line passes them by"):
        Routes(b.genome())


def test_a_concatenation_between_residual_units_is_named():
    b = Builder()
    line = b.conv("stem/conv", b.add("input", ops.Input((3, 8, 8))), 4)
    line = b.sum("stage1/block1/sum", line, b.conv("stage1/block1/conv", line, 4))
    line = b.concat("head/concat", b.conv("head/a", line, 2), b.conv("head/b", line, 2))
    b.classifier(line, 5)
    with pytest.raises(InputError, match="'head/concat', outside of residual functions, is neither a sum nor a mean but concat"):
        Routes(b.genome())
