"""Deeper or wider: the error over depth, and the map of depth and width."""

from __future__ import annotations

import math

import pytest
from run_documents import run, trial

from nas.drawing.chart import Look
from nas.report.deeper_or_wider import BUDGET, by_depth, depth_width_map


def test_each_connectivity_has_its_colour_and_shape():
    chart = by_depth(run(trial(0, choices={"connect": "plain"}), trial(1, choices={"network.connect": "dense"}, depth=9)))
    assert chart is not None
    assert {dot.told[:2]: dot.look for dot in chart.dots} == {"#0": Look("c0", 0), "#1": Look("c1", 1)}
    assert [key.text for key in chart.legend] == ["plain", "dense"]


def test_the_best_at_each_depth_is_joined():
    chart = by_depth(run(trial(0, error=0.3), trial(1, error=0.1), trial(2, error=0.2, depth=20)))
    assert chart is not None
    assert [line.points for line in chart.lines] == [((8, 0.1), (20, 0.2))]


def test_of_a_maximised_objective_the_highest_at_each_depth_is_joined():
    trials = [trial(n, metrics={"accuracy": value}) for n, value in enumerate((0.3, 0.9))]
    chart = by_depth(run(*trials, objectives=["accuracy"], directions=["maximize"]))
    assert chart is not None
    assert chart.lines[0].points == ((8, 0.9),)


def test_a_paused_trial_is_hollow():
    chart = by_depth(run(trial(0), trial(1, state="paused")))
    assert chart is not None
    assert [(dot.told[:2], dot.look.hollow) for dot in chart.dots] == [("#1", True), ("#0", False)]


def test_without_a_measured_trial_there_is_no_chart():
    assert by_depth(run()) is depth_width_map(run()) is None
    assert depth_width_map(run(trial(0), trial(1, width=None))) is None  # no width was searched


def test_the_map_has_a_colour_for_each_fifth_of_the_errors_the_best_first():
    trials = [trial(n, error=n / 10, width=n + 1, depth=n + 2) for n in range(10)]
    chart = depth_width_map(run(*trials))
    assert chart is not None
    colours = {dot.x: dot.look.colour for dot in chart.dots}
    assert [colours[n + 2] for n in range(10)] == ["s0", "s0", "s1", "s1", "s2", "s2", "s3", "s3", "s4", "s4"]
    assert [key.text for key in chart.legend][:2] == ["0 % to 10 %", "20 % to 30 %"]


def test_equal_errors_have_one_colour():
    chart = depth_width_map(run(*(trial(n, error=0.5, width=n + 1) for n in range(10))))
    assert chart is not None
    assert {dot.look.colour for dot in chart.dots} == {"s0"}


def test_a_line_of_one_budget_falls_with_the_root_of_the_depth():
    # All have 10 * depth * width^2 params: the law holds exactly, and the line of their budget goes through them.
    trials = [trial(n, depth=d, width=w, params=10 * d * w * w) for n, (d, w) in enumerate([(4, 20), (16, 10), (64, 5)])]
    chart = depth_width_map(run(*trials))
    assert chart is not None
    lines = [line for line in chart.lines if line.look == BUDGET]
    assert [key.text for key in chart.legend if key.line] == ["8k, 16k and 32k params"]
    budgets = [{round(10 * x * y * y) for x, y in line.points} for line in lines]
    assert budgets == [{8000}, {16000}, {32000}]


def test_the_point_of_a_trial_lies_at_its_depth_and_width():
    chart = depth_width_map(run(trial(0, depth=7, width=3), trial(1, depth=9, width=30)))
    assert chart is not None
    assert sorted((dot.x, dot.y) for dot in chart.dots) == [(7, 3), (9, 30)]
    assert chart.x.place(7) == pytest.approx(1 - chart.x.place(9))
    assert math.isfinite(chart.y.low)


def test_a_connectivity_keeps_its_colour_as_the_search_goes_on():
    def shown(*trials):
        chart = by_depth(run(*trials))
        assert chart is not None
        return {key.text: key.look for key in chart.legend}

    first = [trial(n, depth=n + 1, choices={"connect": name}) for n, name in enumerate(["residual", "plain"])]
    later = trial(2, depth=3, choices={"connect": "dense"})
    assert shown(*first, later) == shown(*first) | {"dense": Look("c2", shape=2)}
