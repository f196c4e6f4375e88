"""Areas by hand, and against Optuna's own."""

from __future__ import annotations

import numpy as np
import pytest
from optuna._hypervolume import compute_hypervolume
from tabular.hypervolume import growth, hypervolume


def test_the_area_of_a_staircase_is_the_sum_of_its_rectangles():
    # From (4, 4): 3 x 1 of (1, 3), 2 x 1 more of (2, 2), 1 x 1 more of (3, 1); (3, 3) lies behind (2, 2).
    points = np.array([(3.0, 1.0), (3.0, 3.0), (1.0, 3.0), (2.0, 2.0)])
    assert hypervolume(points, (4.0, 4.0)) == 3 + 2 + 1


def test_points_beyond_the_reference_count_nothing():
    assert hypervolume(np.array([(0.0, 5.0), (5.0, 0.0), (4.0, 4.0), (1.0, 1.0)]), (4.0, 4.0)) == 9
    assert hypervolume(np.array([(0.0, 5.0)]), (4.0, 4.0)) == 0


@pytest.mark.parametrize("seed", range(5))
def test_it_is_the_hypervolume_that_optuna_computes(seed: int):
    points = np.random.default_rng(seed).integers(0, 12, (40, 2)).astype(float)  # with points of one height or place
    inside = points[(points <= 10).all(1)]
    expected = compute_hypervolume(inside, np.array([10.0, 10.0]))
    assert hypervolume(points, (10.0, 10.0)) == pytest.approx(expected, rel=1e-12)


def test_growth_is_the_hypervolume_of_all_points_so_far():
    points = np.random.default_rng(1).integers(0, 12, (30, 2)).astype(float)
    expected = [hypervolume(points[: number + 1], (10.0, 10.0)) for number in range(len(points))]
    assert growth(points, (10.0, 10.0)).tolist() == expected
