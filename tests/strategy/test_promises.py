"""Every registered strategy keeps its promises, and the checks see when one is not kept."""

from __future__ import annotations

import random as global_random
import subprocess
import sys

import numpy as np
import optuna
import pytest
from optuna.samplers import BaseSampler

from nas.prepare import STRATEGIES
from nas.strategy import strategies
from nas.testing import Broken, check_strategy, problems, promises, proposal_ms

NEW = ("evolution", "local", "surrogate")  # those that never repeat an assignment
COUNTING = ("grid",)  # of what can be counted alone, and without chance: tests/strategy/test_grid.py
SLOW = ("gp",)  # its processes are fitted anew for each proposal: minutes at 1,000 trials


@pytest.mark.parametrize("promise", [name for name in promises if name != "new"])
@pytest.mark.parametrize("name", [name for name in strategies.names() if name not in (*SLOW, *COUNTING)])
def test_every_strategy_keeps_its_promises(name, promise):
    promises[promise](strategies.get(name))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("promise", ["feasible", "resumes"])
@pytest.mark.parametrize("name", SLOW)
def test_slow_strategies_keep_them_on_some_problems(name, promise):
    promises[promise](strategies.get(name), on=["flat"])


@pytest.mark.parametrize("name", NEW)
def test_no_assignment_is_proposed_twice_by_those_that_promise_it(name):
    promises["new"](strategies.get(name))


def test_all_checks_at_once_but_those_that_are_named():
    check_strategy(strategies.get("random"), without=["new"], on=["flat", "tiny"])
    with pytest.raises(Broken, match=r"tiny: trial .* repeats trial"):
        check_strategy(strategies.get("random"), on=["flat", "tiny"])


def test_names_that_a_plan_knows_without_optuna_are_registered():
    assert set(STRATEGIES) <= set(strategies.names())


def test_the_checks_need_no_torch():
    code = "import sys, nas.testing; print([name for name in ('torch', 'ray') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("name", "trials", "most_ms"), [("evolution", 10_000, 100), ("local", 10_000, 200), ("surrogate", 10_000, 1000)]
)
def test_ten_thousand_trials_do_not_slow_a_proposal_down(name, trials, most_ms):
    assert proposal_ms(strategies.get(name), trials=trials, problem=problems["conditional"], proposals=5) < most_ms


# Strategies that are broken on purpose


class Drawn(BaseSampler):
    """Each value by a function."""

    def __init__(self, draw) -> None:
        self._draw = draw

    def infer_relative_search_space(self, study, trial):
        return {}

    def sample_relative(self, study, trial, search_space):
        return {}

    def sample_independent(self, study, trial, param_name, param_distribution):
        return self._draw(study, trial, param_name, param_distribution)


def at_random(random: global_random.Random | object):
    """Uniform draws of Optuna's own, from a seed that this generator gives."""
    return lambda *asked: optuna.samplers.RandomSampler(seed=random.randrange(2**31)).sample_independent(*asked)


def globally_random(seed, view):
    return Drawn(at_random(global_random))


def seeding_numpy(seed, view):
    np.random.seed(seed % 2**32)
    return optuna.samplers.RandomSampler(seed=seed)


def deaf_to_its_seed(seed, view):
    return Drawn(lambda study, trial, *asked: at_random(global_random.Random(trial.number))(study, trial, *asked))


class Keeps:
    """A strategy that remembers how often it was asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, seed, view):
        self.count += 1
        return Drawn(at_random(global_random.Random(seed + self.count)))


class KeepsByStudy(Keeps):
    """One that remembers results for each study, which a resumed one does not have."""

    def __call__(self, seed, view):
        def draw(study, *asked):
            count = study.__dict__["count"] = study.__dict__.get("count", 0) + 1
            return at_random(global_random.Random(f"{seed}/{count}"))(study, *asked)

        return Drawn(draw)


class ReadsOnce:
    """A strategy that notes what it knows of a trial when it first hears of it, and never looks again."""

    def __call__(self, seed, view):
        def draw(study, trial, name, values):
            known = study.__dict__.setdefault("known", {})
            for other in study.get_trials(deepcopy=False)[: trial.number]:
                if other.state.is_finished():
                    known.setdefault(other.number, other.state.name)
            return at_random(global_random.Random(f"{seed}/{sorted(known.items())}"))(study, trial, name, values)

        return Drawn(draw)


def out_of_range(seed, view):
    def draw(study, trial, name, values):
        return 10 if name == "depth" else at_random(global_random.Random(seed))(study, trial, name, values)

    return Drawn(draw)


def needs_a_result(seed, view):
    return Drawn(lambda study, *asked: study.best_value and at_random(global_random.Random(seed))(study, *asked))


def one_objective(seed, view):
    class Sampler(optuna.samplers.RandomSampler):
        def infer_relative_search_space(self, study, trial):
            self._raise_error_if_multi_objective(study)
            return {}

    return Sampler(seed=seed)


def asleep(seed, view):
    import time

    def draw(*asked):
        time.sleep(0.002)
        return at_random(global_random.Random(seed))(*asked)

    return Drawn(draw)


@pytest.mark.parametrize(
    ("promise", "strategy", "text"),
    [
        ("deterministic", globally_random, "a global random generator was used"),
        ("deterministic", seeding_numpy, "a global random generator was used"),
        ("deterministic", deaf_to_its_seed, "another seed gives the same search"),
        ("deterministic", Keeps(), "the same seed and history, in the same process: trial 0 is"),
        ("resumes", Keeps(), "resumed after 1 trials: trial 0 is|resumed after 1 trials: trial 1 is"),
        ("resumes", ReadsOnce(), "some paused: resumed after 9 trials: trial 9 is"),
        ("resumes", KeepsByStudy(), "resumed after 1 trials: trial 1 is"),
        ("new", lambda seed, view: optuna.samplers.RandomSampler(seed=seed), "repeats trial"),
        ("new", lambda seed, view: optuna.samplers.NSGAIISampler(seed=seed, population_size=8), "repeats trial"),
        ("feasible", out_of_range, "mixed: trial 0 has depth = 10, which is not in IntDistribution"),
        ("survives", needs_a_result, "flat: trial 0 raised ValueError: No trials are completed yet"),
        ("survives", one_objective, "two objectives: trial 0 raised ValueError"),
    ],
)
def test_a_strategy_that_is_broken_on_purpose_is_found_out(promise, strategy, text):
    before = np.random.get_state()
    with pytest.raises(Broken, match=text):
        promises[promise](strategy)
    np.random.set_state(before)


def test_a_strategy_that_is_slow_is_found_out():
    with pytest.raises(Broken, match=r"flat: a proposal at 20 trials takes .* ms, more than 5"):
        promises["quick"](asleep, trials=20, most_ms=5.0)


def test_whoever_forgets_how_a_search_ends_is_not_taken_for_broken():
    """The tiny problem has 13 assignments; behind them repeats are all that is left."""
    from nas.testing.promises import _Search

    proposals = _Search(strategies.get("evolution"), problems["tiny"]).go(20).proposals
    assert (
        len({str(sorted(params.items())) for params in proposals}) == len({str(sorted(p.items())) for p in proposals[:13]}) == 13
    )
