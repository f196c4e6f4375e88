"""What is expected of a network: improvement by hand and by sampling, and less of it where a result is awaited."""

from __future__ import annotations

import numpy as np
import pytest
from optuna.distributions import FloatDistribution

from nas.strategy.observations import FINAL, Observations
from nas.strategy.surrogate import model as module
from nas.strategy.surrogate.features import Item
from nas.strategy.surrogate.model import SLOPE, Model, scalar

LINE = FloatDistribution(0.0, 1.0)


def at(place: float) -> Item:
    return Item({"x": place}, {"x": LINE})


def final(*scores: float) -> Observations:
    return Observations(list(range(len(scores))), [FINAL] * len(scores), list(scores))


def gains(scores, places, pool, *, pending=(), seed: int = 0) -> np.ndarray:
    objectives = [scores] if isinstance(scores, Observations) else scores
    items = {number: at(place) for number, place in enumerate(places)}
    model = Model(objectives, items, [at(place) for place in pending], [at(place) for place in pool])
    return model.gains(np.ones(len(objectives)), np.random.default_rng(seed))


PLACES = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
SLOPING = final(1.0, 0.7, 0.2, -0.2, -0.7, -1.0)


def test_more_is_expected_where_it_was_good():
    found = gains(SLOPING, PLACES, [0.1, 0.5, 0.9])
    assert found[0] < found[1] < found[2]
    assert (found > 0).all()


def test_expected_improvement_is_the_mean_of_what_samples_gain(monkeypatch):
    caught = []

    def spy(*args):
        caught.append(posterior(*args))
        return caught[-1]

    posterior = module.posterior
    monkeypatch.setattr(module, "posterior", spy)
    found = gains(SLOPING, PLACES, [0.1, 0.5, 0.9, 0.95])
    mean, deviation = (part[6:] for part in caught[0])
    best = caught[0][0][:6].min()  # the least mean of those that were observed, as noise would fool the least score
    samples = mean + deviation * np.random.default_rng(0).standard_normal((400_000, 4))
    assert found == pytest.approx(np.maximum(best - samples, 0).mean(0), rel=0.05, abs=1e-4)


def test_less_is_expected_where_a_result_is_awaited():
    pool = [0.05, 0.5, 0.97]
    free, awaited = gains(SLOPING, PLACES, pool), gains(SLOPING, PLACES, pool, pending=[0.97])
    assert awaited[2] < 0.9 * free[2]
    assert (awaited <= free + 1e-12).all()
    assert awaited[2] / free[2] < awaited[0] / free[0] + 1e-9


def test_with_two_objectives_the_direction_decides_where_more_is_expected():
    against = final(*(-score for score in SLOPING.scores))
    items = {number: at(place) for number, place in enumerate(PLACES)}
    model = Model([SLOPING, against], items, [], [at(0.05), at(0.95)])
    for direction, better in (([5.0, 0.1], 1), ([0.1, 5.0], 0)):
        found = model.gains(np.array(direction), np.random.default_rng(0))
        assert np.argmax(found) == better


def test_what_was_reached_early_says_something_about_the_end():
    early = Observations([0, 1, 2, 3, 4, 5, 0, 1], ["after 1 epochs"] * 6 + [FINAL] * 2, [*SLOPING.scores, 1.0, 0.7])
    found = gains(early, PLACES, [0.1, 0.9])
    assert found[1] > 2 * found[0]


def test_only_so_many_rows_are_fitted_and_those_cover_all_scores(monkeypatch):
    sizes, fitted = [], module.fitted
    monkeypatch.setattr(module, "fitted", lambda matrices, values: sizes.append(sorted(values)) or fitted(matrices, values))
    monkeypatch.setattr(module, "FITTED", 10)
    places = np.random.default_rng(0).uniform(size=40).tolist()
    gains(final(*(1 - 2 * place for place in places)), places, [0.5])
    assert len(sizes[0]) == 10
    assert (sizes[0][0], sizes[0][-1]) == (1 - 2 * max(places), 1 - 2 * min(places))


def test_one_number_of_several_distances_by_hand():
    # Two objectives, two points: the weighted largest, and a little of the weighted sum.
    distances = np.array([[1.0, 4.0], [3.0, 0.5]])
    assert scalar(distances, np.array([2.0, 1.0])) == pytest.approx([3.0 + SLOPE * 5.0, 8.0 + SLOPE * 8.5])
