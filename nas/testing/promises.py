"""What every strategy promises, each as a function that raises `Broken` where it is not kept.

feasible        every value lies in its range
deterministic   the same seed and the same history give the same proposal; no global generator is read or touched
resumes         a search made anew from its stored trials goes on as the unbroken one
survives        stopped, paused, failed, all failed, over budget, several objectives, infinite values, nothing to choose
new             no assignment is proposed twice while another is left (asked of those that promise it)
quick           a proposal takes at most so long at so many trials
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import optuna
from optuna.trial import FrozenTrial, TrialState

from nas.errors import OverBudget
from nas.strategy import Strategy, View
from nas.study.decisions.memory import Memory
from nas.testing.problems import Problem, problems

TRIALS = 24
WINDOW = 3  # a proposal does not know the last two results, as with workers side by side
PAUSE = 4  # a trial that pauses goes on when so many later ones were told
SLOWEST_MS = 1000.0
ALL = tuple(problems)


class Broken(AssertionError):
    """A promise that a strategy does not keep."""


class _Search:
    """A search of a problem: the loop of `nas.study`, with a formula for the training."""

    def __init__(self, strategy: Strategy, problem: Problem, *, seed: int = 0, window: int = WINDOW) -> None:
        self._memory = Memory(strategy, View(problem.draw), problem.directions, seed)
        self._problem, self._window = problem, window
        self.rows: list[FrozenTrial] = []
        self._drawn: list[dict[str, Any] | OverBudget] = []

    def go(self, trials: int) -> _Search:
        for _ in range(trials):
            self._tell(len(self.rows) - self._window)
            drawn, row = self._memory.propose()
            if isinstance(drawn, Exception) and not isinstance(drawn, OverBudget):
                raise Broken(f"{self._problem.name}: trial {len(self.rows)} raised {type(drawn).__name__}: {drawn}") from drawn
            self.rows.append(row)
            self._drawn.append(drawn)
            if isinstance(drawn, OverBudget):
                self._memory.tell(row.number, None, violation=drawn.excess)
        return self

    def _tell(self, number: int) -> None:
        self._go_on(number - PAUSE)
        if number < 0 or isinstance(drawn := self._drawn[number], OverBudget):
            return
        values = self._problem.values(drawn)
        if self._problem.pauses and values is not None and number % 2 == 0:
            self._memory.tell(number, None, curve={1: 2 * values[0]}, paused=True)
            return
        curve = {1: 1.0} if number % 2 else {}
        self._memory.tell(number, values, violation=1.0 if values is None and number % 3 == 0 else 0.0, curve=curve)

    def _go_on(self, number: int) -> None:
        """Tell the end of a trial, if it is one that paused."""
        if number < 0 or not self._memory.paused(number):
            return
        drawn = self._drawn[number]
        values = None if isinstance(drawn, OverBudget) else self._problem.values(drawn)
        assert values is not None, "it paused"
        self._memory.tell(number, values, curve={1: 2 * values[0], 2: values[0]})

    def resumed(self, strategy: Strategy, *, seed: int = 0) -> _Search:
        """The same search from nothing but its rows."""
        found = _Search(strategy, self._problem, seed=seed, window=self._window)
        found._memory.restore(self.rows, self._memory.state())
        found.rows, found._drawn = list(self.rows), list(self._drawn)
        for number, drawn in enumerate(self._drawn):
            if isinstance(drawn, OverBudget):
                found._memory.tell(number, None, violation=drawn.excess)
        for number in range(len(self.rows) - self._window):
            found._tell(number)
        return found

    @property
    def proposals(self) -> list[dict[str, Any]]:
        return [row.params for row in self.rows]


def feasible(strategy: Strategy, *, on: Iterable[str] = ALL) -> None:
    """Every value lies in its range."""
    for problem in map(problems.__getitem__, on):
        for row in _Search(strategy, problem).go(TRIALS).rows:
            for name, value in row.params.items():
                values = row.distributions[name]
                if not values._contains(values.to_internal_repr(value)):
                    raise Broken(f"{problem.name}: trial {row.number} has {name} = {value!r}, which is not in {values}")


def deterministic(strategy: Strategy, *, on: Iterable[str] = ALL) -> None:
    """The same seed and history give the same proposals, another seed others, and no global generator moves."""
    for problem in map(problems.__getitem__, on):
        before = _global_states()
        first = _Search(strategy, problem).go(TRIALS).proposals
        if _global_states() != before:
            raise Broken(f"{problem.name}: a global random generator was used; take one of your own, made from the seed")
        for attempt in ("in the same process", "after another search"):
            again = _Search(strategy, problem).go(TRIALS).proposals
            _same(first, again, f"{problem.name}: the same seed and history, {attempt}")
            if attempt == "in the same process":
                _Search(strategy, problems["mixed"], seed=5).go(5)
    flat = problems["flat"]
    if _Search(strategy, flat).go(TRIALS).proposals == _Search(strategy, flat, seed=1).go(TRIALS).proposals:
        raise Broken("flat: another seed gives the same search; proposals must depend on the seed")


def resumes(strategy: Strategy, *, on: Iterable[str] = ALL) -> None:
    """A search that is made anew goes on as the unbroken one; so all that a strategy knows is in the study."""
    for problem in map(problems.__getitem__, on):
        unbroken = _Search(strategy, problem).go(TRIALS).proposals
        for broken_at in (1, 9, 17):
            resumed = _Search(strategy, problem).go(broken_at).resumed(strategy).go(TRIALS - broken_at).proposals
            _same(unbroken, resumed, f"{problem.name}: resumed after {broken_at} trials")


def survives(strategy: Strategy, *, on: Iterable[str] = ALL) -> None:
    """Proposals go on whatever comes back: also told as FAIL, as other programs do it, and never told at all."""
    for problem in map(problems.__getitem__, on):
        _Search(strategy, problem).go(TRIALS)
        _Search(strategy, problem, window=TRIALS).go(TRIALS)
    study = _study(problems["flat"])
    for number in range(TRIALS):
        study.sampler = strategy(number, View(problems["flat"].draw))
        problems["flat"].draw(study.ask())
        study.tell(number, state=TrialState.FAIL)


def new(strategy: Strategy, *, on: Iterable[str] = ALL) -> None:
    """No assignment is proposed twice while another is left."""
    for problem in map(problems.__getitem__, on):
        for seed in range(3):
            trials = min(problem.size or 60, 60)
            seen: dict[str, int] = {}
            for number, params in enumerate(_Search(strategy, problem, seed=seed).go(trials).proposals):
                first = seen.setdefault(repr(sorted(params.items())), number)
                if first != number:
                    raise Broken(f"{problem.name}: trial {number} repeats trial {first}, {params}, and others are left")


def quick(
    strategy: Strategy,
    *,
    on: Iterable[str] = ("flat", "conditional", "two objectives"),
    trials: int = 1000,
    most_ms: float = SLOWEST_MS,
) -> None:
    """A proposal at so many trials takes at most so long."""
    for name in on:
        took = proposal_ms(strategy, trials=trials, problem=problems[name])
        if took > most_ms:
            raise Broken(f"{name}: a proposal at {trials:,} trials takes {took:.1f} ms, more than {most_ms:g}")


promises: dict[str, Callable[..., None]] = {
    "feasible": feasible,
    "deterministic": deterministic,
    "resumes": resumes,
    "survives": survives,
    "new": new,
    "quick": quick,
}


def check_strategy(strategy: Strategy, *, without: Iterable[str] = (), on: Iterable[str] = ALL) -> None:
    """Check all promises but those that the strategy does not make; `Broken` says which is not kept, and where.

    `on` names the made-up problems, fewer where a strategy is slow. How quick it is, is measured on three of them.
    """
    for name in [name for name in promises if name not in set(without)]:
        if name == "quick":
            quick(strategy)
        else:
            promises[name](strategy, on=on)


def proposal_ms(strategy: Strategy, *, trials: int, problem: Problem, proposals: int = 15) -> float:
    """Milliseconds that a proposal takes behind a history of so many random trials: the median of some, told in between."""
    study = _study(problem)
    study.sampler = optuna.samplers.RandomSampler(seed=0)
    for number in range(trials):
        problem.draw(study.ask())
        study.tell(number, problem.values(study.get_trials(deepcopy=False)[number].params))
    took = []
    for number in range(trials, trials + proposals):
        study.sampler = strategy(number, View(problem.draw))
        start = time.perf_counter()
        params = problem.draw(study.ask())
        took.append(time.perf_counter() - start)
        study.tell(number, problem.values(params))
    return 1000 * sorted(took)[len(took) // 2]


def _study(problem: Problem) -> optuna.Study:
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        return optuna.create_study(directions=problem.directions)
    finally:
        optuna.logging.set_verbosity(before)


def _same(expected: list[dict[str, Any]], got: list[dict[str, Any]], when: str) -> None:
    for number, (one, other) in enumerate(zip(expected, got, strict=True)):
        if one != other:
            raise Broken(f"{when}: trial {number} is {other}, and was {one}")


def _global_states() -> Mapping[str, Any]:
    _, keys, *rest = np.random.get_state(legacy=True)
    return {"random": random.getstate(), "numpy": (bytes(keys), rest)}  # type: ignore[arg-type]
