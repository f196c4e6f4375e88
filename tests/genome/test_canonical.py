"""The canonical form, one rule at a time, and fingerprints that stay what they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nas.genome import Genome, Node, Op, operation, ops, same_function
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities

Grow = Callable[..., Genome]
GOLDEN = Path(__file__).parent / "fingerprints.json"


def names(genome: Genome) -> list[str]:
    return [node.name for node in genome.canonical().nodes]


@pytest.mark.parametrize(
    "op",
    [
        ops.Identity(), ops.Dropout(0.0), ops.StochasticDepth(1.0),
        ops.Add(), ops.Mean(), ops.Multiply(), ops.Concat(), ops.FractalJoin((1,), 3),
    ],
    ids=repr,
)  # fmt: skip
def test_what_only_hands_on_its_input_is_dropped(op: Op, grow: Grow) -> None:
    genome = grow(Node("conv", ops.Conv2d(4), ("input",)), Node("gone", op, ("conv",)))
    assert "gone" not in names(genome)
    assert genome.canonical()["pool"].inputs == ("conv",)


@pytest.mark.parametrize("op", [ops.Dropout(0.1), ops.StochasticDepth(0.9)], ids=repr)
def test_what_drops_something_stays(op: Op, grow: Grow) -> None:
    genome = grow(Node("kept", op, ("input",)))
    assert genome.canonical() is genome


def test_a_zero_that_is_added_is_dropped_with_all_that_only_it_used(grow: Grow) -> None:
    genome = grow(
        Node("conv", ops.Conv2d(4), ("input",)),
        Node("dead", ops.Conv2d(4), ("input",)),
        Node("zero", ops.Zero(), ("dead",)),
        Node("sum", ops.Add(), ("zero", "conv")),
    )
    assert names(genome) == ["input", "conv", "pool", "flat", "linear", "output"]
    assert genome.canonical().params == genome.params - 4 * 4 * 9


def test_a_zero_stays_where_it_is_not_added(grow: Grow) -> None:
    for op in (ops.Mean(), ops.Multiply(), ops.Concat()):
        genome = grow(Node("zero", ops.Zero(), ("input",)), Node("join", op, ("input", "zero")))
        assert {"zero", "join"} <= set(names(genome))


def test_a_sum_of_zeros_is_a_zero_whichever_comes_first(grow: Grow) -> None:
    def zeros(first: str, second: str) -> Genome:
        return grow(
            Node("conv", ops.Conv2d(4), ("input",)),
            Node("a", ops.Zero(), ("input",)),
            Node("b", ops.Zero(), ("conv",)),
            Node("sum", ops.Add(), (first, second)),
            Node("join", ops.Concat(), ("conv", "sum")),
        )

    assert same_function(zeros("a", "b"), zeros("b", "a"))
    assert zeros("a", "b").fingerprint == zeros("b", "a").fingerprint
    assert "sum" not in names(zeros("a", "b"))


def test_zeros_of_two_shapes_are_not_alike(grow: Grow) -> None:
    def padded(channels: int) -> Genome:
        wide = Node("wide", ops.Conv2d(channels), ("input",))
        return grow(wide, Node("zero", ops.Zero(), ("wide",)), Node("join", ops.Concat(), ("input", "zero")))

    assert not same_function(padded(2), padded(3))


def test_a_zero_that_stays_keeps_what_gives_it_its_shape(grow: Grow) -> None:
    genome = grow(
        Node("wide", ops.Conv2d(7), ("input",)),
        Node("zero", ops.Zero(), ("wide",)),
        Node("join", ops.Concat(), ("input", "zero")),
    )
    assert genome.canonical()["zero"].inputs == ("wide",)
    assert genome.canonical().fingerprint == genome.fingerprint


def test_unordered_inputs_come_out_in_one_order(grow: Grow) -> None:
    lines = (Node("a", ops.Conv2d(4), ("input",)), Node("b", ops.Conv2d(4, kernel=1, padding=0), ("input",)))
    first = grow(*lines, Node("sum", ops.Add(), ("a", "b"))).canonical()
    second = grow(*lines, Node("sum", ops.Add(), ("b", "a"))).canonical()
    assert first == second


def test_an_operation_of_a_user_is_never_dropped(grow: Grow) -> None:
    @operation("test_norm_of_lines")
    class NormOfLines(Op):
        arity = (1, None)
        commutative = True

        def output_shape(self, inputs: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
            return inputs[0]

    genome = grow(Node("own", NormOfLines(), ("input",)))
    assert "own" in names(genome)


def composed(block: str, connect: str, depth: int) -> Genome:
    stages = tuple(Stage(depth, width, blocks.get(block), connectivities.get(connect)) for width in (8, 16))
    return compose(Staged(Stem(8), stages), input_shape=(3, 16, 16), classes=10).genome()


def shipped() -> dict[str, str]:
    return {
        f"{block} {connect} {depth}": composed(block, connect, depth).fingerprint
        for block in ("basic", "preact", "bottleneck", "inception")
        for connect in ("plain", "residual", "merge-and-run", "dense")
        for depth in (1, 3)
    }


def test_fingerprints_are_those_of_the_version_that_first_wrote_them() -> None:
    golden = json.loads(GOLDEN.read_text())
    assert shipped() == golden
    assert len(golden) == 32


def test_only_what_computes_the_same_shares_a_fingerprint() -> None:
    # Without a sum, activating in front of each block or behind it is one chain of layers.
    found = shipped()
    assert found["basic plain 3"] == found["preact plain 3"]
    assert len(set(found.values())) == len(found) - 2


def test_fingerprints_are_alike_in_every_process() -> None:
    script = (
        "from nas.genome import ops, Genome, Node as N\n"
        "g = Genome([N('i', ops.Input((2, 4, 4))), N('c', ops.Conv2d(2), ('i',)), N('d', ops.Conv2d(2), ('i',)),"
        "N('s', ops.Add(), ('c', 'd', 'i')), N('o', ops.Output(), ('s',))])\n"
        "print(g.fingerprint)"
    )
    found = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        found.add(subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True).stdout)
    assert len(found) == 1
