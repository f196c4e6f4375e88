"""The trials that no other beats in one objective without losing in another (Pareto)."""

from __future__ import annotations

from collections.abc import Iterable

from nas.study.trial import Trial


def front(trials: Iterable[Trial], objectives: list[tuple[str, str]]) -> list[Trial]:
    """The trained trials that no other beats in one (metric, direction) without losing in another, by number."""
    rows = []
    for trial in trials:
        values = [trial.value(metric) for metric, _ in objectives]
        if trial.state == "finished" and None not in values:
            rows.append(([v if way == "minimize" else -v for v, (_, way) in zip(values, objectives, strict=True)], trial))  # type: ignore[operator]
    rows.sort(key=lambda row: row[0])  # then none is beaten by one that comes after it
    found: list[tuple[list[float], Trial]] = []
    for mine, trial in rows:
        if not any(other != mine and all(a <= b for a, b in zip(other, mine, strict=True)) for other, _ in found):
            found.append((mine, trial))
    return sorted((trial for _, trial in found), key=lambda trial: trial.number)
