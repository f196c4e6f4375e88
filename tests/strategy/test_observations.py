"""What a model learns from: ranks as normal scores, levels of trials that were ended early, and other runs, by hand."""

from __future__ import annotations

from statistics import NormalDist, fmean, pstdev

import pytest

from nas import Genome, Node, ops
from nas.strategy import Earlier
from nas.strategy.history import History, Told
from nas.strategy.observations import FINAL, LEVELS, MOST, Observations, comparable, normal_scores, observed

NET = Genome([Node("x", ops.Input((3,)), ()), Node("y", ops.Output(), ("x",))])


def told(number: int, *values: float, curve: dict[int, float] | None = None) -> Told:
    return Told(number, values, {}, {}, {}, curve or {})


def history(*trials: Told) -> History:
    found = History()
    found.told = [trial for trial in trials if trial.values]
    found.partial = {trial.number: trial for trial in trials if not trial.values}
    return found


def by_source(found: Observations) -> dict[str, dict[int, float]]:
    sources: dict[str, dict[int, float]] = {}
    for network, source, score in zip(found.networks, found.sources, found.scores, strict=True):
        assert network not in sources.setdefault(source, {})
        sources[source][network] = score
    return sources


def quantiles(*shares: float) -> list[float]:
    return [NormalDist().inv_cdf(share) for share in shares]


def test_ranks_are_put_into_quantiles_of_the_normal_distribution():
    assert normal_scores([30.0, -1.0, 1e9]) == pytest.approx(quantiles(1 / 2, 1 / 6, 5 / 6))
    assert normal_scores([5.0]) == pytest.approx([0.0])
    assert normal_scores([]).tolist() == []


def test_equal_values_have_equal_scores():
    assert normal_scores([2.0, 1.0, 2.0, 7.0]) == pytest.approx(quantiles(4 / 8, 1 / 8, 4 / 8, 7 / 8))
    assert normal_scores([3.0] * 9) == pytest.approx([0.0] * 9)


def test_an_outlier_moves_nobody_else():
    assert normal_scores([1, 2, 3, 1e6]).tolist() == normal_scores([1, 2, 3, 4]).tolist()


def test_each_objective_has_scores_of_its_own():
    trials = history(told(0, 1.0, 9.0), told(4, 2.0, 8.0))
    assert by_source(observed(trials, [], 0)) == {FINAL: pytest.approx(dict(zip([0, 4], quantiles(1 / 4, 3 / 4), strict=True)))}
    assert by_source(observed(trials, [], 1)) == {FINAL: pytest.approx(dict(zip([0, 4], quantiles(3 / 4, 1 / 4), strict=True)))}


def test_what_trials_reached_where_some_were_ended_is_a_source():
    trials = history(
        told(0, 0.1, curve={1: 0.9, 3: 0.3, 9: 0.1}),
        told(1, curve={1: 0.8}),
        told(2, curve={1: 0.7, 2: 0.6, 3: 0.5}),
        told(3, curve={1: 0.6, 2: 0.5, 3: 0.4}),
    )
    sources = by_source(observed(trials, [], 0))
    assert list(sources) == ["after 1 epochs", "after 3 epochs", FINAL]  # nobody was ended after 2
    first = dict(zip([3, 2, 1, 0], quantiles(1 / 8, 3 / 8, 5 / 8, 7 / 8), strict=True))
    assert sources["after 1 epochs"] == pytest.approx(first)
    # Three of the four came to the second one: they have the mean and the spread there that they had at the first.
    chosen = [first[n] for n in (0, 2, 3)]
    second = [fmean(chosen) + pstdev(chosen) * score for score in quantiles(1 / 6, 3 / 6, 5 / 6)]
    assert sources["after 3 epochs"] == pytest.approx(dict(zip([0, 3, 2], second, strict=True)))


def test_trials_are_compared_by_the_last_level_that_they_reached_where_some_were_broken_off():
    whole = history(told(0, 3.0), told(4, 1.0))
    assert comparable(whole) is whole.told
    trials = history(told(2, 0.1, curve={1: 0.3}), told(0, curve={1: 0.2}), told(5, curve={1: 0.9}))
    found = comparable(trials)
    assert [trial.number for trial in found] == [0, 2, 5]
    assert [trial.values[0] for trial in found] == pytest.approx(quantiles(1 / 6, 3 / 6, 5 / 6))


