"""A run's trials as tables of text: the leaderboard, and one trial in detail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nas.cli.show import cut, table
from nas.space.settings import COSTS

if TYPE_CHECKING:
    from nas.study import Run, Trial

WIDE = 130  # columns of a terminal from which on costs are written out
FEW, MANY = 1, 3  # columns for scores, on a narrow and on a wide terminal: choices need room too
RANKS = ("finished", "brought", "stopped", "paused", "running", "failed")
UNTRAINED = ("repeat", "over-budget", "screened")


def overview(run: Run, *, limit: int | None, width: int | None) -> str:
    """The leaderboard, the answer in a sentence, how scores agree with results, and what final trainings measured.

    Of a comparison its table and verdict, and the leaderboard only where all trials are asked for.
    """
    from nas.comparison.baselines import baselines
    from nas.comparison.baselines import in_words as baselines_in_words
    from nas.study.agreement import agreement, in_words
    from nas.study.summary import answer, number_text

    trials, about = run.trials, run.store.about()
    lines = [leaderboard(run, limit=limit, width=width), "", answer(run)]
    if run.space.file.kind == "comparison":
        from nas.cli.comparison import answered
        from nas.comparison.answer import answer as compared

        lines = [*(lines[:2] if limit is None else []), answered(compared(run), width=width)]
    beside = baselines(trials, run.space.file)
    if beside is not None:
        lines.append(baselines_in_words(beside))
    scores = agreement(trials, run.space.file)
    if scores is not None:
        lines.append(in_words(scores))
    if about.get("ended"):
        lines.append(f"The search ended with {sum(t.trains for t in trials)} of {about['trials']} networks ({about['ended']}).")
    for entry in about["environment"].get("changes", []):
        lines.append(f"Resumed on {entry['when'][:10]} despite changes: {'; '.join(entry['changes'])}.")
    for number, final in run.store.finals().items():
        lines.append(f"Final training of trial {number}: test error {number_text('error', final['metrics']['test_error'])}.")
    return "\n".join(lines)


def leaderboard(run: Run, *, limit: int | None, width: int | None) -> str:
    """Trials with their result, the best first; `*` marks the front. Lines are cut to `width` columns, if there is one."""
    objective, *others = run.space.file.objectives
    measured = [other.metric for other in others if other.metric not in COSTS]  # costs have columns of their own
    sign = 1 if objective.direction == "minimize" else -1
    trials = run.trials
    front = {trial.number for trial in run.front}

    def rank(trial: Trial) -> tuple[int, float, int]:
        value = trial.value(objective.metric)
        return RANKS.index(trial.state), float("inf") if value is None else sign * value, trial.number

    shown = sorted((trial for trial in trials if trial.state in RANKS), key=rank)
    wide = width is None or width >= WIDE
    scores, hidden = _scores(run, trials, room=None if width is None else MANY if wide else FEW)
    head = ["trial", "state", objective.metric, *measured, "params", "macs", *scores, "depth"]
    head += [*(["epochs", "seconds"] if wide else []), "choices"]
    metrics = [objective.metric, *measured]
    rows = [_cells(trial, metrics, scores, trial.number in front, wide=wide) for trial in shown[:limit]]
    _mark_inherited(shown[:limit], rows)
    lines = [table(head, rows, width=width), *_legend(trials, front, hidden)]
    if limit is not None and len(shown) > limit:
        lines.append(f"{len(shown) - limit} more; nas show {run.folder} --all")
    counts = {state: sum(trial.state == state for trial in trials) for state in UNTRAINED}
    others = [f"{count} {state}" for state, count in counts.items() if count]
    if others:
        lines.append(f"not trained: {', '.join(others)}")
    return "\n".join([lines[0], *(cut(line, width) for line in lines[1:])])


def _scores(run: Run, trials: Sequence[Trial], *, room: int | None) -> tuple[list[str], list[str]]:
    """The scores that have a column, that of the prefilter first, and those that there is no room for."""
    from nas.evaluate.zero_cost import BASELINES
    from nas.study.agreement import names_of

    file = run.space.file
    names = [name for name in names_of(trials) if name not in (*BASELINES, file.objectives[0].metric)]
    prefilter = file.strategy.prefilter
    if prefilter is not None:
        names.sort(key=lambda name: name != prefilter.by)
    return names[:room], [] if room is None else names[room:]


def _legend(trials: Sequence[Trial], front: set[int], hidden: list[str]) -> list[str]:
    lines = ["* on the front"] if front else []
    if any(trial.inherits is not None for trial in trials):
        lines.append("^ started from the weights of that trial; final trainings start from scratch")
    if hidden:
        lines.append(f"no room for {', '.join(hidden)}; --json has all")
    return lines


def _cells(trial: Trial, metrics: Sequence[str], scores: Sequence[str], on_front: bool, *, wide: bool) -> list[str]:
    from nas.drawing.numbers import short
    from nas.study.summary import choices_text, number_text, state_text

    last = trial.curve[max(trial.curve)] if trial.curve else {}
    values = [last.get(metric) if (value := trial.value(metric)) is None else value for metric in metrics]
    costs = [f"{cost:,}" if wide else short(cost) for cost in (trial.params, trial.macs)]
    reason = f"({trial.reason.splitlines()[0][:60]}) " if trial.state == "failed" and trial.reason else ""
    return [
        f"{trial.number}{'*' if on_front else ' '}",
        state_text(trial),
        *(number_text(metric, value) for metric, value in zip(metrics, values, strict=True)),
        *costs,
        *(number_text(name, trial.scores.get(name)) for name in scores),
        str(trial.depth),
        *([str(max(trial.curve, default=0)), f"{trial.seconds:.1f}"] if wide else []),
        reason + (choices_text(trial) if wide else choices_text(trial).replace(", ", " ")),
    ]


def _mark_inherited(trials: Sequence[Trial], rows: list[list[str]]) -> None:
    """Behind the result the trial whose weights it began with; results stay in line."""
    marks = ["" if trial.inherits is None else f"^{trial.inherits}" for trial in trials]
    most = max(map(len, marks), default=0)
    for mark, row in zip(marks, rows, strict=True):
        row[2] += mark.ljust(most)


def details(run: Run, trial: Trial, *, width: int | None) -> str:
    """One trial: its choices, cost, metrics, curve and nodes, and why it failed."""
    from nas.study.summary import choices_text, number_text, state_text

    lines = [
        f"trial {trial.number} of {run.folder}: {state_text(trial)}" + (f" ({trial.reason})" if trial.reason else ""),
        f"choices      {choices_text(trial)}",
        f"cost         {trial.params:,} params, {trial.macs:,} macs, depth {trial.depth}, {trial.activations:,} activations",
        f"seed         {trial.seed}   attempt {trial.attempt}   {trial.seconds:.1f} s",
        f"fingerprint  {trial.fingerprint or '-'}",
        *(f"note         {note}" for note in trial.notes),
    ]
    if trial.reused:
        lines.append(f"reused       the result of {trial.reused}; it was not trained here")
    if trial.parents or trial.inherits is not None:
        lines.append(f"lineage      {_lineage(trial)}")
    if trial.scores:
        lines += _scores_of(run, trial)
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


def _lineage(trial: Trial) -> str:
    listed = " and ".join(map(str, trial.parents))
    parents = f"{'parent' if len(trial.parents) == 1 else 'parents'} {listed}" if trial.parents else ""
    weights = f"starts from the weights of trial {trial.inherits}" if trial.inherits is not None else ""
    return ", ".join(part for part in (parents, weights) if part)


def _scores_of(run: Run, trial: Trial) -> list[str]:
    """The scores of a trial and its params and macs, and how each of them agrees with results over the run."""
    from nas.evaluate.zero_cost import BASELINES
    from nas.study.agreement import agreement, in_words
    from nas.study.summary import number_text

    values = {**trial.scores, **{name: trial.value(name) for name in BASELINES}}
    lines = ["scores       " + ", ".join(f"{name} {number_text(name, value)}" for name, value in values.items())]
    found = agreement(run.trials, run.space.file)
    return lines if found is None else [*lines, "             " + in_words(found)]
