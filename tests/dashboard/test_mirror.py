"""The copy of a study that the dashboard shows: the same trials, with our figures and words."""

from __future__ import annotations

import json

import pytest
from optuna.study import load_study

from nas.dashboard.mirror import mirrored
from nas.study import Run
from nas.study.summary import answer


@pytest.fixture(scope="module")
def shown(finished):
    return load_study(study_name="quick", storage=mirrored(Run.open(finished)))


def test_trials_have_their_choices_values_and_curves(shown, finished):
    trials = Run.open(finished).trials
    assert [row.number for row in shown.trials] == [trial.number for trial in trials]
    for row, trial in zip(shown.trials, trials, strict=True):
        assert row.state.name == "COMPLETE" and row.values == [trial.metrics["error"]]
        assert row.intermediate_values == {epoch: metrics["error"] for epoch, metrics in trial.curve.items()}
        assert (row.user_attrs["params"], row.user_attrs["depth"]) == (trial.params, trial.depth)
        assert row.user_attrs["trial"] == "finished" and row.user_attrs["loss"] == trial.metrics["loss"]
    assert shown.metric_names == ["error"]


def test_a_width_that_was_drawn_as_a_place_within_the_budget_is_shown_as_what_it_became(shown, finished):
    rows, trials = shown.trials, Run.open(finished).trials
    assert [row.params["width"] for row in rows] == [trial.choices["width"] for trial in trials]
    assert all(isinstance(row.params["width"], int) for row in rows)


def test_our_records_are_not_shown(shown):
    assert all(not isinstance(value, dict) for row in shown.trials for value in row.user_attrs.values())


def test_the_figures_of_the_report_and_the_answer_are_with_it(shown, finished):
    from optuna_dashboard import get_note
    from optuna_dashboard._custom_plot_data import get_plotly_graph_objects

    run = Run.open(finished)
    figures = get_plotly_graph_objects(shown._storage.get_study_system_attrs(shown._study_id))
    assert set(figures) == {"deeper-or-wider", "over-depth"}
    drawn = json.loads(figures["deeper-or-wider"])
    dots = {(x, y) for trace in drawn["data"] if trace["mode"] == "markers" for x, y in zip(trace["x"], trace["y"], strict=True)}
    assert dots == {(trial.depth, trial.choices["width"]) for trial in run.trials}
    assert get_note(shown) == answer(run)


def test_what_is_done_to_the_copy_does_not_reach_the_run(shown, finished):
    before = (finished / "study.journal").read_bytes()
    shown.set_user_attr("mine", 1)
    shown.add_trial(shown.trials[0])
    assert (finished / "study.journal").read_bytes() == before
