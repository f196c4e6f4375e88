"""Which choices mattered."""

from __future__ import annotations

import nas
from nas.prepare import placed
from nas.report.importance import LEAST, importance, importance_chart
from nas.study import Run
from nas.testing.simulated import simulate


def made(folder, *, trials, result, direction="minimize"):
    overrides = [f"strategy.trials={trials}", f"objectives=[{{metric: error, direction: {direction}}}]", "budget.params=90k"]
    space = nas.load("tiny", overrides=overrides).bound(input_shape=(1, 8, 8), classes=10)
    run = Run.create(folder / direction, space)
    with placed(space):
        simulate(run.search(), workers=1, seconds=lambda trial: 1.0, result=lambda trial, epoch: {"error": result(trial)})
    return run


def by_connectivity(trial):
    """Whatever else is chosen, the connectivity alone decides."""
    return 0.1 + 0.001 * (trial.number % 7) + 0.5 * (trial.choices["connect"] == "residual")


def test_the_choice_that_alone_decides_has_most_of_the_importance(tmp_path):
    shares = importance(made(tmp_path, trials=30, result=by_connectivity))
    assert set(shares) == {"depth", "width", "block", "connect"}
    assert next(iter(shares)) == "connect"
    assert shares["connect"] > 0.5
    assert abs(sum(shares.values()) - 1) < 1e-6


def test_of_a_maximised_objective_what_makes_it_large_matters(tmp_path):
    low = importance(made(tmp_path, trials=30, result=by_connectivity))
    high = importance(made(tmp_path, trials=30, result=lambda trial: -by_connectivity(trial), direction="maximize"))
    assert high == low


def test_of_few_or_equal_results_nothing_is_said(tmp_path):
    assert importance(made(tmp_path, trials=LEAST - 1, result=by_connectivity)) == {}
    assert importance(made(tmp_path / "equal", trials=LEAST, result=lambda trial: 0.5)) == {}
    assert importance_chart({"importance": {}}) is None


def test_the_largest_share_is_on_top_and_only_ten_are_shown():
    chart = importance_chart({"importance": {f"choice{n}": (20 - n) / 200 for n in range(12)}})
    assert chart is not None
    assert (chart.y.show(9), chart.y.show(0)) == ("choice0", "choice9")
    assert [(dot.x, dot.y) for dot in chart.dots][-1] == (0.1, 9)
    assert chart.y.ticks() == list(range(10))
