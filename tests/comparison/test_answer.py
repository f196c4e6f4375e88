"""What a comparison's results amount to: the best, what was shown against it, and what does not count."""

from __future__ import annotations

import json

import numpy as np
import pytest
from made_results import answer_of, table

from nas.comparison.answer import answered, document
from nas.comparison.verdict import sentences
from nas.errors import SpaceError
from nas.space.compare import CompareSettings

NOISE = np.random.default_rng(0).normal(0, 0.001, (4, 5))
CLEAR = NOISE + np.array([0.10, 0.05, 0.05, 0.20])[:, None]


def verdicts(known) -> list[str]:
    (group,) = known.groups
    return [known.verdict_of(group, one) for one in group.networks]


def test_the_best_is_the_one_of_the_lowest_mean_and_clear_differences_are_shown():
    known = answer_of(CLEAR)
    best = int(np.argmin(CLEAR.mean(1)))
    other = 3 - best  # of the two that are alike
    assert known.groups[0].reference.name == f"network {best}"
    assert dict(enumerate(verdicts(known))) == {
        best: "reference",
        other: "no difference shown",
        0: "worse",
        3: "worse",
    }


def test_where_more_is_better_the_best_is_the_one_of_the_highest_mean():
    known = answer_of(CLEAR, maximized=True)
    assert known.groups[0].reference.name == "network 3"
    assert verdicts(known) == ["worse", "worse", "worse", "reference"]


def test_a_named_reference_may_be_beaten():
    assert verdicts(answer_of(CLEAR, reference=0)) == ["reference", "better", "better", "worse"]


def test_who_seeks_the_best_has_looked_at_all_pairs_and_who_named_it_at_three():
    values = NOISE + np.array([0.1, 0.1, 0.1015, 0.103])[:, None]
    best = answer_of(values)
    named = answer_of(values, reference=best.groups[0].reference.said["depth"])
    one, other = (known.groups[0].against["network 3"] for known in (best, named))
    assert one.p == other.p  # of four networks there are six pairs, and three with the reference; here it is the clearest
    assert (one.corrected, other.corrected) == (pytest.approx(6 * one.p), pytest.approx(3 * one.p))


def test_differences_are_those_of_the_means():
    against = answer_of(CLEAR, reference=0).groups[0].against
    assert against["network 3"].mean == pytest.approx(float(CLEAR[3].mean() - CLEAR[0].mean()))
    low, high = against["network 3"].interval
    assert low < against["network 3"].mean < high


def test_a_reference_that_is_no_network_or_several_is_refused():
    with pytest.raises(SpaceError, match=r"compare.reference: \{depth: 9\} is 0 networks of 40,000 params, and must be one"):
        answer_of(CLEAR, reference=9)


def test_a_study_that_was_broken_off_is_compared_over_the_seeds_that_all_have():
    values = CLEAR.copy()
    values[2:, 4] = np.nan
    known = answer_of(values)
    assert known.seeds == [1, 2, 3, 4]
    assert known.groups[0].against["network 0"].mean == pytest.approx(
        float((values[0, :4] - values[int(np.argmin(values[:, :4].mean(1))), :4]).mean())
    )
    assert "Missing are 2 of 20 trainings: network 2 at 40,000 params with seed 5; network 3" in sentences(known)[-1]


def test_a_study_with_one_seed_so_far_says_that_seeds_are_too_few():
    values = CLEAR.copy()
    values[:, 1:] = np.nan
    known = answer_of(values)
    assert "Seeds are too few for intervals" in sentences(known)[0]
    assert verdicts(known).count("no difference shown") == 3
    assert known.smallest is None


def test_without_any_result_there_is_no_answer():
    known = answer_of(np.full((3, 3), np.nan))
    assert sentences(known)[0].startswith("There is no answer yet")
    assert document(known)["groups"][0]["reference"] is None


def test_a_network_that_failed_once_is_shown_and_not_compared():
    found = table(CLEAR)
    del found[1].values[3]
    found[1].failed[3] = "memory: out of\nmemory"
    known = answered(found, CompareSettings(budgets=(40_000,), seeds=5), metric="error", maximized=False, seed=0)
    assert verdicts(known)[1] == "not compared"
    assert known.groups[0].reference.name == "network 2"
    assert sentences(known)[-1] == "Not compared: network 1, 40,000 params; 1 of its trainings failed (memory: out of memory)."


def test_networks_of_another_budget_are_not_compared():
    found = [*table(CLEAR[:2], group="20,000 params"), *table(CLEAR[2:], group="40,000 params")]
    known = answered(found, CompareSettings(budgets=(20_000, 40_000), seeds=5), metric="error", maximized=False, seed=0)
    assert [list(group.against) for group in known.groups] == [["network 0"], ["network 1"]]
    assert len(sentences(known)) == 3  # one for each budget, and how far five seeds see


def test_no_difference_is_worded_so_with_what_could_have_been_shown():
    known = answer_of(NOISE + 0.1)
    first, reach = sentences(known)
    assert "No difference was shown from any other: network" in first
    points = 100 * known.smallest
    assert reach.startswith(f"With 5 seeds, only a difference above about {points:.2f} points could have been shown")


def test_the_document_has_every_number_and_is_json():
    data = json.loads(json.dumps(document(answer_of(CLEAR)), allow_nan=False))
    network = data["groups"][0]["networks"][3]
    assert network["mean"] == pytest.approx(CLEAR[3].mean())
    assert network["spread"] == pytest.approx(CLEAR[3].std(ddof=1))
    assert network["verdict"] == "worse"
    assert network["interval"][0] < network["difference"] < network["interval"][1]
    assert len(data["verdict"]) == 2


def test_results_that_do_not_depend_on_the_seed_are_said_to():
    known = answer_of(np.repeat([[0.1], [0.2], [0.1]], 3, axis=1))
    assert sentences(known)[-1] == "Results do not depend on the seed, so that every difference counts."
    assert verdicts(known) == ["reference", "worse", "no difference shown"]
