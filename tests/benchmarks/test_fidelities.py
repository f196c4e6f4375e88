"""What a search over two fidelities has spent, and its regret."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from strategies_fidelities import Setting, Spent, spent
from tabular.table import table_of, write


@pytest.fixture(scope="module")
def run(table_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Spent:
    path = tmp_path_factory.mktemp("written") / "table.npz"
    write(table_of(table_file), path)
    return spent(Setting(table_file, path, "random", factor=8, window=1, spend=6.0), 0)


def test_a_short_training_counts_12_of_200_and_a_full_one_comes_on_top(run: Spent):
    assert run.anew[-1] == pytest.approx(run.trials * 12 / 200 + run.finished)
    assert run.continued[-1] == pytest.approx((run.trials - run.finished) * 12 / 200 + run.finished)
    assert 6.0 <= run.anew[-1] < 7.0 and run.finished > 0
    assert len(run.anew) == run.trials + run.finished  # one step for each training


def test_there_is_no_regret_before_a_network_was_trained_to_the_end_and_it_never_grows(run: Spent):
    first = int(np.flatnonzero(np.diff(run.continued, prepend=0.0) > 0.5)[0])  # the first step that is a full training
    assert np.isnan(run.regret[:first]).all() and np.isfinite(run.regret[first:]).all()
    assert (np.diff(run.regret[first:]) <= 0).all()


def test_the_regret_at_a_cost_is_that_of_the_last_training_within_it():
    run = Spent(np.array([0.06, 1.06, 2.06]), np.array([0.06, 1.0, 2.0]), np.array([np.nan, 3.0, 1.0]), trials=1, finished=1)
    assert run.at(np.array([0.01, 1.0, 1.06, 2.0, 9.0]), run.anew).tolist()[2:] == [3.0, 3.0, 1.0]
    assert run.at(np.array([1.0, 2.0]), run.continued).tolist() == [3.0, 1.0]
    assert np.isnan(run.at(np.array([0.01, 1.0]), run.anew)).all()
