"""Learning curves: every trial's, the best in colour and on top."""

from __future__ import annotations

from run_documents import run, trial

from nas.report.curves import curves
from nas.report.told import REST


def test_each_trial_is_a_line_through_its_epochs():
    chart = curves(run(trial(0, curve=[[1, {"error": 0.5}], [2, {"error": 0.4}], [3, {"error": 0.3}]])))
    assert chart is not None
    assert [line.points for line in chart.lines] == [((1, 0.5), (2, 0.4), (3, 0.3))]


def test_the_three_best_are_in_colour_and_lie_on_top():
    chart = curves(run(*(trial(n, error=error) for n, error in enumerate((0.4, 0.1, 0.3, 0.2)))))
    assert chart is not None
    assert [(line.points[-1][1], line.look.colour) for line in chart.lines] == [
        (0.4, REST.colour),
        (0.3, "c2"),
        (0.2, "c1"),
        (0.1, "c0"),
    ]
    assert [key.text for key in chart.legend] == ["#1", "#3", "#2", "all others"]


def test_an_epoch_that_computed_no_number_is_left_out():
    chart = curves(run(trial(0, curve=[[1, {"error": 0.5}], [2, {"error": float("nan")}], [3, {}], [4, {"error": 0.2}]])))
    assert chart is not None
    assert chart.lines[0].points == ((1, 0.5), (4, 0.2))


def test_one_epoch_is_no_curve():
    assert curves(run(trial(0, curve=[[1, {"error": 0.5}]]))) is None
