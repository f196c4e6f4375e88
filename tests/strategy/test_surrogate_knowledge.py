"""What the surrogate knows beside the trials of its study: zero-cost scores, and the results of other runs."""

from __future__ import annotations

from collections import Counter
from statistics import mean

import numpy as np
from searched import Searched, best, hard, hidden, little, made_up

import nas
from nas.genome import Genome
from nas.space.drawing import RandomTrial
from nas.strategy import Earlier
from nas.strategy.surrogate import rule


def test_scores_are_asked_for_of_the_observed_and_of_few_of_the_others():
    asked: Counter[str] = Counter()

    def scores(genome: Genome) -> dict[str, float]:
        asked[str(genome.nodes)] += 1
        # One is missing of every third, and one is no number.
        return {"naswot": genome.paths.mean} | ({"synflow": float("nan")} if genome.params % 3 else {})

    searched = Searched(little().draw, made_up, scores=scores).go(10)
    assert not asked  # the first are random
    for trials in range(1, 8):
        before = sum(asked.values())
        searched.go(1)
        # Few of the pool and, the first time, those that were observed.
        assert sum(asked.values()) - before <= rule.SCORED + (10 if trials == 1 else 1)
    assert max(asked.values()) == 1
    assert sum(asked.values()) > 2 * rule.SCORED


def test_scores_that_tell_the_truth_help():
    plain = [Searched(little().draw, hard, seed=seed).go(26) for seed in range(3)]
    helped = [Searched(little().draw, hard, seed=seed, scores=lambda g: {"truth": hidden(g)}).go(26) for seed in range(3)]
    assert mean(best(one, hard) for one in helped) < mean(best(one, hard) for one in plain)


def former(count: int, *, choices: dict | None = None) -> list[Earlier]:
    """Results of another run of the little space."""
    drawn = [little().draw(RandomTrial(1000 + seed)) for seed in range(count)]
    return [Earlier(one.genome, one.choices if choices is None else choices, tuple(made_up(one)), run="former") for one in drawn]


def test_results_of_a_former_run_make_the_first_proposals_good():
    searched = Searched(little().draw, made_up, earlier=former(60)).go(6)
    at_random = [made_up(little().draw(RandomTrial(seed)))[0] for seed in range(200)]
    found = [made_up(drawn)[0] for drawn in searched.drawn]
    assert mean(found) < np.quantile(at_random, 0.1)


def test_choices_that_this_space_does_not_have_do_no_harm():
    strange = former(30, choices={"edge0-1": "conv_9x9", "depth": 3, "share": 0.5, "mood": None})
    searched = Searched(little().draw, made_up, earlier=strange).go(12)
    at_random = [made_up(little().draw(RandomTrial(seed)))[0] for seed in range(200)]
    assert mean(made_up(drawn)[0] for drawn in searched.drawn) < np.quantile(at_random, 0.3)


def test_a_former_run_of_another_kind_of_space_does_no_harm():
    other = nas.load("deeper-vs-wider").bound(input_shape=(1, 8, 8), classes=10)
    rows = [other.draw(RandomTrial(seed)) for seed in (0, 1, 2, 4, 5, 7)]
    earlier = [Earlier(one.genome, one.choices, (float(n),), run="other") for n, one in enumerate(rows)]
    earlier += [Earlier(one.genome, one.choices, None, {1: float(n)}, run="other") for n, one in enumerate(rows)]
    searched = Searched(little().draw, made_up, earlier=earlier).go(30)
    assert best(searched) <= np.quantile([made_up(little().draw(RandomTrial(seed)))[0] for seed in range(200)], 0.05)


def depth(drawn) -> list[float]:
    return [drawn.genome.depth / 10]


def test_a_search_that_is_made_anew_goes_on_as_the_unbroken_one_with_results_of_a_former_run():
    staged = nas.load("deeper-vs-wider").bound(input_shape=(1, 8, 8), classes=10)
    earlier = [
        Earlier(one.genome, one.choices, (float(n % 5),), run="former")
        for n, one in enumerate(staged.draw(RandomTrial(seed)) for seed in (0, 1, 2, 4, 5, 7, 8, 9, 10, 11, 12))
    ]
    unbroken = Searched(staged.draw, depth, earlier=earlier).go(8)
    again = Searched(staged.draw, depth, earlier=earlier)
    rows = unbroken.memory._study.get_trials()[:5]
    again.memory.restore(rows, {})
    again.drawn = unbroken.drawn[:5]
    for number in range(4):
        again.tell(number)
    assert again.go(3).choices == unbroken.choices
