"""How scores agree with results: the correlation by scipy, which trials count, and what is said where there is none."""

from __future__ import annotations

import math
import random

import pytest
from scipy.stats import spearmanr

from nas.space import load
from nas.space.file import SearchFile
from nas.space.settings import ObjectiveSettings
from nas.study import Trial
from nas.study.agreement import agreement, in_words, rank_correlation

ERROR = ObjectiveSettings(metric="error")


def file(*objectives: ObjectiveSettings, evaluator: str = "train") -> SearchFile:
    return load("tiny").file.model_copy(update={"objectives": objectives or (ERROR,), "evaluator": evaluator})


def most(metric: str) -> ObjectiveSettings:
    return ObjectiveSettings(metric=metric, direction="maximize")


def trial(number: int, error: float, *, state: str = "finished", **scores: float) -> Trial:
    metrics = {"error": error, "accuracy": 1 - error}
    return Trial(number, state, params=10 * number, macs=1000 - number, metrics=metrics, scores=scores)  # type: ignore[arg-type]


@pytest.mark.parametrize("distinct", [1000, 4], ids=["few ties", "many ties"])
@pytest.mark.parametrize("count", [5, 24, 300])
def test_the_correlation_is_that_of_scipy(distinct: int, count: int) -> None:
    draw = random.Random(count)
    first = [draw.randrange(distinct) for _ in range(count)]
    second = [value + draw.randrange(distinct) for value in first]
    found = rank_correlation(first, second)
    assert found is not None
    assert found.value == pytest.approx(float(spearmanr(first, second).statistic), abs=1e-12)


def test_the_interval_is_that_of_bonett_and_wright() -> None:
    # Eight ranks, neighbours exchanged: rho = 1 - 6 * 8 / (8 * 63) = 19/21; z = ln(40/2) / 2 = 1.497866;
    # standard error sqrt((1 + 361/882) / 5) = 0.530904; z -+ 1.959964 * 0.530904 = 0.457313 and 2.538419.
    found = rank_correlation([1, 2, 3, 4, 5, 6, 7, 8], [2, 1, 4, 3, 6, 5, 8, 7])
    assert found is not None
    assert found.value == pytest.approx(19 / 21)
    assert (found.low, found.high) == (pytest.approx(0.427891, abs=1e-5), pytest.approx(0.987598, abs=1e-5))


def test_values_that_are_all_equal_have_no_correlation() -> None:
    assert rank_correlation([1, 2, 3, 4, 5], [7, 7, 7, 7, 7]) is None


def test_a_perfect_order_is_one_with_no_room_for_doubt() -> None:
    found = rank_correlation([1, 2, 3, 4, 5], [1, 10, 100, 1000, 10000])
    assert found is not None
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_a_score_that_falls_with_the_error_agrees() -> None:
    found = agreement([trial(n, 0.1 * n, good=-n, bad=n) for n in range(6)], file())
    assert found is not None
    assert [(row.score, row.correlation and row.correlation.value) for row in found.rows] == [
        ("good", 1),
        ("bad", -1),
        ("params", -1),
        ("macs", 1),
    ]


def test_of_a_maximised_objective_more_is_agreement() -> None:
    found = agreement([trial(n, 0.1 * n, good=-n) for n in range(6)], file(most("accuracy")))
    assert found is not None and found.rows[0].correlation is not None
    assert (found.aim, found.rows[0].correlation.value) == ("high accuracy", 1)


def test_costs_are_no_results() -> None:
    found = agreement([trial(n, 0.1 * n, good=-n) for n in range(6)], file(ObjectiveSettings(metric="macs"), ERROR))
    assert found is not None
    assert found.metric == "error"


@pytest.mark.parametrize("state", ["running", "paused", "stopped", "screened", "failed", "repeat"])
def test_only_networks_that_were_trained_to_the_end_count(state: str) -> None:
    trials = [trial(n, 0.1 * n, good=-n) for n in range(6)]
    found = agreement([*trials, trial(6, 0.0, state=state, good=-100)], file())
    assert found is not None and found.rows[0].correlation is not None
    assert (found.rows[0].networks, found.rows[0].correlation.value) == (6, 1)


def test_params_and_macs_stand_behind_every_score_and_once() -> None:
    found = agreement([trial(n, 0.1 * n, params=10 * n, good=n) for n in range(6)], file())
    assert found is not None
    assert [row.score for row in found.rows] == ["good", "params", "macs"]


def test_without_scores_there_is_nothing_to_compare() -> None:
    assert agreement([trial(n, 0.1 * n) for n in range(6)], file()) is None


def test_a_score_that_is_the_objective_is_compared_with_size() -> None:
    trials = [Trial(n, "finished", params=n, macs=-n, metrics={"synflow": float(n)}) for n in range(6)]
    found = agreement(trials, file(most("synflow"), evaluator="zero-cost"))
    assert found is not None
    assert in_words(found) == "Rank correlation (Spearman) with high synflow over 6 networks: params 1.00, macs -1.00."


def test_few_networks_are_told_and_not_correlated() -> None:
    found = agreement([trial(n, 0.1 * n, good=-n) for n in range(4)], file())
    assert found is not None
    text = "No rank correlation of good, params, macs with low error yet: it needs 5 networks, and there are 4."
    assert in_words(found) == text


def test_a_score_that_is_always_the_same_says_so() -> None:
    found = agreement([trial(n, 0.1 * n, good=-n, same=1.0) for n in range(6)], file())
    assert found is not None
    assert "good 1.00, same - (all values are equal), params -1.00, macs 1.00." in in_words(found)


def test_a_score_that_some_networks_lack_says_of_how_many_it_is() -> None:
    found = agreement([trial(n, 0.1 * n, **({"good": -n} if n else {})) for n in range(7)], file())
    assert found is not None
    assert "over 7 networks: good 1.00 (of 6), params -1.00" in in_words(found)


def test_plain_data_has_numbers_or_nothing() -> None:
    found = agreement([trial(n, 0.1 * n, good=-n, same=1.0) for n in range(6)], file())
    assert found is not None
    good, same, *_ = found.to_dict()["rows"]
    assert good == {"score": "good", "networks": 6, "correlation": 1, "low": 1, "high": 1, "reason": ""}
    assert (same["correlation"], same["low"], same["reason"]) == (None, None, "all values are equal")
    assert math.isfinite(good["correlation"])
