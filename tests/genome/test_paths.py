"""Paths, against closed forms, a published figure, and networkx."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from math import comb, sqrt

import networkx
import pytest

from nas.genome import Genome, Node, ops
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities

Grow = Callable[..., Genome]


def staged(connect: str, depths: tuple[int, ...], widths: tuple[int, ...]) -> Genome:
    plan = [Stage(d, w, blocks.get("basic"), connectivities.get(connect)) for d, w in zip(depths, widths, strict=True)]
    return compose(Staged(Stem(widths[0]), tuple(plan)), input_shape=(3, 32, 32), classes=10).genome()


def moments(lengths: dict[int, int]) -> tuple[float, float]:
    number = sum(lengths.values())
    mean = sum(length * n for length, n in lengths.items()) / number
    return mean, sqrt(sum((length - mean) ** 2 * n for length, n in lengths.items()) / number)


def test_a_residual_chain_has_binomial_paths() -> None:
    lengths = staged("residual", (9,), (8,)).path_lengths()
    assert lengths == {2 + 2 * k: comb(9, k) for k in range(10)}


def test_54_residual_modules_have_the_paths_of_veit_et_al() -> None:
    # arXiv:1605.06431, section 4.1: with 54 modules, 95 % of the paths go through 19 to 35; here it is exact.
    lengths = staged("residual", (54,), (4,)).path_lengths(lambda node: int(node.name.endswith("conv1")))
    assert sum(lengths.values()) == 2**54
    assert sum(n for k, n in lengths.items() if 19 <= k <= 35) / 2**54 == pytest.approx(0.980, abs=5e-4)


def test_merge_and_run_has_the_published_path_lengths() -> None:
    # Zhao et al. 2017, arXiv:1611.07718, figure 3: nine blocks, 8.0 +- 2.83.
    lengths = staged("merge-and-run", (9,), (16,)).path_lengths()
    assert moments(lengths) == (pytest.approx(8.0), pytest.approx(2.83, abs=5e-3))
    assert lengths == {2 + 2 * k: comb(9, k) * 2 ** (9 - k) * 2 for k in range(10)}


def test_projections_are_paths_of_their_own() -> None:
    genome = staged("merge-and-run", (3, 3, 3), (16, 32, 64))
    unprojected = genome.path_lengths(lambda node: int(node.op.weighted and "project" not in node.name))
    assert moments(unprojected) == (pytest.approx(8.0), pytest.approx(sqrt(8)))
    assert moments(genome.path_lengths())[0] > 8


def test_depth_is_the_longest_path() -> None:
    for connect in ("plain", "residual", "merge-and-run"):
        assert staged(connect, (3, 3, 3), (16, 32, 64)).depth == 2 * 9 + 2  # ResNet-20
    genome = staged("dense", (3, 3), (8, 8))
    assert genome.depth == max(genome.path_lengths()) == 2 * 6 + 2 + 1  # and a transition


def listed(genome: Genome) -> Counter[int]:
    """Each path by itself; a wire for each input, so an edge that is taken twice is two paths."""
    graph = networkx.MultiDiGraph()
    for node in genome.nodes:
        for name in node.inputs:
            graph.add_edge(name, node.name)
    paths = networkx.all_simple_paths(graph, "input", genome.outputs[0])
    return Counter(sum(genome[name].op.weighted for name in path) for path in paths)


@pytest.mark.parametrize("connect", ["residual", "merge-and-run", "dense"])
def test_path_lengths_are_those_that_networkx_lists(connect: str) -> None:
    genome = staged(connect, (2, 2), (8, 16))
    assert genome.path_lengths() == listed(genome)


def test_an_edge_taken_twice_is_two_paths(grow: Grow) -> None:
    genome = grow(Node("conv", ops.Conv2d(4), ("input",)), Node("sum", ops.Add(), ("conv", "conv", "input")))
    assert genome.path_lengths() == listed(genome) == {1: 1, 2: 2}
