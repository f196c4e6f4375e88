"""Which results of other runs a search may take in place of trainings.

A result is another training's if anything differs that a result depends on, but for the seed: the images and their
division, the recipe with its epochs, the evaluator. A run that differs there is passed over, and the plan says why.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from nas.errors import nearest
from nas.space import SearchSpace
from nas.space.settings import COSTS, LATENCY, PREDICTED
from nas.study.decisions.reusable import Reusable, Reused
from nas.study.other_runs.copies import INDENT, Copy, Source, counted, each, several, short
from nas.study.other_runs.differences import compared
from nas.study.run import Run
from nas.study.trial import Trial

WITHOUT_MEANING = ("train.final_epochs", "train.inherit", "train.inherited_epochs")  # for a training from scratch
OF_THE_IMAGES = ("data.name", "data.path", "data.size")  # their fingerprint says more


def check(space: SearchSpace) -> None:
    """`InputError` where a search asks for results of other runs and for what forbids them."""
    file = space.file
    if not file.strategy.reuse:
        return
    if file.train.inherit:
        text = "a result of another run leaves no weights here, and with train.inherit any network may become a parent"
        raise space.document.error(("strategy", "reuse"), text)
    if file.strategy.repeats == "retrain":
        text = "strategy.repeats is retrain, which asks for a training of its own for each proposal"
        raise space.document.error(("strategy", "reuse"), text)


def sources(space: SearchSpace, data: str | None) -> list[Source[Reused]]:
    """What the runs of `strategy.reuse` give.

    data: the fingerprint of the images; None: they were not read yet, or there are none.
    """
    return each(space, "reuse", lambda where: source(where, space, data))


def kept(run: Run) -> list[Source[Reused]]:
    """What a run may take over."""
    return COPY.kept(run, lambda: sources(run.space, run.store.about()["data"])) if run.space.file.strategy.reuse else []


def source(where: str, space: SearchSpace, data: str | None) -> Source[Reused]:
    """The results of a run that a search of `space` may take; none where it differs. `RunError` for what is no run."""
    run, name = Run.open(where), short(where)
    found = list(refusals(space, data, run))
    if found:
        lines = [f"{'reuses':<11}nothing of {name}:", *(f"{INDENT}{line}" for line in found)]
        return Source(tuple(lines), ())
    trained = [trial for trial in run.trials if trial.trains]
    results, lacking = [], Counter[str]()
    for trial in trained:
        lack = _lack(trial, space)
        if lack:
            lacking[lack] += 1
        else:
            results.append(Reused(f"{name}, trial {trial.number}", trial.fingerprint, trial.packed, trial.metrics, trial.curve))
    left_out = f"; left out: {counted(lacking)}" if lacking else ""
    line = f"{'reuses':<11}of {name}: {several(len(results), 'result')} of {several(len(trained), 'trial')}{left_out}"
    return Source((line,), tuple(results))


def refusals(space: SearchSpace, data: str | None, run: Run) -> Iterator[str]:
    """A line for each thing in which trainings of another run differ from those of a search."""
    there = run.store.about()["data"]
    if data is not None and there is not None and data != there:
        yield "other images"
    if space.file.measures_latency:
        yield f"{LATENCY} is one of the objectives, and was measured there on another machine, or at another time"
    yield from compared("evaluator", space, run.space)
    yield from compared("train", space, run.space, but=WITHOUT_MEANING)
    if not space.file.reads_results:
        yield from compared("data", space, run.space, but=OF_THE_IMAGES if data is not None else ())


def _lack(trial: Trial, space: SearchSpace) -> str:
    """Why the result of a trial cannot be taken; empty where it can."""
    if trial.state != "finished":
        return "not trained to the end"
    if trial.inherits is not None:
        return "begun with a parent's weights"
    wanted = [objective.metric for objective in space.file.objectives if objective.metric not in (*COSTS, PREDICTED)]
    wanted += [space.file.stop.metric] if space.file.stop.metric else []
    missing = next((metric for metric in wanted if metric not in trial.metrics), None)
    return f"without '{missing}'{nearest(missing, trial.metrics)}" if missing else ""


def reusable(found: Sequence[Source[Reused]]) -> Reusable:
    """All results, those of the runs that were named first before others."""
    return Reusable(result for source in found for result in source.results)


def _dict(result: Reused) -> dict[str, Any]:
    return asdict(result) | {"curve": sorted(result.curve.items())}


def _result(entry: dict[str, Any]) -> Reused:
    curve = {int(epoch): _metrics(metrics) for epoch, metrics in entry["curve"]}
    return Reused(str(entry["origin"]), str(entry["fingerprint"]), str(entry["packed"]), _metrics(entry["metrics"]), curve)


def _metrics(entry: dict[str, Any]) -> dict[str, float]:
    found = {str(name): float(value) for name, value in entry.items()}
    if not all(map(math.isfinite, found.values())):
        raise ValueError(f"a metric is not finite: {found}")
    return found


COPY = Copy("reused.json", "nas.reused/1", "the results that the search may take over", _dict, _result)