def test_final_values_take_mean_and_spread_of_the_same_trials_where_all_were_compared():
    trials = history(
        told(0, 0.02, curve={1: 0.1, 9: 0.02}),
        told(1, 0.01, curve={1: 0.2, 9: 0.01}),
        *(told(n, curve={1: 0.3 + n}) for n in range(2, 10)),
    )
    sources = by_source(observed(trials, [], 0))
    low, next_ = quantiles(1 / 20, 3 / 20)
    mean, spread = (low + next_) / 2, (next_ - low) / 2
    better, worse = quantiles(1 / 4, 3 / 4)
    assert sources[FINAL] == pytest.approx({0: mean + spread * worse, 1: mean + spread * better})


def test_the_one_trial_that_ended_stands_where_it_stood():
    trials = history(told(0, 0.02, curve={1: 0.1}), told(1, curve={1: 0.2}), told(2, curve={1: 0.3}))
    sources = by_source(observed(trials, [], 0))
    assert sources[FINAL][0] == pytest.approx(sources["after 1 epochs"][0]) == pytest.approx(quantiles(1 / 6)[0])


def test_without_any_trial_at_its_end_there_are_levels_alone():
    assert list(by_source(observed(history(told(0, curve={2: 0.5}), told(1, curve={2: 0.4})), [], 0))) == ["after 2 epochs"]


def test_the_most_frequent_levels_count_and_of_equal_ones_the_latest():
    ends = [1, 2, 3, 4, 4, 5]
    for order in (ends, ends[::-1]):
        trials = history(*(told(n, curve={level: float(n)}) for n, level in enumerate(order)))
        assert list(by_source(observed(trials, [], 0))) == [f"after {level} epochs" for level in (3, 4, 5)]
    assert LEVELS == 3


def test_the_order_in_which_results_came_says_nothing():
    trials = [told(n, curve={1 + n % 3: float(n % 7)}) for n in range(20)] + [
        told(n, float(n), curve={1: 0.1 * n}) for n in range(20, 30)
    ]
    one, other = history(*trials), history(*trials[::-1])
    other.told.reverse()  # by number, as a history keeps them
    assert observed(one, [], 0) == observed(other, [], 0)


def test_of_very_many_the_best_half_and_the_latest_half_are_kept():
    # The value falls and rises again: the best lie in the middle.
    trials = history(*(told(n, float(abs(n - 500))) for n in range(1000)))
    kept = set(by_source(observed(trials, [], 0))[FINAL])
    best = sorted(range(1000), key=lambda n: abs(n - 500))[: MOST // 2]
    assert kept == {*best, *range(1000 - MOST // 2, 1000)}
    assert len(kept) == MOST


def test_up_to_so_many_all_are_kept():
    assert len(observed(history(*(told(n, float(n)) for n in range(MOST))), [], 0).networks) == MOST


def test_other_runs_are_sources_of_their_own_and_numbered_downwards():
    earlier = [
        Earlier(NET, {}, (0.5, 7.0), run="first"),
        Earlier(NET, {}, (0.1, 9.0), run="second"),
        Earlier(NET, {}, None, {1: 0.9, 3: 0.2}, run="first"),
        Earlier(NET, {}, (0.4, 8.0), run="first"),
        Earlier(NET, {}, None, {}, run="first"),
    ]
    better, worse = quantiles(1 / 4, 3 / 4)
    assert by_source(observed(history(), earlier, 0)) == {
        "first: final": {-1: pytest.approx(worse), -4: pytest.approx(better)},
        "first: after 3 epochs": {-3: pytest.approx(0.0)},
        "second: final": {-2: pytest.approx(0.0)},
    }
    # A curve is of the first objective.
    assert by_source(observed(history(), earlier, 1)) == {
        "first: final": {-1: pytest.approx(better), -4: pytest.approx(worse)},
        "second: final": {-2: pytest.approx(0.0)},
    }


def test_what_another_run_found_does_not_move_the_own_scores():
    own = history(told(0, 1.0), told(1, 2.0))
    earlier = [Earlier(NET, {}, (float(n),), run="other") for n in range(5)]
    assert by_source(observed(own, earlier, 0))[FINAL] == by_source(observed(own, [], 0))[FINAL]
