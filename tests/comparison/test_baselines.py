"""What stands beside the result of a search: the largest network, and random draws."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas.comparison.baselines import baselines, in_words
from nas.space import load
from nas.study.trial import Leg, Trial

SPACE = """
name: any
data: {name: digits}
network: {depth: {int: [1, 3]}}
"""


@pytest.fixture
def file(tmp_path: Path):
    (tmp_path / "any.yaml").write_text(SPACE)

    def read(*overrides: str):
        return load(tmp_path / "any.yaml", overrides=overrides).file

    return read


def trial(number: int, error: float | None, *, params: int = 1000, known: int = 0, state: str = "finished") -> Trial:
    """One that knew so many results when it was proposed."""
    metrics = {} if error is None else {"error": error}
    return Trial(number, state, params=params + number, legs=[Leg(number, known, None)], metrics=metrics)  # type: ignore[arg-type]


TRIALS = [
    trial(0, 0.30, params=5000),
    trial(1, 0.20, params=9000),
    trial(2, 0.40, params=2000),
    trial(3, 0.10, params=3000, known=1),
    trial(4, 0.05, params=4000, known=2),
]


def test_the_largest_network_is_what_params_alone_would_have_picked(file):
    found = baselines(TRIALS, file())
    assert (found.by_params, found.by_params_value, found.best) == (1, 0.20, 0.05)


def test_networks_of_one_size_are_not_ranked_by_it(file):
    found = baselines([trial(number, 0.1) for number in range(5)], file())
    assert found.by_params is None
    assert "all networks are of one size" in in_words(found)


def test_random_draws_are_those_that_knew_no_result(file):
    found = baselines(TRIALS, file("strategy.name=evolution"))
    assert (found.draws, found.draws_best, found.draws_median) == (3, 0.20, 0.30)


def test_of_random_search_all_are(file):
    found = baselines(TRIALS, file("strategy.name=random"))
    assert (found.draws, found.draws_best, found.draws_median) == (5, 0.05, 0.20)


def test_a_draw_that_was_stopped_early_counts_as_worse_than_all_that_were_not(file):
    stopped = [trial(number, 0.01, state="stopped") for number in (5, 6, 7)]
    found = baselines([*TRIALS[:3], *stopped[:1]], file())
    assert (found.draws, found.draws_best, found.draws_median) == (4, 0.20, 0.30)
    found = baselines([*TRIALS[:3], *stopped, trial(8, None, state="stopped")], file())
    assert (found.draws, found.draws_median) == (7, None)
    assert "median stopped early" in in_words(found)


def test_where_more_is_better_the_median_is_of_the_better_half(file):
    found = baselines(TRIALS, file("objectives=[{metric: error, direction: maximize}]", "strategy.name=random"))
    assert (found.best, found.draws_best, found.draws_median) == (0.40, 0.40, 0.20)


@pytest.mark.parametrize("override", ["strategy.prefilter={of: 4}", "strategy.learn_from=[other]"])
def test_draws_that_something_chose_are_not_random(file, override):
    found = baselines(TRIALS, file(override))
    assert found.draws == 0
    assert "too few networks were drawn at random" in in_words(found)


def test_without_a_finished_trial_or_a_measured_objective_there_are_none(file):
    assert baselines([trial(0, None, state="failed")], file()) is None
    assert baselines(TRIALS, file("objectives=[params]")) is None


def test_the_sentence_names_the_trial_and_the_numbers(file):
    assert in_words(baselines(TRIALS, file())) == (
        "Baselines: the search's best 5.00 %; by params alone, trial 1 (the largest): error 20.00 %; "
        "3 random draws: best 20.00 %, median 30.00 %."
    )
