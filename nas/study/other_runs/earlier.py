"""What a search learns from other runs.

Nothing is transferred silently: a source says in lines how many results it gives, which trials it leaves out, and how its
search differs. A trial that was ended early gives its curve; one that failed, or has a value that is no number, nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nas.errors import GenomeError, InputError, nearest
from nas.genome import Genome
from nas.space import SearchSpace
from nas.space.settings import COSTS
from nas.strategy import Earlier
from nas.study.other_runs.copies import INDENT, Copy, Source, counted, each, several, short
from nas.study.other_runs.differences import check_alike, differences
from nas.study.run import Run
from nas.study.trial import Trial


def sources(space: SearchSpace) -> list[Source[Earlier]]:
    """What the runs of `strategy.learn_from` give."""
    return each(space, "learn_from", lambda where: source(where, space))


def kept(run: Run) -> list[Source[Earlier]]:
    """What a run learned from when it was started."""
    return COPY.kept(run, lambda: sources(run.space)) if run.space.file.strategy.learn_from else []


def source(folder: Path | str, space: SearchSpace) -> Source[Earlier]:
    """What a run has to tell to a search of `space`.

    Raises `RunError` for a folder that is no run, `InputError` where its results are for other images, none has this
    search's objectives, or there are none.
    """
    run = Run.open(folder)
    name = short(folder)
    try:
        check_alike(space, run.space)
    except InputError as error:
        raise InputError(f"{name}: {error}") from None
    rows = run.store.load()
    trained = [(trial, row.params) for trial, row in zip(rows[0], rows[1], strict=True) if trial.trains]
    _check_objectives(name, space, [trial for trial, _ in trained])
    results, lacking = [], Counter[str]()
    for trial, choices in trained:
        result, lack = _earlier(trial, choices, space)
        if result is None:
            lacking[lack] += 1
        else:
            results.append(result)
    if not results:
        raise InputError(f"{name} has nothing to learn from: {counted(lacking) or 'no trial was trained'}")
    lines = (_summary(name, results, len(trained), lacking), *(INDENT + line for line in differences(space, run.space)))
    return Source(lines, tuple(results))


def _check_objectives(name: str, space: SearchSpace, trials: Sequence[Trial]) -> None:
    """See that the finished trials know what this search wants to be less or more of."""
    finished = [trial for trial in trials if trial.state == "finished"]
    known = {metric for trial in finished for metric in trial.metrics} | set(COSTS)
    for objective in space.file.objectives:
        if finished and objective.metric not in known:
            raise InputError(
                f"{name}: its trials have no '{objective.metric}', an objective here{nearest(objective.metric, known)}"
            )


def _earlier(trial: Trial, choices: dict[str, Any], space: SearchSpace) -> tuple[Earlier | None, str]:
    """A trial's lesson, or why there is none."""
    if trial.state == "failed" or trial.genome is None:
        return None, "failed"
    try:
        genome = Genome.from_dict(trial.genome)
    except GenomeError:  # of an operation that is not registered here
        return None, "of networks that cannot be read here"
    objectives = space.file.objectives
    signs = [1 if objective.direction == "minimize" else -1 for objective in objectives]
    first = objectives[0].metric
    curve = {epoch: signs[0] * metrics[first] for epoch, metrics in trial.curve.items() if _number(metrics.get(first))}
    if trial.state != "finished":
        return (Earlier(genome, choices, None, curve), "") if curve else (None, "not trained far enough")
    values = [trial.value(objective.metric) for objective in objectives]
    for objective, value in zip(objectives, values, strict=True):
        if not _number(value):
            return None, f"without a number for '{objective.metric}'"
    return Earlier(genome, choices, tuple(s * float(v) for s, v in zip(signs, values, strict=True) if v is not None), curve), ""


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _summary(name: str, results: Sequence[Earlier], trained: int, lacking: Counter[str]) -> str:
    whole = sum(result.values is not None for result in results)
    parts = [f"{several(whole, 'result')} of {several(trained, 'trial')}"]
    if whole < len(results):
        parts.append(f"{several(len(results) - whole, 'curve')} of trials that were ended early")
    left_out = f"; left out: {counted(lacking)}" if lacking else ""
    return f"{'learns':<11}from {name}: {' and '.join(parts)}{left_out}"


def _dict(result: Earlier) -> dict[str, Any]:
    return {
        "genome": result.genome.to_dict(),
        "choices": result.choices,
        "values": result.values,
        "curve": sorted(result.curve.items()),
    }


def _result(entry: dict[str, Any]) -> Earlier:
    values = None if entry["values"] is None else tuple(map(float, entry["values"]))
    curve = {int(epoch): float(value) for epoch, value in entry["curve"]}
    return Earlier(Genome.from_dict(entry["genome"]), dict(entry["choices"]), values, curve)


COPY = Copy("earlier.json", "nas.earlier/1", "what the search learned from", _dict, _result)
