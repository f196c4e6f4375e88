"""A run's trials as tables of text: the leaderboard, and one trial in detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nas.cli.show import table

if TYPE_CHECKING:
    from nas.study import Run, Trial

WIDE = 130  # columns of a terminal from which on costs are written out
RANKS = ("finished", "brought", "stopped", "running", "failed")


def overview(run: Run, *, limit: int | None, width: int | None) -> str:
    """The leaderboard, the answer in a sentence, and what final trainings measured."""
    from nas.study.summary import answer, number_text

    lines = [leaderboard(run, limit=limit, width=width), "", answer(run)]
    for number, final in run.store.finals().items():
        lines.append(f"Final training of trial {number}: test error {number_text('error', final['metrics']['test_error'])}.")
    return "\n".join(lines)


def leaderboard(run: Run, *, limit: int | None, width: int | None) -> str:
    """Trials with their result, the best first; `*` marks the front. Lines are cut to `width` columns, if there is one."""
    objective = run.space.file.objectives[0]
    sign = 1 if objective.direction == "minimize" else -1
    trials = run.trials
    front = {trial.number for trial in run.front}

    def rank(trial: Trial) -> tuple[int, float, int]:
        value = trial.value(objective.metric)
        return RANKS.index(trial.state), float("inf") if value is None else sign * value, trial.number

    shown = sorted((trial for trial in trials if trial.state in RANKS), key=rank)
    wide = width is None or width >= WIDE
    head = ["trial", "state", objective.metric, "params", "macs", "depth", *(["epochs", "seconds"] if wide else []), "choices"]
    rows = [_cells(trial, objective.metric, trial.number in front, wide=wide) for trial in shown[:limit]]
    lines = [table(head, rows, width=width)]
    if front:
        lines.append("* on the front")
    if limit is not None and len(shown) > limit:
        lines.append(f"{len(shown) - limit} more; nas show {run.folder} --all")
    counts = {state: sum(trial.state == state for trial in trials) for state in ("repeat", "over-budget")}
    others = [f"{count} {state}" for state, count in counts.items() if count]
    if others:
        lines.append(f"not trained: {', '.join(others)}")
    return "\n".join(lines)


def _cells(trial: Trial, metric: str, on_front: bool, *, wide: bool) -> list[str]:
    from nas.drawing.numbers import short
    from nas.study.summary import choices_text, number_text

    last = trial.curve[max(trial.curve)] if trial.curve else {}
    value = trial.value(metric)
    costs = [f"{cost:,}" if wide else short(cost) for cost in (trial.params, trial.macs)]
    reason = f"({trial.reason.splitlines()[0][:60]}) " if trial.state == "failed" and trial.reason else ""
    return [
        f"{trial.number}{'*' if on_front else ' '}",
        trial.state,
        number_text(metric, last.get(metric) if value is None else value),
        *costs,
        str(trial.depth),
        *([str(max(trial.curve, default=0)), f"{trial.seconds:.1f}"] if wide else []),
        reason + (choices_text(trial) if wide else choices_text(trial).replace(", ", " ")),
    ]


def details(run: Run, trial: Trial, *, width: int | None) -> str:
    """One trial: its choices, cost, metrics, curve and nodes, and why it failed."""
    from nas.study.summary import choices_text, number_text

    lines = [
        f"trial {trial.number} of {run.folder}: {trial.state}" + (f" ({trial.reason})" if trial.reason else ""),
        f"choices      {choices_text(trial)}",
        f"cost         {trial.params:,} params, {trial.macs:,} macs, depth {trial.depth}, {trial.activations:,} activations",
        f"seed         {trial.seed}   attempt {trial.attempt}   {trial.seconds:.1f} s",
        f"fingerprint  {trial.fingerprint or '-'}",
    ]
    if trial.metrics:
        lines.append(
            "metrics      " + ", ".join(f"{name} {number_text(name, value)}" for name, value in sorted(trial.metrics.items()))
        )
    if trial.curve:
        names = sorted({name for metrics in trial.curve.values() for name in metrics})
        rows = [
            [epoch, *(number_text(name, metrics.get(name)) for name in names)] for epoch, metrics in sorted(trial.curve.items())
        ]
        lines += ["", table(["epoch", *names], rows, width=width)]
    if trial.genome is not None:
        from nas.cli.genome import node_table

        lines += ["", node_table(run.genome(trial), width=width)]
    return "\n".join(lines)
