"""Which strategies learn from other runs: those that say so."""

from __future__ import annotations

from nas.strategy import strategies
from nas.strategy.learner import learner, learns


def test_a_strategy_learns_from_other_runs_if_it_says_so():
    def plain(seed, view): ...

    @learner
    def keen(seed, view): ...

    assert (learns(plain), learns(keen)) == (False, True)


def test_strategies_of_optuna_learn_from_no_other_run():
    assert [name for name in ("random", "tpe", "nsga2", "gp") if learns(strategies.get(name))] == []
