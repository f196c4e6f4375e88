"""What the charts of a page say of a trial, and where they put it."""

from __future__ import annotations

from collections.abc import Sequence

from nas.drawing.chart import Key, Look
from nas.drawing.numbers import Axis, short, shower
from nas.report.trials import Trial, connectivity, value_of

FRONT, REST = Look("front"), Look("rest")
STOPPED = Key("stopped early or paused", Look("rest", hollow=True))


def at(trial: Trial, name: str) -> float:
    """A value that the trial is known to have."""
    value = value_of(trial, name)
    assert value is not None  # `measured` left out those without
    return value


def axis(name: str, trials: Sequence[Trial], *, whole: bool = False) -> Axis:
    return Axis.over(name, [at(trial, name) for trial in trials], whole=whole)


def finished(trial: Trial) -> bool:
    return trial.get("state") == "finished"


def told(trial: Trial, metric: str) -> str:
    """A line on one trial: "#12: error 1.74 %, 39k params, 1.7M macs, depth 11, width 39, dense"."""
    value = at(trial, metric)
    parts = [f"{metric} {shower(metric, [value])(value)}"]
    for name, text in (("params", "{} params"), ("macs", "{} macs"), ("depth", "depth {}"), ("width", "width {}")):
        cost = value_of(trial, name)
        if cost is not None:
            parts.append(text.format(short(cost)))
    parts += [connectivity(trial), "" if finished(trial) else str(trial.get("state"))]
    return f"#{trial.get('number')}: " + ", ".join(part for part in parts if part)
