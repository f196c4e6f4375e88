"""A run of trials that nobody trained, for tests of how they are shown."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from nas.space import load
from nas.study import Run, Trial

CHOICES = {"block": "bottleneck", "connect": "merge-and-run", "depth": 3, "width": 8}


@dataclass(frozen=True)
class Held:
    """What stands in for the study of a run."""

    trials: list[Trial]
    notes: dict[str, Any] = field(default_factory=dict)

    def all_trials(self) -> list[Trial]:
        return self.trials

    def about(self) -> dict[str, Any]:
        return {"trials": 24, "environment": {}, **self.notes}

    def finals(self) -> dict[str, Any]:
        return {}


def holding(run: Run, *trials: Trial, overrides: tuple[str, ...] = (), **notes: Any) -> Run:
    """A run with these trials in place of its own, of the space `tiny`."""
    space = load("tiny", overrides=list(overrides)).bound(input_shape=(1, 8, 8), classes=10)
    return replace(run, space=space, store=Held(list(trials), notes))  # type: ignore[arg-type]


def trial(number: int, state: str = "finished", *, error: float = 0.125, epochs: int = 3, **values: Any) -> Trial:
    curve = {epoch: {"error": error + 0.1 * (epochs - epoch)} for epoch in range(1, epochs + 1)}
    untrained = state in ("screened", "repeat", "over-budget")
    metrics = {"error": error} if state in ("finished", "stopped", "paused") else {}
    costs = {"params": 4_000 + number, "macs": 250_000 - number, "depth": 18, "choices": CHOICES}
    return Trial(number, state, curve={} if untrained else curve, metrics=metrics, **{**costs, **values})  # type: ignore[arg-type]


def scored(count: int) -> list[Trial]:
    """Finished trials whose error falls with naswot and rises with snip."""
    return [trial(n, error=0.5 - 0.01 * n, scores={"naswot": 300.5 + n, "snip": 40.25 - n, "zen": 1.5}) for n in range(count)]
