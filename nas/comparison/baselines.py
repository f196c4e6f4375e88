"""What stands beside the result of a search: a ranking by params alone, and random draws.

Both say only what the trials of the run can say, and cost nothing more. *By params*: who knew nothing but the size of the
networks would have taken the largest of those that were trained to the end. *Random*: proposals that were made before any
result was known are random draws, whatever the strategy, and so are all of `random`; of them the best and the median. A
draw that was stopped early counts as worse than all that were not, for that is why it was stopped. (Li and Talwalkar 2019,
"Random Search and Reproducibility for Neural Architecture Search", arXiv:1902.07638; White et al. 2021, arXiv:2104.01177.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nas.space.file import SearchFile
from nas.space.settings import COSTS
from nas.study.summary import number_text
from nas.study.trial import Trial

LEAST = 3  # random draws, below which there is no median to speak of
ALIKE = 1.02  # the largest over the smallest network, up to which they are one size
BROKEN_OFF = ("stopped", "paused")


@dataclass(frozen=True)
class Baselines:
    """None where the trials cannot say it, and why."""

    metric: str
    best: float
    by_params: int | None  # the number of a trial
    by_params_value: float | None
    draws: int  # random ones
    draws_best: float | None
    draws_median: float | None  # of an even number the better one in the middle; None: half of them or more were stopped early
    reasons: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return vars(self) | {"reasons": list(self.reasons), "text": in_words(self)}


def baselines(trials: Sequence[Trial], file: SearchFile) -> Baselines | None:
    """Of a search whose first objective is measured; None before a trial has finished."""
    objective = file.objectives[0]
    if objective.metric in COSTS or file.kind == "comparison":
        return None
    better_first = -1 if objective.direction == "maximize" else 1
    done = {t.number: value for t in trials if t.state == "finished" and (value := t.value(objective.metric)) is not None}
    if not done:
        return None
    reasons = []
    largest = _largest([trial for trial in trials if trial.number in done])
    if largest is None:
        reasons.append("all networks are of one size, so params rank nothing")
    drawn = [t.number for t in _drawn_blindly(trials, file) if t.number in done or t.state in BROKEN_OFF]
    if len(drawn) < LEAST:
        reasons.append("too few networks were drawn at random to speak of random search")
        drawn = []
    known = sorted((done[number] for number in drawn if number in done), key=lambda value: better_first * value)
    return Baselines(
        objective.metric,
        min(done.values(), key=lambda value: better_first * value),
        largest,
        None if largest is None else done[largest],
        len(drawn),
        known[0] if known else None,
        known[(len(drawn) - 1) // 2] if 2 * len(known) > len(drawn) else None,
        tuple(reasons),
    )


def _largest(trials: Sequence[Trial]) -> int | None:
    """The trial of the most params, of equals the first; None where all are of one size."""
    if max(trial.params for trial in trials) <= ALIKE * min(trial.params for trial in trials):
        return None
    return max(trials, key=lambda trial: (trial.params, -trial.number)).number


def _drawn_blindly(trials: Sequence[Trial], file: SearchFile) -> list[Trial]:
    """The trials that no result, no score and no other run had a hand in."""
    strategy = file.strategy
    if strategy.prefilter is not None or strategy.learn_from or strategy.name == "grid":
        return []
    return [trial for trial in trials if trial.legs and (strategy.name == "random" or trial.legs[0].known == 0)]


def in_words(found: Baselines) -> str:
    """In a line: "Beside it: the largest network, trial 3, has error 4.2 %; of 8 random draws ..."."""
    metric = found.metric
    parts = []
    if found.by_params is not None:
        value = number_text(metric, found.by_params_value)
        parts.append(f"by params alone, trial {found.by_params} (the largest): {metric} {value}")
    if found.draws:
        best = "none finished" if found.draws_best is None else f"best {number_text(metric, found.draws_best)}"
        median = "median stopped early" if found.draws_median is None else f"median {number_text(metric, found.draws_median)}"
        parts.append(f"{found.draws} random draws: {best}, {median}")
    return "; ".join([f"Baselines: the search's best {number_text(metric, found.best)}", *parts, *found.reasons]) + "."
