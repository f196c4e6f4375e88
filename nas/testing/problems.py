"""Made-up problems: spaces of every kind of choice and condition, whose values are a formula."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nas.errors import OverBudget
from nas.space.choice import Suggests
from nas.space.settings import Direction

Params = dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is drawn, and what comes out."""

    name: str
    draw: Callable[[Suggests], Params]  # may raise OverBudget
    values: Callable[[Params], list[float] | None]  # None: it was stopped early or failed
    directions: tuple[Direction, ...] = ("minimize",)
    size: int | None = None  # assignments, where they can be counted
    pauses: bool = False  # every other trial pauses after an epoch, and goes on when later ones were told


def _flat(trial: Suggests) -> Params:
    """Six operations on the edges of a cell."""
    return {f"op{n}": trial.suggest_categorical(f"op{n}", ["none", "skip", "conv1", "conv3", "pool"]) for n in range(1, 7)}


WORTH = {"none": 0.0, "skip": 2.0, "conv1": 3.0, "conv3": 4.0, "pool": 1.0}


def _flat_error(params: Params) -> list[float]:
    worth = [WORTH[value] for value in params.values()]
    return [30 - sum(worth) - 2 * (worth[0] == worth[5]) + (worth[1] == 4.0 == worth[2])]


def _mixed(trial: Suggests) -> Params:
    return {
        "depth": trial.suggest_int("depth", 1, 9),
        "width": trial.suggest_int("width", 4, 256, log=True),
        "groups": trial.suggest_int("groups", 2, 10, step=4),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "lr": trial.suggest_float("lr", 1e-4, 1e-1, log=True),
        "block": trial.suggest_categorical("block", ["basic", "preact", "bottleneck"]),
        "bias": trial.suggest_categorical("bias", [False, True]),
        "only": trial.suggest_categorical("only", ["one"]),
    }


def _mixed_error(params: Params) -> list[float]:
    distance = (params["depth"] - 7) ** 2 / 10 + (math.log(params["width"]) - 4) ** 2 + (math.log10(params["lr"]) + 2) ** 2
    return [distance + params["dropout"] + (params["block"] != "preact") + params["bias"] + params["groups"] / 10]


def _conditional(trial: Suggests) -> Params:
    """A list of edits, each with settings of its own kind."""
    params: Params = {"edits": trial.suggest_int("edits", 0, 3)}
    for number in range(1, params["edits"] + 1):
        kind = params[f"edit{number}.kind"] = trial.suggest_categorical(f"edit{number}.kind", ["deepen", "widen", "swap"])
        if kind == "deepen":
            params[f"edit{number}.place"] = trial.suggest_float(f"edit{number}.place", 0.0, 1.0)
        elif kind == "widen":
            params[f"edit{number}.factor"] = trial.suggest_categorical(f"edit{number}.factor", [1.25, 1.5, 2.0])
    return params


def _conditional_error(params: Params) -> list[float]:
    return [4 - params["edits"] + sum(abs(value - 1.4) for value in params.values() if isinstance(value, float))]


def _tiny(trial: Any) -> Params:
    """2 + 2 * 4 + 3 = 13 assignments."""
    params: Params = {"block": trial.suggest_categorical("block", ["basic", "inception", "fire"])}
    if params["block"] == "inception":
        params["branches"] = trial.suggest_int("branches", 1, 4)
    if params["block"] == "fire":
        params["squeeze"] = trial.suggest_float("squeeze", 0.25, 0.75, step=0.25)
    else:
        params["bias"] = trial.suggest_categorical("bias", [False, True])
    return params


def _tiny_error(params: Params) -> list[float]:
    return [float(sum(map(ord, str(sorted(params.items())))) % 17)]


def _tight(trial: Suggests) -> Params:
    """About half of the draws cost too much."""
    params = {f"stage{n}.width": trial.suggest_int(f"stage{n}.width", 1, 16) for n in (1, 2, 3)}
    if (cost := sum(params.values())) > 25:
        raise OverBudget(f"it costs {cost} (limit 25)", excess=cost / 25 - 1)
    return params


def _two(params: Params) -> list[float]:
    """Worth costs: operations that are better are dearer."""
    error = _flat_error(params)[0]
    return [-error, float(sum(value.startswith("conv") for value in params.values()) + (params["op1"] == "pool"))]


def _sometimes(params: Params) -> list[float] | None:
    return None if params["op1"] == "skip" or params["op3"] == "none" else _flat_error(params)


problems: dict[str, Problem] = {
    problem.name: problem
    for problem in (
        Problem("flat", _flat, _flat_error, size=5**6),
        Problem("mixed", _mixed, _mixed_error),
        Problem("conditional", _conditional, _conditional_error),
        Problem("tiny", _tiny, _tiny_error, size=13),
        Problem("tight", _tight, lambda params: [-float(sum(params.values()))], size=16**3),
        Problem("two objectives", _flat, _two, directions=("maximize", "minimize"), size=5**6),
        Problem("three objectives", _mixed, lambda p: [*_mixed_error(p), p["depth"], -p["width"]], ("minimize",) * 3),
        Problem("some stopped", _flat, _sometimes, size=5**6),
        Problem("some paused", _flat, _flat_error, size=5**6, pauses=True),
        Problem("all failed", _flat, lambda params: None, size=5**6),
        Problem("all equal", _flat, lambda params: [1.0], size=5**6),
        Problem("infinite", _conditional, lambda params: [math.inf if params["edits"] > 1 else _conditional_error(params)[0]]),
        Problem("nothing to choose", lambda trial: {"one": trial.suggest_int("one", 3, 3)}, lambda params: [3.0], size=1),
    )
}
