"""Successive halving: rungs, and who goes on."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import drive, evaluate

from nas.errors import InputError
from nas.evaluate import Outcome
from nas.space.settings import StopSettings, TrainSettings
from nas.study.decisions.ranking import Fronts, Line, before
from nas.study.decisions.stopping import goes_on, rungs
from nas.study.trial import Trial

RULE = StopSettings(name="successive-halving", min_epochs=3, factor=3)
COMPUTE = StopSettings(name="successive-halving", rungs=(2, 5), unit="compute")


def column(*values: float) -> np.ndarray:
    return np.array(values).reshape(-1, 1)


def test_rungs_grow_by_the_factor_and_leave_out_the_last_epoch():
    assert rungs(RULE, 81) == (3, 9, 27)
    assert rungs(RULE, 82) == (3, 9, 27, 81)
    assert rungs(StopSettings(), 81) == ()


def test_rungs_can_be_named_one_by_one():
    rule = StopSettings(name="successive-halving", rungs=(12, 50), min_epochs=99)
    assert rungs(rule, 200) == (12, 50)
    assert rungs(rule, 50) == (12,)


def test_rungs_in_compute_lie_where_so_many_epochs_at_the_budget_would_have_cost_as_much():
    """By hand, for 10 epochs: at 300 of 900 macs, 2 epochs at the budget buy 6, and 5 would buy 15."""
    assert rungs(COMPUTE, 10, macs=900, budget=900) == (2, 5)
    assert rungs(COMPUTE, 10, macs=800, budget=900) == (3, 6)  # 2.25 and 5.625
    assert rungs(COMPUTE, 10, macs=300, budget=900) == (6,)
    assert rungs(COMPUTE, 10, macs=100, budget=900) == ()
    assert rungs(COMPUTE, 10, macs=0, budget=900) == ()


@pytest.mark.parametrize(("value", "expected"), [(0.05, True), (0.25, True), (0.35, False), (0.9, False)])
def test_the_best_third_goes_on(value, expected):
    assert goes_on(3, (value,), column(0.1, 0.3, 0.4, 0.5, 0.6)) is expected


def test_fewer_others_than_the_factor_stop_nobody():
    assert goes_on(3, (9.0,), column(0.1, 0.2))
    assert not goes_on(3, (9.0,), column(0.1, 0.2, 0.3))


# Two fronts by hand: a, b, c and d have nobody before them, e is beaten by b, f by all but a.
POINTS = {"a": (1, 8), "b": (2, 5), "c": (4, 4), "d": (9, 1), "e": (3, 6), "f": (9, 7)}
OTHERS = np.array(list(POINTS.values()), dtype=float)


@pytest.mark.parametrize(
    ("mine", "ahead"),
    [
        ((0, 0), 0),  # before all
        ((6, 2), 2),  # in the first front, with a room of 5/8 + 3/7 = 1.05; more have a and d, its ends
        ((2.5, 4.5), 4),  # 2/8 + 1/7 = 0.39, less than b with 1.5/8 + 3.5/7 = 0.69 and c with 6.5/8 + 3.5/7 = 1.31
        ((3.5, 5.5), 4),  # behind b, with e in the second front, where both are ends
        ((9, 9), 6),  # behind all
    ],
)
def test_with_several_objectives_the_front_counts_first_and_then_the_room(mine, ahead):
    """Crowding by hand: the distance between two neighbours, as a share of 8 and of 7."""
    assert before(mine, OTHERS, enough=6) == ahead


def promotions(rung: Line | Fronts, factor: int) -> list[int]:
    found = []
    while (number := rung.best(factor)) is not None:
        rung.promote(number)
        found.append(number)
    return found


def test_of_a_line_the_first_share_goes_on_best_first_and_of_equals_the_earlier_one():
    line = Line()
    for number, value in enumerate([0.5, 0.2, 0.4, 0.2, 0.3, 0.9, 0.8]):
        line.add(number, (value,))
    assert promotions(line, 2) == [1, 3, 4]
    line.add(7, (0.1,))
    assert promotions(line, 2) == [7]  # four of eight, and of those three went on already


def test_however_the_best_change_no_more_than_the_share_goes_on():
    line, fronts = Line(), Fronts()
    for number in range(30):  # each better than all before
        line.add(number, (-float(number),))
        fronts.add(number, (-float(number), 0.0))
    gone = [promotions(rung, 10) for rung in (line, fronts)]
    assert gone == [[29, 28, 27], [29, 28, 27]]
    line.add(30, (-30.0,))
    fronts.add(30, (-30.0, 0.0))
    assert promotions(line, 10) == promotions(fronts, 10) == []  # three of 31 went on
    for rung in (line, fronts):
        assert rung.best(1) == 30  # asked for without a share


def test_of_fronts_the_first_share_goes_on_front_by_front():
    """Of the first front a and d have all the room; b has 3/8 + 4/7 = 0.95, c has 7/8 + 4/7 = 1.45."""
    fronts = Fronts()
    for number, point in enumerate(POINTS.values()):
        fronts.add(number, point)
    assert promotions(fronts, 6) == [0]
    assert promotions(fronts, 2) == [3, 2]
    assert promotions(fronts, 1) == [1, 4, 5]  # e beats f


@pytest.mark.parametrize("kind", [Line, Fronts])
def test_never_more_than_the_share_goes_on_however_the_best_change(kind):
    rung = kind()
    gone = []
    for number, value in enumerate([0.5, 0.4, 0.3, 0.2, 0.1, 0.05]):
        rung.add(number, (value,) if kind is Line else (value, value))
        gone.append(promotions(rung, 2))
    assert gone == [[], [1], [], [3], [], [5]]  # without the bound 4 would go on, the best of five


def test_fronts_that_were_ranked_for_a_small_share_are_ranked_anew_for_a_larger_one():
    fronts = Fronts()
    for number, value in enumerate([1, 2, 3, 4, 5, 6]):
        fronts.add(number, (value, value))
    assert promotions(fronts, 6) == [0]
    assert promotions(fronts, 1) == [1, 2, 3, 4, 5]


def test_one_value_ranks_alike_as_a_line_and_as_fronts():
    chance = np.random.default_rng(0)
    line, fronts = Line(), Fronts()
    for number in range(60):
        value = round(float(chance.random()), 2)
        line.add(number, (value,))
        fronts.add(number, (value, 1.0))
        assert promotions(line, 3) == promotions(fronts, 3)


def test_more_is_better_at_a_rung_where_the_objective_says_so(start):
    run = start("stop={name: successive-halving, min_epochs: 1, factor: 2}", "objectives=[accuracy]", "strategy.window=1")
    search = run.search()
    for accuracy in (0.5, 0.6, 0.7):
        search.ask()
        assert search.report(len(search.trials) - 1, 1, {"accuracy": accuracy})
        search.tell(len(search.trials) - 1, Outcome(status="finished", metrics={"accuracy": accuracy}, seconds=1))
    search.ask()
    assert not search.report(3, 1, {"accuracy": 0.4})


def test_several_objectives_are_compared_by_their_fronts_and_costs_count(start):
    """A trial that is worse in error and in macs than all others is ended; with fewer macs than all it goes on."""
    seen = set()
    run = start("stop={name: successive-halving, rungs: [1], factor: 2}", "strategy.window=1", "strategy.trials=12")
    search = run.search()
    while (trial := search.ask()) is not None:
        others = [other.macs for other in search.trials[:-1] if other.trains]
        goes_on = search.report(trial.number, 1, {"error": float(trial.number)})
        if len(others) > 2:
            least, most = trial.macs < min(others), trial.macs >= max(others)
            assert goes_on or not least
            assert not goes_on or not most
            seen |= {name for name, is_so in (("least", least), ("most", most)) if is_so}
        search.tell(trial.number, Outcome(status="finished", metrics={"error": float(trial.number)}, seconds=1))
    assert seen == {"least", "most"}


def test_a_cheap_network_meets_its_rungs_later(start):
    run = start(
        "stop={name: successive-halving, rungs: [1, 2], unit: compute, pause: true, metric: error}",
        "budget.macs=400k",
        "objectives=[error]",
        "train.epochs=9",
    )
    search = run.search()
    trial = search.ask()
    assert trial.until == next((e for e in [-(-400_000 // trial.macs)] if e < 9), None)
    evaluate(search, trial)
    drive(search)
    untils = {t.legs[0].until for t in run.trials if t.trains}
    assert len(untils) > 2


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (
            "{name: successive-halving, rungs: [2, 1]}",
            r"stop\.rungs: must ascend and lie below train\.epochs, which is 4, got 2, 1",
        ),
        ("{name: successive-halving, rungs: [1, 4]}", r"lie below train\.epochs, which is 4, got 1, 4"),
        ("{name: successive-halving, unit: compute}", r"stop\.unit: .*budget\.macs"),
    ],
)
def test_rungs_that_cannot_be_are_refused_at_their_place(space, settings, text):
    with pytest.raises(InputError, match=text):
        space(f"stop={settings}")


def test_a_trial_that_inherits_takes_half_of_the_epochs_or_as_many_as_are_said():
    fresh, child = Trial(0, "running"), Trial(1, "running", inherits=0)
    recipe = TrainSettings(epochs=15)
    assert (fresh.epochs(recipe), child.epochs(recipe)) == (15, 8)
    assert child.epochs(TrainSettings(epochs=15, inherited_epochs=3)) == 3
