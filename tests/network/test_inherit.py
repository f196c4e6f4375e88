"""A child computes what its parent did wherever that is said, for every kind of edit, block and connectivity."""

from __future__ import annotations

import contextlib
import random
from collections import Counter

import pytest
import torch
from inheriting import gap, grown, images, trained

import nas
from nas.edit import edits, fit, scale_width
from nas.errors import GenomeError
from nas.genome import Genome
from nas.motif import Stage, Staged, Stem, blocks, compose, connectivities
from nas.network.inherit import inherit
from nas.space.drawing import RandomTrial
from nas.zoo import find

ALWAYS = ("widen", "add-branch", "deepen-residual")
ZOO = ("inception_v2", "resnext-50-32x4d", "mobilenet_v1", "shufflenet_v1", "densenet", "dmrnet", "xception", "deeply_fused")


def preserved(genome: Genome, *, each: int, seed: int = 0) -> Counter[tuple[str, bool]]:
    """How many children of each kind of edit were said to keep the function; an error where one does not."""
    parent, draws, found = trained(genome, seed=seed), random.Random(seed), Counter[tuple[str, bool]]()
    x = images(genome)
    for kind in edits.names():
        places = edits.get(kind)(genome)
        for edit in draws.sample(places, min(each, len(places))):
            with contextlib.suppress(GenomeError):
                child = edit.apply(genome)
                given = inherit(genome, parent.state_dict(), child, seed=seed)
                found[kind, given.preserved] += 1
                assert given.preserved != bool(given.lost)
                assert not given.preserved or gap(parent, grown(child, given), x) < 1e-5, str(edit)
    return found


@pytest.mark.parametrize("space", ["deeper-vs-wider", "how-to-connect"])
@pytest.mark.parametrize("seed", range(6))
def test_a_child_of_a_staged_network_computes_what_its_parent_did(space: str, seed: int) -> None:
    genome = nas.load(space).bound(input_shape=(1, 8, 8), classes=10).genome(RandomTrial(seed=seed))
    found = preserved(genome, each=2, seed=seed)
    assert all(found[kind, True] > 0 and found[kind, False] == 0 for kind in ALWAYS)


@pytest.mark.parametrize("block", ["basic", "preact", "bottleneck", "inception", "separable"])
@pytest.mark.parametrize("connect", ["plain", "residual", "merge-and-run", "dense", "highway", "fractal", "fused"])
def test_every_block_in_every_connectivity_hands_its_function_on(block: str, connect: str) -> None:
    stages = tuple(Stage(2, width, blocks.get(block), connectivities.get(connect)) for width in (8, 16))
    genome = compose(Staged(Stem(8), stages), input_shape=(3, 8, 8), classes=5).genome()
    found = preserved(genome, each=1)
    assert all(found[kind, False] == 0 for kind in ALWAYS)


@pytest.mark.parametrize("name", ZOO)
def test_a_child_of_a_published_network_computes_what_its_parent_did(name: str) -> None:
    genome = scale_width(fit(find(name).genome, input_shape=(3, 32, 32), classes=5), 0.25)
    found = preserved(genome, each=1)
    # Copies of a channel may fall into two groups of a shuffled line, so not every width of ShuffleNet can be inherited.
    always = ALWAYS[1:] if name == "shufflenet_v1" else ALWAYS
    assert all(found[kind, True] > 0 and found[kind, False] == 0 for kind in always)


@pytest.mark.parametrize("name", ["resnet_cifar-20", "mobilenet_v1", "resnext-50-32x4d", "densenet"])
def test_all_widths_at_once_may_be_doubled(name: str) -> None:
    genome = scale_width(fit(find(name).genome, input_shape=(3, 32, 32), classes=5), 0.25)
    child, parent = scale_width(genome, 2.0), trained(genome)
    given = inherit(genome, parent.state_dict(), child, seed=0)
    assert given.preserved
    assert gap(parent, grown(child, given), images(genome)) < 1e-5


def test_a_chain_of_edits_is_inherited_in_one_step() -> None:
    genome = nas.load("deeper-vs-wider").bound(input_shape=(1, 8, 8), classes=10).genome(RandomTrial(seed=0))
    child, draws = genome, random.Random(0)
    for kind in ("widen", "deepen-residual", "add-branch", "deepen-residual", "add-branch", "widen"):
        child = draws.choice(edits.get(kind)(child)).apply(child)
    parent = trained(genome)
    given = inherit(genome, parent.state_dict(), child, seed=0)
    assert given.preserved
    assert gap(parent, grown(child, given), images(genome)) < 1e-5


def test_a_residual_network_of_more_blocks_goes_on_where_the_shallow_one_is() -> None:
    def net(depth: int) -> Genome:
        stages = tuple(Stage(depth, width, blocks.get("basic"), connectivities.get("residual")) for width in (8, 16))
        return compose(Staged(Stem(8), stages), input_shape=(3, 8, 8), classes=5).genome()

    parent = trained(net(2))
    given = inherit(net(2), parent.state_dict(), net(4), seed=0)
    assert given.preserved
    assert gap(parent, grown(net(4), given), images(net(2))) < 1e-5
    assert "stage2/block4/conv1" in given.fresh
    assert "stage2/block2/conv1" not in given.fresh


def test_the_state_is_for_the_child_and_the_parents_is_left_as_it_was() -> None:
    genome = nas.load("deeper-vs-wider").bound(input_shape=(1, 8, 8), classes=10).genome(RandomTrial(seed=1))
    state = trained(genome).state_dict()
    before = {name: value.clone() for name, value in state.items()}
    given = inherit(genome, state, genome, seed=0)
    assert given.preserved and not given.fresh
    assert all(torch.equal(given.state[name], value) for name, value in before.items())
    for value in given.state.values():
        value.zero_()
    assert all(torch.equal(state[name], value) for name, value in before.items())
