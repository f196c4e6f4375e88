"""Scores of proposals in the process of the search: the same images and seed for all, remembered, on one thread."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from nas import data
from nas.data import Dataset
from nas.errors import InputError, UnknownNameError
from nas.evaluate import NotANumber
from nas.evaluate.zero_cost import scorer, scores
from nas.evaluate.zero_cost.images import one_batch
from nas.genome import Genome, Node
from nas.space import SearchSpace, load
from nas.space.settings import DataSettings

Small = Callable[..., Genome]


@pytest.fixture
def dataset(images: Path) -> Dataset:
    return data.load(DataSettings(name="npz", path=str(images)), cache=images.parent / "cache")


def space(**settings: object) -> SearchSpace:
    overrides = [f"{name}={value}" for name, value in {"train.batch": 16, **settings}.items()]
    return load("tiny", overrides=overrides).bound(input_shape=(1, 8, 8), classes=3)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A score `calls` that says how often it was computed."""
    calls: list[int] = []

    def count(network: torch.nn.Module, images: Tensor, labels: Tensor, generator: torch.Generator) -> float:
        calls.append(torch.get_num_threads())
        return float(len(calls))

    monkeypatch.setitem(scores._items, "calls", count)
    return calls


def test_scores_come_in_the_order_of_asking(small: Small, dataset: Dataset) -> None:
    found = scorer(space(), dataset, ["synflow", "macs", "naswot", "macs"])(small())
    assert list(found) == ["synflow", "macs", "naswot"]
    assert found["macs"] == small().macs


def test_what_was_scored_before_does_not_matter(small: Small, dataset: Dataset) -> None:
    names = ["naswot", "snip", "zen"]
    first, second = scorer(space(), dataset, names), scorer(space(), dataset, names)
    first(small(width=8))
    assert first(small()) == second(small())


def renamed(genome: Genome) -> Genome:
    names = {node.name: f"other_{node.name}" for node in genome.nodes}
    nodes = [Node(names[node.name], node.op, tuple(names[name] for name in node.inputs)) for node in genome.nodes]
    return Genome(nodes, [names[name] for name in genome.outputs])


def test_a_network_of_the_same_fingerprint_but_other_weights_is_scored_for_itself(small: Small, dataset: Dataset) -> None:
    score = scorer(space(), dataset, ["snip"])
    alone = scorer(space(), dataset, ["snip"])(renamed(small()))
    assert small().fingerprint == renamed(small()).fingerprint
    assert score(small()) != alone
    assert score(renamed(small())) == alone


def test_a_genome_is_scored_once(small: Small, dataset: Dataset, counted: list[int]) -> None:
    score = scorer(space(), dataset, ["calls"])
    assert [score(small()), score(small(width=8)), score(small())] == [{"calls": 1}, {"calls": 2}, {"calls": 1}]


def test_what_is_given_back_may_be_changed(small: Small, dataset: Dataset, counted: list[int]) -> None:
    score = scorer(space(), dataset, ["calls"])
    score(small())["calls"] = 9.0
    assert score(small()) == {"calls": 1}


def test_only_so_many_genomes_are_remembered(
    small: Small, dataset: Dataset, counted: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nas.evaluate.zero_cost.proposals.KEPT", 2)
    score = scorer(space(), dataset, ["calls"])
    for width in (1, 2, 1, 3, 1, 2):  # 2 is the one that was not used for the longest time when 3 comes
        score(small(width=width))
    assert len(counted) == 4


def test_the_seed_of_the_search_draws_the_weights(small: Small, dataset: Dataset) -> None:
    first, same, other = (scorer(space(**{"strategy.seed": seed}), dataset, ["snip"])(small()) for seed in (0, 0, 1))
    assert first == same
    assert first != other


def test_the_images_are_those_of_the_evaluator(small: Small, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scores._items, "seen", lambda network, images, labels, generator: images.square().sum().item())
    expected = one_batch(dataset, batch=16, device="cpu")[0].square().sum().item()
    assert scorer(space(), dataset, ["seen"])(small()) == {"seen": pytest.approx(expected)}


@pytest.mark.parametrize(("batch", "found"), [(1, 3), (16, 15), (1000, 39)])
def test_a_batch_is_of_about_4_to_64_images(dataset: Dataset, batch: int, found: int) -> None:
    # 78 images to train on, in batches that differ by one: 20 of 3 or 4, 5 of 15 or 16, 2 of 39
    images, labels = one_batch(dataset, batch=batch, device="cpu")
    assert (len(images), len(labels)) == (found, found)


def test_one_thread_computes_and_afterwards_as_many_as_before(small: Small, dataset: Dataset, counted: list[int]) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        scorer(space(), dataset, ["calls"])(small())
        assert (counted, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


def test_a_score_that_is_no_number_is_told(small: Small, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(scores._items, "broken", lambda network, images, labels, generator: float("nan"))
    with pytest.raises(NotANumber, match="broken = nan"):
        scorer(space(), dataset, ["params", "broken"])(small())


def test_an_unknown_score_is_answered_with_the_nearest(dataset: Dataset) -> None:
    with pytest.raises(UnknownNameError, match="'synflw' is not a known score; did you mean 'synflow'"):
        scorer(space(), dataset, ["params", "synflw"])


def test_without_images_there_are_params_and_macs(small: Small) -> None:
    genome = small()
    assert scorer(space(), None, ["params", "macs"])(genome) == {"params": genome.params, "macs": genome.macs}
    with pytest.raises(InputError, match="naswot, zen: needs images, and there are none; params and macs need none"):
        scorer(space(), None, ["params", "naswot", "zen"])


def test_params_and_macs_load_no_torch() -> None:
    code = "import sys; from nas.evaluate.zero_cost import scorer; from nas import zoo; from nas.space import load"
    code += "; scorer(load('tiny'), None, ['macs'])(zoo.lenet5()); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
