"""The trials of a run as its page sees them: the JSON of `nas show RUN --json`, where anything may be missing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

Trial = dict[str, Any]

MEASURED = ("finished", "stopped", "paused")


def value_of(trial: Trial, name: str) -> float | None:
    """A metric, a cost or a score of a trial; of a stopped one the last that was reported; None if there is none."""
    found = {**(trial.get("scores") or {}), **(trial.get("metrics") or {})}
    value = found.get(name, trial.get(name))
    if value is None and trial.get("curve"):
        value = (trial["curve"][-1][1] or {}).get(name)
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return value if number else None


def measured(trials: Sequence[Trial], *names: str) -> list[Trial]:
    """The finished, the stopped and the paused trials that have all of these values."""
    return [
        trial for trial in trials if trial.get("state") in MEASURED and all(value_of(trial, name) is not None for name in names)
    ]


def connectivity(trial: Trial) -> str:
    """How the blocks of a trial are connected, or "" if that was no choice."""
    for key, value in (trial.get("choices") or {}).items():
        if key.replace("/", ".").rpartition(".")[2] == "connect":
            return str(value)
    return ""


def objectives(data: dict[str, Any]) -> list[str]:
    return [str(name) for name in data.get("objectives") or []] or ["error"]


def first_is_maximized(data: dict[str, Any]) -> bool:
    """Whether more of the first objective is better; where the document does not say, of an accuracy it is."""
    directions = data.get("directions") or []
    return directions[0] == "maximize" if directions else objectives(data)[0].endswith("accuracy")


def ranked(data: dict[str, Any]) -> list[Trial]:
    """Finished trials, the best in the first objective first; of equals the one with the fewest params, as for the run's best."""
    name = objectives(data)[0]
    done = [trial for trial in measured(data.get("trials") or [], name) if trial.get("state") == "finished"]
    sign = -1 if first_is_maximized(data) else 1

    def rank(trial: Trial) -> tuple[float, float, int]:
        return sign * (value_of(trial, name) or 0), value_of(trial, "params") or 0, trial.get("number", 0)

    return sorted(done, key=rank)
