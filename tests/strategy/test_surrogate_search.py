"""Searches by the surrogate: no network twice, better than at random, the same in every process, whatever comes back."""

from __future__ import annotations

import os
import subprocess
import sys
from random import Random
from statistics import mean

import numpy as np
import pytest
from optuna.study import StudyDirection
from optuna.trial import TrialState, create_trial
from searched import SMALL, Searched, best, hidden, little, made_up, published, space, two

from nas.strategy import View
from nas.strategy.history import History
from nas.strategy.surrogate import rule


@pytest.fixture(scope="module")
def searches() -> list[Searched]:
    """On the published table."""
    return [Searched(space("nasbench201-tiny").draw, published, seed=seed).go(40) for seed in range(3)]


def test_no_network_is_proposed_twice_under_any_name_behind_the_random_ones(searches):
    for searched in searches:
        fingerprints = [genome.fingerprint for genome in searched.genomes]
        for number in range(10, 40):
            assert fingerprints[number] not in fingerprints[:number]


def test_it_finds_better_ones_than_random_draws_do(searches):
    at_random = []
    for seed in range(20):
        at_random.append(best(Searched(space("nasbench201-tiny").draw, published, seed=seed, name="random").go(40), published))
    found = [best(searched, published) for searched in searches]
    assert max(found) <= sorted(at_random)[4]
    assert mean(found) < mean(at_random) - 0.001


def test_workers_side_by_side_try_different_networks_and_find_as_much():
    searched = Searched(little().draw, made_up, window=8).go(50)
    fingerprints = [genome.fingerprint for genome in searched.genomes]
    for number in range(18, 50):
        assert fingerprints[number] not in fingerprints[:number]
    # Not one corner: the eight that are proposed without knowing of each other's results differ in two choices and more.
    apart = [
        sum(searched.choices[one][name] != searched.choices[other][name] for name in searched.choices[one])
        for first in (18, 26, 34, 42)
        for one in range(first, first + 8)
        for other in range(first, one)
    ]
    assert mean(apart) > 2
    assert best(searched) <= min(best(Searched(little().draw, made_up, seed=seed, name="random").go(50)) for seed in range(5))


def test_trials_that_still_run_change_what_is_proposed():
    proposals = []
    for window in (1, 2):
        searched = Searched(little().draw, made_up, window=window).go(14)
        proposals.append(searched.choices)
    assert proposals[0][:10] == proposals[1][:10]
    assert proposals[0] != proposals[1]


PROCESS = """
import sys
sys.path.insert(0, {here!r})
from searched import Searched, little, made_up
for choices in Searched(little().draw, made_up, window=3).go(20).choices:
    print(list(choices.values()))
"""


