"""A trial: what its states mean, and that what was read is of its kinds."""

from __future__ import annotations

import pytest

from nas.space.settings import TrainSettings
from nas.study.trial import Leg, Trial, check


@pytest.mark.parametrize(
    ("trial", "trains", "settled", "complete"),
    [
        (Trial(0, "running"), True, False, False),
        (Trial(0, "paused", metrics={"error": 0.5}), True, True, False),
        (Trial(0, "finished", metrics={"error": 0.5}), True, True, True),
        (Trial(0, "failed", reason="error: X"), True, True, False),
        (Trial(0, "repeat", repeats=1), False, False, False),
        (Trial(0, "repeat", repeats=1, reason="the network of trial 1 (failed)"), False, True, False),
        (Trial(0, "repeat", repeats=1, metrics={"error": 0.5}), False, True, True),
        (Trial(0, "over-budget", excess=0.5), False, True, False),
    ],
)
def test_what_a_state_means(trial, trains, settled, complete):
    assert (trial.trains, trial.settled, trial.complete) == (trains, settled, complete)


def test_a_value_is_a_metric_or_a_cost_of_the_genome():
    trial = Trial(0, "finished", metrics={"error": 0.5, "macs": 1.0}, macs=700)
    assert [trial.value(name) for name in ("error", "macs", "loss")] == [0.5, 700.0, None]


def test_a_trial_that_starts_from_its_parents_weights_is_trained_for_half_as_long():
    recipe = TrainSettings(epochs=5)
    assert Trial(0, "running").epochs(recipe) == 5
    assert Trial(0, "running", inherits=1).epochs(recipe) == 3
    assert Trial(0, "running", inherits=1).epochs(TrainSettings(epochs=5, inherited_epochs=2)) == 2


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("params", "many", "params: Input should be a valid integer"),
        ("params", 2**64, r"params: must be below 2\*\*64"),
        ("metrics", {"error": float("inf")}, "metrics: Input should be a finite number"),
        ("curve", {1: {"error": float("nan")}}, "curve: Input should be a finite number"),
        ("state", "lost", "state: Input should be 'running', 'paused'"),
        ("legs", [(1, 2)], "legs: Field required|legs: .*argument"),
    ],
)
def test_a_field_of_another_kind_is_named(field, value, error):
    check(Trial(0, "finished", legs=[Leg(0, 0, None)], metrics={"error": 0.5}, curve={1: {"error": 0.5}}))
    with pytest.raises(ValueError, match=error):
        check(Trial(**{"number": 0, "state": "finished", field: value}))


def test_as_plain_data_it_has_its_curve_as_a_list_and_no_genome():
    data = Trial(0, "finished", packed="x", curve={2: {"error": 0.25}, 1: {"error": 0.5}}).to_dict()
    assert data["curve"] == [[1, {"error": 0.5}], [2, {"error": 0.25}]]
    assert "packed" not in data
