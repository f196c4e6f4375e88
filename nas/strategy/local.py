"""Local search (White et al. 2021, arXiv:2005.02960; den Ottelander et al. 2021, arXiv:2004.08996).

A climb starts at a random trial. The neighbours of its best, which differ in one choice, are tried in a random order; a
better one takes its place at once. When all are tried, the next climb starts. With several objectives each climb follows
a weighted sum of them, with weights of its own. Different here: a climb is given up for another while its last neighbours
are still trained, and goes on when one of them was better; so nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from optuna.samplers import BaseSampler

from nas.strategy import ranges
from nas.strategy.directed import PARENTS, Directed, Wish
from nas.strategy.history import History, Told
from nas.strategy.observations import comparable
from nas.strategy.view import View

START = "local:start"  # the number of the trial that a climb started at
WEIGHTS = "local:weights"  # of the objectives, noted with a climb's start


def climb(history: History, number: int, random: Random) -> Wish:
    """The rule."""
    for best in _tops(history):
        found = next(_untried(history, best, random), None)
        if found is not None:
            return found
    weights = [random.expovariate(1) for _ in history.told[0].values] if history.told else []
    return Wish(attrs={START: number} | ({WEIGHTS: weights} if weights else {}))


def _tops(history: History) -> list[Told]:
    """The best of each climb, the best of them first."""
    trials = comparable(history)
    if not trials:
        return []
    scale = _scale(trials)
    weights = {told.number: told.attrs[WEIGHTS] for told in trials if WEIGHTS in told.attrs}
    tops: dict[int, tuple[float, Told]] = {}
    for told in trials:
        start = told.attrs.get(START, told.number)
        score = _score(told, weights.get(start), scale)
        if start not in tops or score < tops[start][0]:
            tops[start] = score, told
    return [told for _, told in sorted(tops.values(), key=lambda top: (top[0], top[1].number))]


def _scale(told: list[Told]) -> list[tuple[float, float]]:
    """The least of each objective, and how far the largest lies above."""
    columns = list(zip(*(one.values for one in told), strict=True))
    return [(min(column), (max(column) - min(column)) or 1.0) for column in columns]


def _score(told: Told, weights: list[float] | None, scale: list[tuple[float, float]]) -> float:
    if len(scale) == 1:
        return told.values[0]
    weights = weights if weights and len(weights) == len(scale) else [1.0] * len(scale)
    shares = ((value - least) / span for value, (least, span) in zip(told.values, scale, strict=True))
    return sum(weight * share for weight, share in zip(weights, shares, strict=True)) / sum(weights)


def _untried(history: History, best: Told, random: Random) -> Iterator[Wish]:
    """The neighbours of a trial that nobody proposed yet, in a random order."""
    beside = [
        (name, value)
        for name, values in best.distributions.items()
        if ranges.count(values) != 1
        for value in ranges.neighbours(values, best.params[name])
    ]
    random.shuffle(beside)
    for name, value in beside:
        params = best.params | {name: value}
        if history.tried.untried(params):
            attrs = {START: best.attrs.get(START, best.number), PARENTS: [best.number]}
            yield Wish(params, dict(best.distributions), attrs)


def local(seed: int, view: View) -> BaseSampler:
    """Local search with restarts (White et al. 2021; den Ottelander et al. 2021)."""
    return Directed(rule=climb, seed=seed)
