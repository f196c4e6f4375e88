"""Paths, against closed forms, a published figure, and networkx."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from math import comb, sqrt

import networkx
import pytest

from nas.genome import Genome, Node, ops, paths
from nas.genome.paths import PathLengths
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities
from nas.zoo.dmrnet import dmrnet
from nas.zoo.fractalnet import fractalnet
from nas.zoo.googlenet import googlenet
from nas.zoo.resnet_cifar import resnet_cifar

Grow = Callable[..., Genome]


def staged(connect: str, depths: tuple[int, ...], widths: tuple[int, ...]) -> Genome:
    plan = [Stage(d, w, blocks.get("basic"), connectivities.get(connect)) for d, w in zip(depths, widths, strict=True)]
    return compose(Staged(Stem(widths[0]), tuple(plan)), input_shape=(3, 32, 32), classes=10).genome()


def moments(lengths: dict[int, int]) -> tuple[float, float]:
    """Mean and standard deviation, in floating point."""
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


def counted(genome: Genome, length: Callable[[Node], int]) -> dict[int, int]:
    """Node by node with a counter for each: slow, and nothing to go wrong."""
    counts: dict[str, Counter[int]] = {}
    for node in genome.nodes:
        total = counts[node.name] = Counter() if node.inputs else Counter({0: 1})
        for source in node.inputs:
            total.update(counts[source])
        counts[node.name] = Counter({so_far + length(node): number for so_far, number in total.items()})
    return dict(sorted(counts[genome.outputs[0]].items()))


def weighted(node: Node) -> int:
    return int(node.op.weighted)


def entangled(seed: int) -> Genome:
    """Thirty nodes that take any earlier ones, the same one twice where it so happens, and a sum of all loose ends."""
    draw = random.Random(seed)
    nodes = [Node("input", ops.Input((4, 5, 5)))]
    for number in range(30):
        sources = tuple(draw.choice(nodes).name for _ in range(draw.choice((1, 1, 2, 3))))
        op = ops.Add() if len(sources) > 1 else draw.choice((ops.Conv2d(4), ops.Activation("relu")))
        nodes.append(Node(f"n{number}", op, sources))
    used = {source for node in nodes for source in node.inputs}
    loose = tuple(node.name for node in nodes if node.name not in used)
    ends = [Node("sum", ops.Add(), loose), Node("flat", ops.Flatten(), ("sum",)), Node("output", ops.Output(), ("flat",))]
    return Genome([*nodes, *ends])


@pytest.mark.parametrize("seed", range(40))
def test_entangled_genomes_are_counted_as_with_a_counter_at_each_node(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    genome = entangled(seed)
    assert genome.path_lengths() == counted(genome, weighted)
    monkeypatch.setattr(paths, "PACKED", 0)  # dictionaries, as for lengths that lie far apart
    assert genome.path_lengths() == counted(genome, weighted)


@pytest.mark.parametrize("build", [googlenet, fractalnet, dmrnet, resnet_cifar])
def test_published_networks_are_counted_as_with_a_counter_at_each_node(build: Callable[[], Genome]) -> None:
    genome = build()
    assert genome.path_lengths() == counted(genome, weighted)


def test_lengths_may_be_any_whole_numbers() -> None:
    genome = resnet_cifar(depth=20, shortcut="B")

    def macs(node: Node) -> int:  # up to 41 million: far apart
        return genome.facts(node.name).macs

    assert genome.path_lengths(macs) == counted(genome, macs)
    assert max(genome.path_lengths(macs)) > 30_000_000
    assert genome.path_lengths(lambda node: -weighted(node)) == {-k: n for k, n in reversed(genome.path_lengths().items())}


def test_paths_of_an_auxiliary_head_are_not_those_of_the_prediction() -> None:
    nodes = [Node("input", ops.Input((4,))), Node("a", ops.Linear(3), ("input",)), Node("b", ops.Linear(2), ("a",))]
    ends = [Node("output", ops.Output(), ("a",)), Node("auxiliary", ops.Output(), ("b",))]
    assert Genome([*nodes, *ends], ["output", "auxiliary"]).path_lengths() == {1: 1}


def test_resnet_1202_is_counted_in_no_time() -> None:
    genome = resnet_cifar(depth=1202)
    best = 1.0
    for _ in range(5):  # the quickest of some: other processes use the machine as well
        started = time.perf_counter()
        lengths = genome.path_lengths()
        best = min(best, time.perf_counter() - started)
    assert lengths == {2 + 2 * k: comb(600, k) for k in range(601)}
    assert best < 0.5


def test_statistics_of_numbers_that_no_float_holds() -> None:
    # k of n = 1200 residual blocks of two layers: binomial, mean n and variance n (in layers), of 2^1200 paths.
    paths = PathLengths({2 * k: comb(1200, k) for k in range(1201)})
    assert (paths.number, paths.shortest, paths.longest) == (2**1200, 0, 2400)
    assert (paths.mean, paths.deviation, paths.modes) == (1200.0, sqrt(1200), (1200,))
    # Exactly half lies on each side of the middle one.
    assert paths.share(high=1199) == float((1 - Fraction(comb(1200, 600), 2**1200)) / 2)
    assert paths.share(0, 0) == 0.0  # 2^-1200 is below the smallest float
    assert paths.share() == 1.0


def test_a_share_holds_both_ends() -> None:
    paths = PathLengths({1: 1, 2: 1, 4: 2})
    assert (paths.share(1, 2), paths.share(2, 4), paths.share(low=4), paths.share(high=1)) == (0.5, 0.75, 0.5, 0.25)


def test_two_lengths_may_be_the_most_frequent() -> None:
    assert PathLengths({1: 1, 3: 3, 5: 3, 7: 1}).modes == (3, 5)


def test_short_paths_are_those_that_carry_the_gradient_of_veit_et_al() -> None:
    # arXiv:1605.06431, section 4.3: in the 110-layer network paths of 5 to 17 of its 54 modules, 0.45 % of all.
    paths = resnet_cifar(depth=110).paths
    assert paths.short == 36  # 17 modules of two layers, stem and classifier
    assert paths.short_share == pytest.approx(0.0045, abs=5e-5)
    assert paths.short_share == sum(comb(54, k) for k in range(18)) / 2**54
    assert paths.share(2 + 2 * 5, 2 + 2 * 17) == pytest.approx(paths.short_share, rel=1e-6)


@pytest.mark.parametrize(
    ("connect", "blocks_", "mean", "deviation"),
    [
        # Zhao et al. 2017, arXiv:1611.07718, figure 3, and its closed forms: 2 * 18 / 2 + 2 and sqrt(18); 2 * 9 / 3 + 2 and
        # sqrt(8).
        ("residual", 18, 20.0, 4.24),
        ("merge-and-run", 9, 8.0, 2.83),
        ("residual", 48, 50.0, 6.93),
        ("merge-and-run", 24, 18.0, 4.62),
    ],
)
def test_means_and_deviations_are_the_published_ones(connect: str, blocks_: int, mean: float, deviation: float) -> None:
    paths = staged(connect, (blocks_,), (4,)).paths
    assert (paths.mean, paths.deviation) == (mean, pytest.approx(deviation, abs=5e-3))