def test_two_processes_propose_the_same():
    command = [sys.executable, "-c", PROCESS.format(here=os.path.dirname(__file__))]
    printed = {
        subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert printed.pop().count("\n") == 20


def test_a_space_that_is_used_up_ends_with_all_that_there_is():
    few = space("nasbench201-tiny", *SMALL, "network.cell.nodes=3", "network.cell.ops=[skip_connect, nor_conv_3x3, none]")
    searched = Searched(few.draw, lambda drawn: [float(drawn.genome.params)], window=3).go(33)
    assert len({tuple(choices.values()) for choices in searched.choices[:27]}) == 27
    # Random ones are drawn until 10 results are known; behind them other names of a network come when no other is left.
    fingerprints = [genome.fingerprint for genome in searched.genomes]
    new = [number for number, fingerprint in enumerate(fingerprints) if fingerprint not in fingerprints[:number]]
    assert [number for number in new if number > 11] == list(range(12, new[-1] + 1))


@pytest.mark.parametrize(
    "outcome",
    [{"values": None}, {"values": None, "violation": 1.0}, {"values": [float("inf")]}],
    ids=["ended", "failed", "infinite"],
)
def test_where_all_fail_it_goes_on(outcome):
    searched = Searched(little().draw, made_up)
    searched.tell = lambda number: searched.memory.tell(number, **outcome)  # type: ignore[method-assign]
    searched.go(25)
    assert len({str(choices) for choices in searched.choices}) == 25


def test_networks_of_trials_that_failed_are_not_tried_under_another_name():
    def sometimes(drawn) -> list[float] | None:
        return None if hidden(drawn.genome) < 0.4 else made_up(drawn)

    # With `none` most networks have several names.
    several = space("nasbench201", *SMALL, "network.cell.ops=[none, skip_connect, nor_conv_3x3]")
    searched = Searched(several.draw, sometimes).go(60)
    fingerprints = [genome.fingerprint for genome in searched.genomes]
    failed = {f for f, drawn in zip(fingerprints, searched.drawn, strict=True) if sometimes(drawn) is None}
    assert len(failed) > 5
    start = next(n for n in range(60) if sum(sometimes(d) is not None for d in searched.drawn[:n]) == 10)
    for number in range(start + 1, 60):
        assert fingerprints[number] not in fingerprints[:number]


def dominated(points: np.ndarray, reference: np.ndarray) -> float:
    """The area that two-dimensional points dominate, strip by strip."""
    area, height = 0.0, reference[1]
    for x, y in sorted(map(tuple, points)):
        if x < reference[0] and y < height:
            area, height = area + (reference[0] - x) * (height - y), y
    return area


def test_of_two_objectives_it_finds_more_of_the_front_than_random_draws_do():
    def area(name: str, seed: int) -> float:
        searched = Searched(little().draw, two, objectives=2, name=name, seed=seed).go(45)
        points = np.array([two(drawn) for drawn in searched.drawn]) / [6.0, 1e6]
        return dominated(points, np.array([1.0, 1.0]))

    ours = [area("surrogate", seed) for seed in range(2)]
    assert min(ours) > max(area("random", seed) for seed in range(6))


def improved(searched: Searched) -> bool:
    """Whether the ten behind the random ones are much better than these."""
    first, next_ = (mean(made_up(drawn)[0] for drawn in searched.drawn[start : start + 10]) for start in (0, 10))
    return next_ < first - 0.5


def test_it_learns_from_trials_that_were_all_stopped_or_wait():
    """Nobody ends: after one epoch half of them pause, and half are ended. Ranks are all that counts, so it goes as well."""
    searched = Searched(little().draw, made_up)
    searched.tell = lambda number: searched.memory.tell(  # type: ignore[method-assign]
        number, None, curve={1: made_up(searched.drawn[number])[0] + 1}, paused=number % 2 == 0
    )
    assert searched.go(24).choices == Searched(little().draw, made_up).go(24).choices
    assert improved(searched)


def test_it_learns_from_what_was_reached_early_beside_final_results():
    """Of four trials one ends; the others say how good they were after an epoch."""

    def tell(number: int) -> None:
        value = made_up(searched.drawn[number])[0]
        if number % 4:
            searched.memory.tell(number, None, curve={1: 10 + value})
        else:
            searched.memory.tell(number, [value], curve={1: 10 + value, 9: value})

    searched = Searched(little().draw, made_up)
    searched.tell = tell  # type: ignore[method-assign]
    assert improved(searched.go(24))


def test_networks_that_were_brought_from_elsewhere_are_no_pending_ones(monkeypatch):
    """A row without choices stays running for ever."""
    searched = Searched(little().draw, made_up, window=3).go(14)
    searched.memory.restore([create_trial(state=TrialState.RUNNING)], {})
    history = History()
    history.read(searched.memory._study.get_trials(), [StudyDirection.MINIMIZE], 15)
    assert sorted(history.running) == [11, 12, 13, 14]
    pending = []

    class Spy(rule.Model):
        def __init__(self, objectives, items, waiting, pool) -> None:
            pending.extend(item.params for item in waiting)
            super().__init__(objectives, items, waiting, pool)

    monkeypatch.setattr(rule, "Model", Spy)
    rule.Surrogate(View(little().draw))(history, 15, Random(0))
    assert pending == searched.choices[11:14]
