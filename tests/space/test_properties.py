"""Search spaces of all sorts, made up: what is drawn of any of them keeps the budget, and is drawn again from the same draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nas.document import read_text
from nas.errors import DocumentError, OverBudget
from nas.genome import Genome
from nas.motif import blocks, connectivities
from nas.space import SearchSpace
from nas.space.drawing import RandomTrial
from nas.space.file import parsed
from nas.space.space import of_file

SHAPE, CLASSES = (1, 8, 8), 10
seeds = st.integers(0, 2**32 - 1)


def ranges(low: int, high: int) -> st.SearchStrategy[Any]:
    """A number, or a range of them."""
    pairs = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    return st.one_of(st.integers(low, high), pairs.map(lambda pair: {"int": pair}))


def names(known: list[str]) -> st.SearchStrategy[Any]:
    """One of them, or a choice of some."""
    some = st.lists(st.sampled_from(known), min_size=2, max_size=4, unique=True)
    return st.one_of(st.sampled_from(known), some.map(lambda found: {"choice": found}))


STAGED = st.fixed_dictionaries(
    {"stages": ranges(1, 3), "depth": ranges(1, 3), "block": names(blocks.names()), "connect": names(connectivities.names())},
    optional={
        "width": st.one_of(ranges(4, 16), st.just({"solve": "params"}), st.just({"solve": "macs"})),
        "kernel": st.sampled_from([3, 5, {"choice": [3, 5]}, {"choice": ["3x3", "5x5"], "each": "stage"}]),
        "activation": names(["relu", "silu", "gelu"]),
        "groups": st.sampled_from([2, 4, {"choice": [2, 4]}]),
        "stem": st.fixed_dictionaries({"width": ranges(4, 16)}),
    },
)
CELL = st.fixed_dictionaries(
    {
        "cell": st.fixed_dictionaries(
            {
                "nodes": st.integers(2, 4),
                "ops": st.sampled_from([["none", "skip_connect", "nor_conv_1x1"], ["nor_conv_3x3", "avg_pool_3x3"]]),
            }
        ),
        "stages": st.sampled_from([[4], [4, 8]]),
        "repeats": st.integers(1, 2),
    }
)
EDITS = st.fixed_dictionaries(
    {"start": st.sampled_from(["zoo:lenet5(form=modern)", "zoo:resnet_cifar-20"]), "edits": st.integers(0, 3)},
    optional={"kinds": st.lists(st.sampled_from(["deepen", "widen", "rewire", "swap-op"]), min_size=1, unique=True)},
)
BUDGETS = st.fixed_dictionaries({}, optional={"params": st.integers(3_000, 300_000), "macs": st.integers(100_000, 10_000_000)})


@st.composite
def spaces(draw: st.DrawFn) -> SearchSpace:
    """A search space for images of 1x8x8 that can be read, or one of 1x32x32 for those that start from a network."""
    kind = draw(st.sampled_from(["staged", "staged", "cell", "edits"]))
    network = draw({"staged": STAGED, "cell": CELL, "edits": EDITS}[kind])
    written = {"name": "made-up", "kind": kind, "network": network, "budget": draw(BUDGETS)}
    try:
        return read(yaml.safe_dump(written)).bound(input_shape=(1, 32, 32) if kind == "edits" else SHAPE, classes=CLASSES)
    except DocumentError:  # such as a width that is solved for a budget that there is not
        assume(False)
        raise


def read(text: str) -> SearchSpace:
    document = read_text(text, name="made-up.yaml")
    return of_file(parsed(document, allow_code=False), document, lambda loc: Path.cwd())


def drawn(space: SearchSpace, seed: int) -> Genome | str:
    """A genome, or why what was drawn is none."""
    try:
        return space.genome(RandomTrial(seed))
    except OverBudget as error:
        return str(error)


@settings(max_examples=200)
@given(spaces(), st.lists(seeds, min_size=1, max_size=3))
def test_what_is_drawn_keeps_the_budget_and_is_drawn_again_from_the_same_draws(space: SearchSpace, trials: list[int]) -> None:
    for seed in trials:
        genome = drawn(space, seed)
        again = drawn(space, seed)
        assert again == genome
        if isinstance(genome, Genome):
            budget = space.file.budget
            assert budget.params is None or genome.params <= budget.params
            assert budget.macs is None or genome.macs <= budget.macs
            assert genome.classes == CLASSES
            assert Genome.from_dict(genome.to_dict()) == genome


@settings(max_examples=100)
@given(spaces(), seeds)
def test_a_space_that_is_written_and_read_again_is_the_same(space: SearchSpace, seed: int) -> None:
    content = space.file.model_dump(mode="json", exclude_none=True)
    again = read(yaml.safe_dump(content, sort_keys=False)).bound(input_shape=space.kind.input_shape, classes=CLASSES)
    assert again.file.model_dump(mode="json", exclude_none=True) == content
    assert drawn(again, seed) == drawn(space, seed)
