"""The places where networks can be edited: each gives a network or a `GenomeError`, in the same order everywhere."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable

import pytest

from nas.edit import edits
from nas.errors import GenomeError, UnknownNameError
from nas.genome import Genome, ops
from nas.motif import Builder
from nas.space import load
from nas.space.drawing import RandomTrial
from nas.zoo import Entry
from nas.zoo import load as published

NODES = 600  # of the largest network whose places are tried
EACH = 4  # places of a kind that are tried in each network


def words(genome: Genome, kind: str) -> list[str]:
    return [str(edit) for edit in edits.get(kind)(genome)]


def check(edited: Genome, before: Genome) -> None:
    """A valid network for the same images and classes, and another one than before."""
    assert (edited.input_shape, edited.classes) == (before.input_shape, before.classes)
    assert [edited.shapes[name] for name in edited.outputs] == [before.shapes[name] for name in before.outputs]
    assert Genome.from_dict(edited.to_dict()) == edited
    assert edited.fingerprint != before.fingerprint


def try_some(genome: Genome, seed: str) -> int:
    """Try some edits of each kind; how many were refused."""
    refused, dice, text = 0, random.Random(seed), genome.to_dict()
    for kind in edits.names():
        sites = edits.get(kind)(genome)
        for site in dice.sample(sites, min(EACH, len(sites))):
            try:
                check(site.apply(genome), genome)
            except GenomeError:
                refused += 1
    assert genome.to_dict() == text
    return refused


def chain(genome: Genome, seed: str, *, length: int = 6) -> Genome:
    """So many random edits, one behind another."""
    dice = random.Random(seed)
    while length:
        sites = edits.get(dice.choice(edits.names()))(genome)
        try:
            edited = dice.choice(sites).apply(genome)
        except (GenomeError, IndexError):
            continue
        check(edited, genome)
        genome, length = edited, length - 1
    return genome


def test_every_place_of_every_published_network_can_be_tried(zoo: list[Entry]) -> None:
    tried = refused = 0
    for entry in zoo:
        if len(entry.genome) <= NODES:
            refused += try_some(entry.genome, entry.name)
            tried += len(edits.names()) * EACH
    assert refused < tried / 50  # places where an edit is refused are rare, so a draw is seldom moved on


def test_chains_of_edits_of_published_networks_stay_valid(zoo: list[Entry]) -> None:
    for entry in zoo:
        if len(entry.genome) <= NODES // 2:
            chain(entry.genome, entry.name)


@pytest.mark.parametrize("space", ["deeper-vs-wider", "inception"])
def test_every_place_of_random_networks_can_be_tried(space: str) -> None:
    drawn = load(space).bound(input_shape=(1, 8, 8), classes=10)
    for seed in range(16):
        genome = drawn.genome(RandomTrial(seed))
        try_some(genome, str(seed))
        chain(genome, str(seed))


def test_the_places_of_a_plain_network(plain: Genome) -> None:
    assert words(plain, "deepen") == ["deepen stem/conv", "deepen body/conv"]
    assert words(plain, "deepen-residual") == ["deepen-residual stem/conv", "deepen-residual body/conv"]
    assert words(plain, "widen") == [f"widen {node} {by}" for node in ("stem/conv", "body/conv") for by in ("x1.5", "x2")]
    # A sum of two convolutions with one kernel computes nothing new.
    assert words(plain, "add-branch") == [f"add-branch {node} {k}" for node in ("stem/conv", "body/conv") for k in ("1x1", "5x5")]
    assert words(plain, "rewire") == []  # no two lines have one shape
    assert len(words(plain, "swap-op")) == 2 * 3 + 2 * 4  # 3 other kernels, 4 other activations
    assert words(plain, "swap-op")[0] == "swap-op stem/conv to 1x1"


def test_parts_of_a_concatenation_may_have_one_kernel(inception: Genome) -> None:
    assert "add-branch module/three/conv 3x3" in words(inception, "add-branch")
    assert "add-branch stem/conv 3x3" not in words(inception, "add-branch")


def test_a_line_is_taken_from_before_in_the_same_shape(staged: Callable[..., Genome]) -> None:
    found = words(staged("plain"), "rewire")
    assert "rewire stage1/block2/conv1 from stem/act" in found
    assert not any("stage2/block2" in word.split(" from ")[0] and "from stage1" in word for word in found)


def test_the_nearest_lines_are_taken() -> None:
    found = words(published("zoo:resnet_cifar-110"), "rewire")
    assert "rewire stage3/block18/conv1 from stage3/block16/act" in found
    assert not any(word.startswith("rewire stage3/block18/") and "/block1/" in word for word in found)
    assert sum(word.startswith("rewire stage3/block18/conv1 ") for word in found) == 11  # of twelve; it takes one already


def test_a_pooling_is_swapped_unless_it_only_takes_every_other_pixel() -> None:
    b = Builder()
    line = b.max_pool("pool", b.conv("conv", b.add("input", ops.Input((3, 8, 8))), 4), kernel=2, stride=2)
    b.classifier(b.avg_pool("subsample", line, kernel=1, stride=2), 5)
    found = words(b.genome(), "swap-op")
    assert "swap-op pool to avg_pool" in found
    assert not any("subsample" in word for word in found)


def test_auxiliary_heads_are_left_as_they_are() -> None:
    net = published("zoo:googlenet")
    assert any(node.name.startswith("auxiliary") for node in net.nodes)
    for kind in ("deepen", "deepen-residual", "add-branch", "swap-op", "rewire"):
        assert not any(word.split()[1].startswith("auxiliary") for word in words(net, kind))


def test_an_unknown_kind_shows_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="'depen' is not a known kind of edit; did you mean 'deepen'"):
        edits.get("depen")


ORDER = """
from nas.edit import edits
from nas.space.drawing import RandomTrial
from nas.space import load
from nas.zoo import load as published
for name in ("googlenet", "squeezenet-1.0-complex_bypass", "shufflenet_v1-g3", "densenet-40-12", "resnet_cifar-20"):
    genome = published(f"zoo:{name}")
    for kind in edits.names():
        for edit in edits.get(kind)(genome):
            print(edit)
"""


def test_places_are_in_the_same_order_in_every_process() -> None:
    printed = [
        subprocess.run(
            [sys.executable, "-c", ORDER], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    ]
    assert len(printed[0].splitlines()) > 1000
    assert printed[0] == printed[1] == printed[2]
