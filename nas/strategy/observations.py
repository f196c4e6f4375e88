"""What a model learns from: of each trial, what it reached, as a score that can stand beside those of other sources.

A source is where values can be compared: the final ones, those after so many epochs, another run. In each they are put into
ranks and these into normal scores, so that neither a network that did not learn at all nor the unit of a metric matters.
Where trials are stopped or paused, few and chosen ones come further: there they take the mean and the spread that the same
trials have among all others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from nas.strategy.history import History, Told
from nas.strategy.view import Earlier

MOST = 300  # trials of a source that a model sees: the best half and the latest half
LEVELS = 3  # numbers of epochs at which trials were broken off, the most frequent ones
FINAL = "final"


@dataclass
class Observations:
    """Rows of (network, source, score) for one objective; of each score less is better."""

    networks: list[int] = field(default_factory=list)  # numbers of trials; below 0 for other runs'
    sources: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)

    def add(self, source: str, networks: Sequence[int], scores: np.ndarray) -> None:
        self.networks += networks
        self.sources += [source] * len(networks)
        self.scores += scores.tolist()


def observed(history: History, earlier: Sequence[Earlier], objective: int) -> Observations:
    """What the trials of a study and those of other runs say about one objective.

    The networks of other runs are numbered -1, -2, ... in their order.
    """
    found = Observations()
    _add_earlier(found, earlier, objective)
    trials = sorted((*history.told, *history.partial.values()), key=_number) if history.partial else []
    scored: dict[int, float] = {}  # trial -> its score at the last level that it reached
    for level in _levels(history):
        values = {told.number: told.curve[level] for told in trials if level in told.curve}
        found.add(f"after {level} epochs", *_scored(values, scored))
    found.add(FINAL, *_scored({told.number: told.values[objective] for told in history.told}, scored))
    return found


def comparable(history: History) -> list[Told]:
    """Trials with values that can be compared, by number: what was trained to the end, where nothing was broken off.

    Else one score each, of the last level that it reached; broken off are trials of one objective alone.
    """
    if not history.partial:
        return history.told
    known = observed(history, (), 0)
    scores = dict(zip(known.networks, known.scores, strict=True))
    trials = sorted((*history.told, *history.partial.values()), key=_number)
    return [replace(told, values=(scores[told.number],)) for told in trials if told.number in scores]


def _scored(values: dict[int, float], before: dict[int, float]) -> tuple[list[int], np.ndarray]:
    """The trials of a level that count, and their scores; these take the place of what was scored before."""
    numbers = _kept(values)
    scores = normal_scores([values[number] for number in numbers])
    among = [before[number] for number in numbers if number in before]
    if among:
        scores = np.mean(among) + (np.std(among) if len(among) > 1 else 0.0) * scores
    before.update(zip(numbers, scores.tolist(), strict=True))
    return numbers, scores


def _add_earlier(found: Observations, earlier: Sequence[Earlier], objective: int) -> None:
    """Of each run the final values, and what its trials that were ended early reached after as many epochs."""
    sources: dict[str, dict[int, float]] = {}
    for number, one in enumerate(earlier, start=1):
        if one.values is not None:
            sources.setdefault(f"{one.run}: {FINAL}", {})[-number] = one.values[objective]
        elif len(one.curve) > 0 and objective == 0:
            level = max(one.curve)
            sources.setdefault(f"{one.run}: after {level} epochs", {})[-number] = one.curve[level]
    for source, values in sources.items():
        latest = dict(list(values.items())[-MOST:])
        found.add(source, list(latest), normal_scores(list(latest.values())))


def normal_scores(values: Sequence[float]) -> np.ndarray:
    """Ranks as quantiles of the normal distribution, the least first; equal values have equal scores."""
    from scipy.special import ndtri  # on demand: who only looks at a run does not wait for scipy
    from scipy.stats import rankdata

    return ndtri((rankdata(values) - 0.5) / max(len(values), 1))


def _levels(history: History) -> list[int]:
    """Numbers of epochs at which trials were broken off, ascending."""
    ends = Counter(max(told.curve) for told in history.partial.values())
    # Of equally frequent ones the latest: not those that were seen first, which another order of results would change.
    return sorted(sorted(ends, key=lambda level: (-ends[level], -level))[:LEVELS])


def _kept(values: dict[int, float]) -> list[int]:
    """Of many trials the best half and the latest half."""
    numbers = list(values)
    if len(numbers) <= MOST:
        return numbers
    best = set(sorted(numbers, key=values.__getitem__)[: MOST // 2])
    latest = set(numbers[-(MOST // 2) :])
    return [number for number in numbers if number in best or number in latest]


def _number(told: Told) -> int:
    return told.number
