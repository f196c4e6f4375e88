"""From a draw to a trial: new, a repeat, over budget, or known from another run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from optuna.trial import TrialState, create_trial

from nas.errors import InputError, OverBudget
from nas.evaluate import NotANumber
from nas.space.drawing import RandomTrial
from nas.strategy.directed import PARENTS
from nas.study.decisions.proposals import Proposals, forgiving
from nas.study.decisions.reusable import Reusable, Reused
from nas.study.trial import Trial


class Drawing:
    """In the place of the memory: it gives what it is told to, the last with parents, and knows which trials are complete."""

    def __init__(self, *drawn: object, complete: tuple[int, ...] = (), parents: tuple[int, ...] = ()) -> None:
        self._drawn, self._complete, self._parents = list(drawn), complete, parents

    def propose(self) -> tuple[object, object]:
        drawn = self._drawn.pop(0)
        parents = [] if self._drawn else list(self._parents)
        return drawn, create_trial(state=TrialState.RUNNING, system_attrs={PARENTS: parents})

    def complete(self, number: int) -> bool:
        return number in self._complete


def proposals(space, *drawn: object, reusable: Reusable | None = None, **more) -> Proposals:
    return Proposals(space, Drawing(*drawn, **more), None, reusable or Reusable())  # type: ignore[arg-type]


def trials_of(made: Proposals, count: int) -> list[Trial]:
    trials: list[Trial] = []
    for _ in range(count):
        trials.append(made.next(trials)[0])
    return trials


def test_a_network_that_was_proposed_before_is_a_repeat_of_the_first(space):
    one, two = (space().draw(RandomTrial(seed)) for seed in (1, 2))
    trials = trials_of(proposals(space(), one, two, one, one), 4)
    assert [(trial.state, trial.repeats) for trial in trials] == [
        ("running", None),
        ("running", None),
        ("repeat", 0),
        ("repeat", 0),
    ]


def test_where_repeats_are_trained_again_each_has_a_seed_of_its_own(space):
    again = space("strategy.repeats=retrain")
    one = again.draw(RandomTrial(1))
    first, second = trials_of(proposals(again, one, one), 2)
    assert (second.state, second.fingerprint) == ("running", first.fingerprint)
    assert first.seed != second.seed


def test_equal_repetitions_of_different_networks_have_equal_seeds(space):
    networks = [space().draw(RandomTrial(seed)) for seed in (1, 2)]
    made = proposals(space(), *(replace(one, repetition=repetition) for repetition in (1, 2) for one in networks))
    first, second, again, _ = trials_of(made, 4)
    assert first.seed == second.seed != again.seed
    assert (again.state, again.repetition) == ("running", 2)


def test_a_draw_over_budget_is_a_trial_without_a_network_and_any_other_error_ends_the_search(space):
    over = OverBudget("too large", excess=0.5)
    (trial,) = trials_of(proposals(space(), over), 1)
    assert (trial.state, trial.packed, trial.reason, trial.excess) == ("over-budget", "", str(over), 0.5)
    with pytest.raises(KeyError):
        trials_of(proposals(space(), KeyError("x")), 1)


def test_what_was_passed_over_counts_as_new_when_it_comes_again(space):
    one = space().draw(RandomTrial(1))
    made = proposals(space(), one, one)
    (first,) = trials_of(made, 1)
    made.passed_over(first)
    assert made.next([first])[0].state == "running"


def test_a_result_of_another_run_is_found(space):
    one = space().draw(RandomTrial(1))
    (known,) = trials_of(proposals(space(), one), 1)
    reusable = Reusable([Reused("other, trial 3", known.fingerprint, known.packed, {"error": 0.5}, {})])
    assert trials_of(proposals(space(), one, reusable=reusable), 1)[0].reused == "other, trial 3"


def test_weights_are_those_of_the_first_parent_that_is_complete(space):
    draws = [space().draw(RandomTrial(seed)) for seed in (1, 2, 3)]
    for inherit, heir in ((True, 1), (False, None)):
        made = proposals(space(f"train.inherit={str(inherit).lower()}"), *draws, complete=(1,), parents=(0, 1))
        assert trials_of(made, 3)[2].inherits == heir


@pytest.mark.parametrize("error", [InputError("no images"), NotANumber("nan")])
def test_a_strategy_gets_no_scores_where_they_cannot_be_computed(error):
    def scores(genome: object) -> dict[str, float]:
        raise error

    found = forgiving(scores)
    assert found is not None
    assert found(None) == {}  # type: ignore[arg-type]
    assert forgiving(None) is None
