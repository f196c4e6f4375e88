"""A run as plain data, and its answer in a sentence: what `nas show --json` prints and the report is made of."""

from __future__ import annotations

from statistics import mean
from typing import Any

from nas.study.agreement import agreement
from nas.study.run import Run
from nas.study.trial import Trial

SCHEMA = "nas.summary/1"
COMPARED = 6  # finished trials, below which depth and error are not compared


def summary(run: Run) -> dict[str, Any]:
    """Everything about a run: trials by number, front, best, answer, versions, the space as it was written.

    agreement: how scores agree with results (`Agreement.to_dict`); None where no score was asked for.
    ended: why the search found fewer networks than were planned, or None. done: whether everything planned is done.
    changes: what had changed when somebody went on all the same, and when that was.
    """
    trials, about = run.trials, run.store.about()
    scores = agreement(trials, run.space.file)
    on_front = {trial.number for trial in run.front}
    finished = [trial for trial in trials if trial.state == "finished"]
    environment = about["environment"]
    return {
        "schema": SCHEMA,
        "run": str(run.folder),
        "space": environment.get("space", {}).get("text", ""),
        "versions": environment.get("versions", {}),
        "commit": environment.get("commit"),
        "changes": environment.get("changes", []),
        "objectives": [objective.metric for objective in run.space.file.objectives],
        "directions": [objective.direction for objective in run.space.file.objectives],
        "planned": about["trials"],
        "ended": about.get("ended"),
        "done": run.over,
        "states": {state: sum(trial.state == state for trial in trials) for state in sorted({t.state for t in trials})},
        "trials": [trial_dict(trial) | {"on_front": trial.number in on_front} for trial in trials],
        "best": run.best.number if finished else None,
        "answer": answer(run),
        "agreement": scores.to_dict() if scores else None,
        "final": run.store.finals(),
    }


def trial_dict(trial: Trial) -> dict[str, Any]:
    """A trial without its genome, as JSON data; `width` is that of the first stage."""
    return trial.to_dict() | {"width": trial.choices.get("width", trial.choices.get("stage1.width"))}


def answer(run: Run) -> str:
    """What came out, in a sentence or two: the best network, and how error went with depth at this budget."""
    finished = [trial for trial in run.trials if trial.state == "finished"]
    if not finished:
        brought = any(trial.state == "brought" for trial in run.trials)
        return "A network was brought; nothing was searched." if brought else "No trial has finished yet."
    best = run.best
    metric = run.space.file.objectives[0].metric
    value = number_text(metric, best.value(metric))
    text = f"Best is trial {best.number} ({choices_text(best)}): {metric} {value} at {best.params:,} params."
    return text + _by_depth(finished, metric)


def _by_depth(finished: list[Trial], metric: str) -> str:
    depths = sorted({trial.depth for trial in finished})
    if len(finished) < COMPARED or len(depths) < 2:
        return ""
    # Networks of one depth stay together; the cut lies between the two depths nearest to the middle.
    cuts = {depth: sum(trial.depth < depth for trial in finished) for depth in depths[1:]}
    first_deep = min(cuts, key=lambda depth: abs(cuts[depth] - len(finished) / 2))
    shallow = [trial for trial in finished if trial.depth < first_deep]
    deep = [trial for trial in finished if trial.depth >= first_deep]
    parts = []
    for name, group in (("shallower", shallow), ("deeper", deep)):
        values = [value for trial in group if (value := trial.value(metric)) is not None]
        least, most = min(trial.depth for trial in group), max(trial.depth for trial in group)
        depths_text = f"depth {least}" if least == most else f"depth {least} to {most}"
        parts.append(f"the {len(group)} {name} ({depths_text}) average {number_text(metric, mean(values))}")
    return f" Of the {len(finished)} networks trained to the end, {parts[0]} and {parts[1]}."


def choices_text(trial: Trial) -> str:
    """The choices of a trial in a line: names are dropped where the value says enough."""
    return ", ".join(str(v) if isinstance(v, str) else f"{name} {number(v)}" for name, v in trial.choices.items())


def state_text(trial: Trial) -> str:
    """The state; of one that waits at a rung the epoch that it stands at, of a result of another run that it is one."""
    if trial.reused and trial.state == "finished":
        return "reused"
    return f"paused at {max(trial.curve, default=0)}" if trial.state == "paused" else trial.state


def number(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def number_text(metric: str, value: float | None) -> str:
    """A metric as a person reads it: shares as percent."""
    if value is None:
        return "-"
    if metric in ("error", "accuracy", "test_error", "test_accuracy"):
        return f"{100 * value:.2f} %"
    return f"{value:,.0f}" if value >= 1000 or float(value).is_integer() else f"{value:.4g}"
