"""Bayesian optimisation on the graphs of networks.

As in Ru et al. 2021 (arXiv:2006.07556): a Gaussian process on counted subtrees, expected improvement (Jones et al. 1998, JOGO
13, section 4.1) over a pool of networks around the best. Different here: kernels of costs, path lengths and choices stand
beside that of subtrees and the data weigh them; values are ranks; what paused and stopped trials reached, and other runs,
is learned from too; a network that was tried under another name is not tried again. Trials that still run narrow the
deviation, so that workers side by side do not ask for the same corner twice. With several objectives each has a process of
its own, and each proposal goes in a direction of its own (Knowles 2006, ParEGO, IEEE TEC 10, section III).
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from random import Random
from weakref import WeakKeyDictionary

import numpy as np

from nas.strategy.directed import PARENTS, Wish
from nas.strategy.history import History
from nas.strategy.observations import Observations, observed
from nas.strategy.surrogate.model import Model, scalar
from nas.strategy.surrogate.pool import Candidate, Drawing, candidates
from nas.strategy.view import View

PENDING = 50  # running trials that are looked at, the latest
BEST = 20  # possible parents
SCORED = 24  # of the pool, the most promising, where zero-cost scores are asked for

_drawings: WeakKeyDictionary[History, Drawing] = WeakKeyDictionary()


@dataclass(frozen=True)
class Surrogate:
    """The rule."""

    view: View
    startup: int = 10  # random trials, before there is a model

    def __call__(self, history: History, number: int, random: Random) -> Wish:
        told = {one.number: one for one in (*history.told, *history.partial.values())}
        if len(told) + len(self.view.earlier) < self.startup:
            return Wish()
        drawing = _drawings.setdefault(history, Drawing(self.view))
        objectives = self._observed(history)
        direction = np.array([random.expovariate(1) for _ in objectives])
        best = [told[number] for number in _best(objectives, direction, told)]
        pool = candidates(drawing, history, best, random)
        if not pool:
            return Wish()
        known = {name: values for one in pool for name, values in one.item.distributions.items()}
        numbers = sorted({number for observations in objectives for number in observations.networks})
        items = {n: drawing.earlier(n, known) if n < 0 else drawing.item(told[n].params) for n in numbers}
        # Without choices are networks that were brought from elsewhere, and whose result nobody waits for.
        running = [number for number, trial in sorted(history.running.items()) if trial.params]
        pending = [drawing.item(history.running[number].params) for number in running[-PENDING:]]
        noise = np.random.default_rng(random.getrandbits(64))
        pool = _ordered(pool, Model(objectives, items, pending, [one.item for one in pool]).gains(direction, noise))
        if self.view.scores is not None:  # which take longer than all else, so of the most promising alone
            pool = [replace(one, item=drawing.scored(one.item)) for one in pool[:SCORED]]
            items = {number: drawing.scored(item) for number, item in items.items()}
            pending = [drawing.scored(item) for item in pending]
            pool = _ordered(pool, Model(objectives, items, pending, [one.item for one in pool]).gains(direction, noise))
        return self._wish(history, drawing, pool)

    def _observed(self, history: History) -> list[Observations]:
        """What is known of each objective."""
        values = [told.values for told in history.told[:1]] + [one.values for one in self.view.earlier if one.values is not None]
        count = len(values[0]) if values else 1
        return [observed(history, self.view.earlier, objective) for objective in range(count)]

    def _wish(self, history: History, drawing: Drawing, ordered: list[Candidate]) -> Wish:
        """The first of the candidates whose network was not tried under another name."""
        trials = (*history.told, *history.partial.values(), *history.running.values(), *history.silent.values())
        tried = {drawing.fingerprint(trial.params) for trial in trials if trial.params}
        for chosen in ordered:
            if drawing.fingerprint(chosen.item.params) not in tried:
                attrs = {PARENTS: chosen.parents} if chosen.parents else {}
                return Wish(dict(chosen.item.params), dict(chosen.item.distributions), attrs)
        return Wish()


def _ordered(pool: list[Candidate], gains: np.ndarray) -> list[Candidate]:
    return [pool[place] for place in np.argsort(-gains, kind="stable")]


def _best(objectives: Sequence[Observations], direction: np.ndarray, told: Container[int]) -> list[int]:
    """The numbers of the trials that did best in a direction, by the last score of each."""
    scores = [dict(zip(observations.networks, observations.scores, strict=True)) for observations in objectives]
    numbers = [number for number in sorted(set.intersection(*map(set, scores))) if number in told]
    if not numbers:
        return []
    points = np.array([[column[number] for number in numbers] for column in scores])
    order = np.argsort(scalar(points - points.min(1, keepdims=True), direction), kind="stable")
    return [numbers[place] for place in order[:BEST]]
