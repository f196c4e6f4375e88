"""How well scores that need no training agree with what training found: Spearman's rank correlation.

White et al. 2021 ("How Powerful are Performance Predictors in Neural Architecture Search?", arXiv:2104.01177) compare
predictors so. Params and macs stand beside every score: what does no better than they do says no more than size does.
Only networks that were trained to the end count: where a prefilter or a rung chose them, that narrows the range and lowers
the correlation of what chose. Intervals: Fisher's z with the standard error sqrt((1 + r^2 / 2) / (n - 3)) of Bonett and
Wright 2000 (Psychometrika 65).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nas.evaluate.zero_cost import BASELINES
from nas.space.file import SearchFile
from nas.space.settings import COSTS, Direction, ObjectiveSettings
from nas.study.trial import Trial

LEAST = 5  # networks, below which a correlation says nothing
NORMAL = 1.959964  # standard errors on both sides that hold 95 %


@dataclass(frozen=True)
class Correlation:
    """From -1 to 1, with the interval that holds it with a probability of 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Row:
    """One score against the results: positive where a higher score went with a better result."""

    score: str
    networks: int
    correlation: Correlation | None
    reason: str = ""  # why there is none


@dataclass(frozen=True)
class Agreement:
    """Every score that a run has, then params and macs, against one metric."""

    metric: str
    direction: Direction
    rows: tuple[Row, ...]

    @property
    def aim(self) -> str:
        """What scores are to agree with: "low error", "high accuracy"."""
        return f"{'low' if self.direction == 'minimize' else 'high'} {self.metric}"

    def of(self, score: str) -> Row | None:
        return next((row for row in self.rows if row.score == score), None)

    def to_dict(self) -> dict[str, Any]:
        """Plain data: {"metric", "aim", "rows": [{"score", "networks", "correlation", "low", "high", "reason"}]}."""
        rows = []
        for row in self.rows:
            found = row.correlation
            numbers = {"correlation": None, "low": None, "high": None}
            if found is not None:
                numbers = {"correlation": found.value, "low": found.low, "high": found.high}
            rows.append({"score": row.score, "networks": row.networks, **numbers, "reason": row.reason})
        return {"metric": self.metric, "aim": self.aim, "rows": rows}


def agreement(trials: Sequence[Trial], space: SearchFile) -> Agreement | None:
    """Of the trials that were trained to the end; None where no score is shown.

    The metric is the first objective that is no cost of the genome. Where that is a score itself, nothing is trained, and
    it stands in place of a result: how much of it is size?
    """
    scores = names_of(trials)
    objective = next((objective for objective in space.objectives if objective.metric not in COSTS), None)
    if objective is None or not (scores or space.evaluator == "zero-cost"):
        return None
    done = [trial for trial in trials if trial.state == "finished"]
    names = [*(name for name in scores if name not in BASELINES), *BASELINES]
    return Agreement(objective.metric, objective.direction, tuple([_row(name, done, objective) for name in names]))


def names_of(trials: Sequence[Trial]) -> list[str]:
    """The scores that any of the trials has, in the order of asking."""
    return list(dict.fromkeys(name for trial in trials for name in trial.scores))


def in_words(found: Agreement) -> str:
    """In a line: "Rank correlation (Spearman) with low error over 24 networks: naswot 0.61, params 0.55, macs 0.58."."""
    most = max(row.networks for row in found.rows)
    if all(row.correlation is None for row in found.rows):
        what = ", ".join(row.score for row in found.rows)
        return f"No rank correlation of {what} with {found.aim} yet: {found.rows[0].reason}."
    parts = []
    for row in found.rows:
        value = f"{row.correlation.value:.2f}" if row.correlation else f"- ({row.reason})"
        parts.append(f"{row.score} {value}" + (f" (of {row.networks})" if row.correlation and row.networks < most else ""))
    return f"Rank correlation (Spearman) with {found.aim} over {most} networks: {', '.join(parts)}."


def _row(name: str, trials: Sequence[Trial], objective: ObjectiveSettings) -> Row:
    sign = 1 if objective.direction == "maximize" else -1
    pairs = []
    for trial in trials:
        score, result = trial.scores.get(name, trial.value(name) if name in BASELINES else None), trial.value(objective.metric)
        if score is not None and result is not None:
            pairs.append((score, sign * result))
    if len(pairs) < LEAST:
        return Row(name, len(pairs), None, f"it needs {LEAST} networks, and there are {len(pairs)}")
    found = rank_correlation([score for score, _ in pairs], [result for _, result in pairs])
    return Row(name, len(pairs), found, "" if found else "all values are equal")


def rank_correlation(first: Sequence[float], second: Sequence[float]) -> Correlation | None:
    """Spearman's rho of finite numbers, ties with the mean of their ranks; None where either side is constant."""
    a, b = _centred_ranks(first), _centred_ranks(second)
    norm = math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
    if norm == 0:
        return None
    rho = max(-1.0, min(1.0, sum(x * y for x, y in zip(a, b, strict=True)) / norm))
    if len(a) <= 3:
        return Correlation(rho, -1.0, 1.0)
    if abs(rho) == 1:
        return Correlation(rho, rho, rho)
    z, error = math.atanh(rho), math.sqrt((1 + rho * rho / 2) / (len(a) - 3))
    return Correlation(rho, math.tanh(z - NORMAL * error), math.tanh(z + NORMAL * error))


def _centred_ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value minus the mean of all ranks."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    ranks = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end < len(order) and values[order[end]] == values[order[start]]:
            end += 1
        for place in order[start:end]:
            ranks[place] = (start + end - 1) / 2 - (len(order) - 1) / 2
        start = end
    return ranks
