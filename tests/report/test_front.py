"""The front: what is on it, what it is drawn against, and the published networks beside it."""

from __future__ import annotations

import random

from run_documents import run, trial

from nas.report.front import PUBLISHED, fronts
from nas.report.told import FRONT, REST


def test_stopped_trials_are_hollow_and_the_front_is_marked_and_drawn_last():
    chart = fronts(run(trial(0, macs=1), trial(1, macs=2), trial(2, state="stopped", metrics={}, macs=3)))["front-macs"]
    assert [(dot.told[:2], dot.look, dot.label) for dot in chart.dots] == [
        ("#2", REST._replace(hollow=True), ""),
        ("#1", REST, ""),
        ("#0", FRONT, "#0"),
    ]


def test_the_front_is_what_no_other_beats_in_error_and_cost():
    drawn = random.Random(0)
    trials = [trial(n, error=drawn.random(), macs=drawn.randrange(1, 40)) for n in range(60)]
    points = {(t["macs"], t["metrics"]["error"]) for t in trials}
    expected = sorted(p for p in points if not any(o != p and o[0] <= p[0] and o[1] <= p[1] for o in points))
    (line,) = fronts(run(*trials))["front-macs"].lines
    assert list(line.points) == expected
    assert len(expected) > 2


def test_of_a_maximised_objective_the_front_goes_up():
    trials = [trial(n, metrics={"naswot": value}, macs=n) for n, value in enumerate((3.0, 1.0, 5.0, 4.0))]
    data = run(*trials, objectives=["naswot", "macs"], directions=["maximize", "minimize"])
    assert fronts(data)["front-macs"].lines[0].points == ((0, 3.0), (2, 5.0))


def test_there_is_a_chart_for_each_cost_in_which_networks_differ():
    assert list(fronts(run(trial(0), trial(1)))) == ["front-macs"]
    measured = [trial(n, params=n + 1, metrics={"error": 0.1, "latency_ms": n}) for n in range(2)]
    assert list(fronts(run(*measured, objectives=["error"]))) == ["front-params", "front-latency_ms"]


def test_a_published_network_of_that_cost_is_a_mark_and_one_that_is_larger_is_not():
    networks = [{"name": "near", "macs": 1_500_000, "params": 10**9}, {"name": "far", "macs": 10**9, "params": 10**9}]
    data = run(trial(0, macs=1_000_000), trial(1, macs=2_000_000, params=5), published=networks)
    found = fronts(data)
    assert [(dot.x, dot.told) for dot in found["front-macs"].dots if dot.look == PUBLISHED] == [(1_500_000, "near: 1.5M macs")]
    assert "not trained here" in found["front-macs"].legend[-1].text
    assert PUBLISHED not in [dot.look for dot in found["front-params"].dots]
