"""The simulated runner against runs whose times can be counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas.space import SearchSpace, load
from nas.study import Search
from nas.study.trial import Trial
from nas.testing.simulated import Shares, made_up_error, run_in_memory, simulate, spread

SPACE = """
name: simulated
data: {name: digits}
network: {stages: 2, depth: {int: [1, 4], each: stage}, width: {int: [4, 64]}}
train: {epochs: 3}
strategy: {name: random, trials: 12, window: 4}
"""


def space_of(folder: Path, *overrides: str) -> SearchSpace:
    path = folder / "simulated.yaml"
    path.write_text(SPACE)
    return load(path, overrides=overrides).bound(input_shape=(1, 8, 8), classes=10)


def simulated(search: Search, workers: int, times: list[float] | None = None) -> Shares:
    def seconds(trial: Trial) -> float:
        return 60.0 if times is None else times[trial.number]

    return simulate(search, workers=workers, seconds=seconds, result=made_up_error, driver=False)


def test_one_worker_is_always_busy(tmp_path: Path) -> None:
    shares = simulated(run_in_memory(space_of(tmp_path)), 1)
    assert (shares.begun, shares.order, shares.driver, shares.legs) == (11 * 60.0, 0.0, 0.0, 12)


def test_equal_trials_never_wait_within_the_window(tmp_path: Path) -> None:
    shares = simulated(run_in_memory(space_of(tmp_path)), 4)
    assert (shares.begun, shares.order) == (120.0, 0.0)


def test_a_window_of_one_lets_one_worker_work(tmp_path: Path) -> None:
    shares = simulated(run_in_memory(space_of(tmp_path, "strategy.window=1")), 4)
    assert shares.begun == 660.0
    assert shares.share(shares.busy) == pytest.approx(1 / 4)


def test_a_slow_trial_holds_back_those_that_must_know_it(tmp_path: Path) -> None:
    # Trial 0 lasts until 300; trials 1 to 3 end at 60, and trial 4 has to know trial 0: three workers wait for 240 s.
    search = run_in_memory(space_of(tmp_path, "strategy.trials=5"))
    shares = simulated(search, 4, [300, 60, 60, 60, 60])
    assert (shares.begun, shares.order) == (300.0, 3 * 240.0)
    assert shares.busy == 300 + 3 * 60


def test_the_driver_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    search = run_in_memory(space_of(tmp_path, "strategy.window=12"))
    shares = simulate(search, workers=12, seconds=lambda trial: 60.0, result=made_up_error)
    assert 0 < shares.driver_seconds < 60
    assert shares.begun == pytest.approx(shares.driver_seconds, rel=0.5)
    assert shares.driver > 0 == shares.order


def test_the_trials_of_a_simulated_search_are_those_of_a_search(tmp_path: Path) -> None:
    one, many = run_in_memory(space_of(tmp_path)), run_in_memory(space_of(tmp_path))
    simulated(one, 1)
    simulate(many, workers=4, seconds=spread(60, 1.0), result=made_up_error)
    assert [(t.fingerprint, t.metrics, t.curve) for t in one.trials] == [(t.fingerprint, t.metrics, t.curve) for t in many.trials]
    assert {t.state for t in one.trials} <= {"finished", "repeat"}


def test_pauses_and_stops_are_simulated(tmp_path: Path) -> None:
    halving = ["stop.name=successive-halving", "stop.rungs=[1, 2]", "stop.factor=2", "stop.metric=error"]
    for pause in ("true", "false"):
        search = run_in_memory(space_of(tmp_path, *halving, f"stop.pause={pause}"))
        simulated(search, 3)
        assert search.over
        assert {"true": "paused", "false": "stopped"}[pause] in {trial.state for trial in search.trials}


def test_durations_have_the_mean_and_spread_that_were_asked_for() -> None:
    draw = spread(60, 0.5)
    times = [draw(Trial(number, "running", seed=number)) for number in range(4000)]
    mean = sum(times) / len(times)
    assert mean == pytest.approx(60, rel=0.03)
    assert (sum((t - mean) ** 2 for t in times) / len(times)) ** 0.5 == pytest.approx(30, rel=0.1)
