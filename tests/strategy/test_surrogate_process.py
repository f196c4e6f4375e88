"""The Gaussian process against another library's, and the fit of its weights against finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import check_grad
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Kernel, Matern, WhiteKernel

from nas.strategy.surrogate import process
from nas.strategy.surrogate.process import JITTER, fitted, posterior

KERNELS: list[Kernel] = [RBF(0.7), Matern(2.0, nu=2.5)]
WEIGHTS = np.array([0.8, 0.3, 0.04])  # of the two kernels, and the noise


def points(count: int, *, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-2, 2, size=(count, 2))


def values_at(x: np.ndarray) -> np.ndarray:
    values = np.sin(2 * x[:, 0]) + 0.5 * x[:, 1]
    return (values - values.mean()) / values.std()


def matrices(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return np.stack([kernel(one, other) for kernel in KERNELS])


def theirs(x: np.ndarray, values: np.ndarray) -> GaussianProcessRegressor:
    kernel = ConstantKernel(WEIGHTS[0]) * KERNELS[0] + ConstantKernel(WEIGHTS[1]) * KERNELS[1] + WhiteKernel(WEIGHTS[2] + JITTER)
    return GaussianProcessRegressor(kernel=kernel, alpha=0.0, optimizer=None).fit(x, values)


def test_mean_and_deviation_are_those_of_another_library():
    x, asked = points(25), points(40, seed=1)
    values = values_at(x)
    mean, deviation = posterior(WEIGHTS, matrices(x, x), matrices(x, asked), values)
    expected, spread = theirs(x, values).predict(asked, return_std=True)
    assert mean == pytest.approx(expected, abs=1e-9)
    # Theirs is of a new measurement, with its noise; ours of the function.
    assert deviation == pytest.approx(np.sqrt(spread**2 - WEIGHTS[2] - JITTER), abs=1e-7)


def test_pending_points_narrow_the_deviation_and_leave_the_mean():
    x, pending, asked = points(15), points(6, seed=2), points(30, seed=1)
    values = values_at(x)
    plain = posterior(WEIGHTS, matrices(x, x), matrices(x, asked), values)
    both = np.vstack([x, pending])
    mean, deviation = posterior(WEIGHTS, matrices(both, both), matrices(both, asked), values)
    assert mean == pytest.approx(plain[0], abs=1e-12)
    assert (deviation <= plain[1] + 1e-12).all()
    assert (deviation < 0.9 * plain[1]).any()
    # The deviation does not depend on values: it is that of a process which knows all of them.
    _, spread = theirs(both, values_at(both)).predict(asked, return_std=True)
    assert deviation == pytest.approx(np.sqrt(spread**2 - WEIGHTS[2] - JITTER), abs=1e-7)


def test_where_it_was_seen_often_the_deviation_goes_to_nothing_and_never_below():
    x = np.repeat(points(1), 400, axis=0)
    known = matrices(x, x)
    _, deviation = posterior(np.array([1.0, 0.0, 1e-9]), known, known[:, :, :1], np.zeros(400))
    assert 0 < deviation[0] < 1e-4


@pytest.fixture
def loss(monkeypatch):
    """What `fitted` minimises, caught on its way to scipy."""
    caught = {}

    def spy(loss, start, **options):
        caught.update(loss=loss, start=start)
        return minimize(loss, start, **options)

    minimize = process.minimize
    monkeypatch.setattr(process, "minimize", spy)
    x = points(20)
    fitted(matrices(x, x), values_at(x))
    return caught["loss"], caught["start"]


def test_the_slope_of_what_is_minimised_is_that_of_finite_differences(loss):
    function, start = loss
    for seed in range(5):
        at = start + np.random.default_rng(seed).normal(size=len(start))
        error = check_grad(lambda logs: function(logs)[0], lambda logs: function(logs)[1], at)
        assert error < 1e-4 * (1 + np.linalg.norm(function(at)[1]))


def test_what_is_minimised_is_the_marginal_likelihood_of_another_library_and_a_prior(loss):
    function, start = loss
    x = points(20)
    kernel = theirs(x, values_at(x))
    away = (np.log(WEIGHTS) - start) / process.SPREAD
    constant = 20 / 2 * np.log(2 * np.pi)
    assert function(np.log(WEIGHTS))[0] == pytest.approx(
        -kernel.log_marginal_likelihood_value_ - constant + away @ away / 2, abs=1e-6
    )


def test_what_says_nothing_about_the_values_counts_little():
    generator = np.random.default_rng(9)
    x, nonsense = points(60), generator.uniform(-2, 2, size=(60, 2))
    values = values_at(x)
    both = np.stack([RBF(1.0)(x), RBF(1.0)(nonsense)])
    weights = fitted(both, values)
    assert weights[0] > 10 * weights[1]
    assert weights[-1] < process.NOISE
    assert fitted(both, generator.permutation(values))[-1] > 5 * weights[-1]


def test_before_anything_was_seen_all_count_alike():
    # One value of the mean says something about the noise alone, and little about that.
    weights = fitted(np.ones((4, 1, 1)), np.zeros(1))
    assert weights[:-1] == pytest.approx(np.full(4, weights[0]))


def test_equal_values_of_equal_points_can_be_fitted():
    weights = fitted(np.ones((3, 10, 10)), np.zeros(10))
    mean, deviation = posterior(weights, np.ones((3, 10, 10)), np.ones((3, 10, 2)), np.zeros(10))
    assert np.isfinite([*weights, *mean, *deviation]).all()
    assert mean == pytest.approx([0, 0])
