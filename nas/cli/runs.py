"""nas runs, nas show, nas report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nas.cli.show import note, print_json, table

if TYPE_CHECKING:
    from nas.study import Run, Trial

RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("runs")(runs)
    app.command("show")(show)
    app.command("report")(report)


def runs(
    folder: Annotated[Path, typer.Argument(help="Where runs lie.")] = Path("results"), json: Json = False
) -> None:
    """List the runs of a folder."""
    from nas.study.run import runs as find
    from nas.study.summary import number_text

    rows = []
    for run in find(folder):
        trials = run.trials
        done = sum(trial.state == "finished" for trial in trials)
        metric = run.space.file.objectives[0].metric
        best = number_text(metric, run.best.value(metric)) if done else "-"
        planned = run.store.about()["trials"]
        trained = sum(trial.trains and trial.settled for trial in trials)
        rows.append({"run": str(run.folder), "space": run.space.name, "trained": trained, "planned": planned, "metric": metric, "best": best})
    if json:
        print_json(rows)
    elif rows:
        print(table(["run", "space", "trained", "metric", "best"], [[r["run"], r["space"], f"{r['trained']} of {r['planned']}", r["metric"], r["best"]] for r in rows]))
    else:
        note(f"no runs in {folder}")


def show(
    run: RunFolder,
    trial: Annotated[str | None, typer.Argument(help="A trial's number, or best.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every trial, not only the best 20.")] = False,
    json: Json = False,
) -> None:
    """The leaderboard of a run; or one trial with its genome, cost, curve, and why it failed."""
    from nas.study import Run
    from nas.study.summary import answer, summary, trial_dict

    found = Run.open(run)
    if trial is not None:
        one = found.trial(trial)
        if json:
            print_json(trial_dict(one) | {"genome": one.genome})
        else:
            print(details(found, one))
    elif json:
        print_json(summary(found))
    else:
        print(leaderboard(found, limit=None if all_ else 20))
        print()
        print(answer(found))
        for number, final in found.store.finals().items():
            from nas.study.summary import number_text

            print(f"Final training of trial {number}: test error {number_text('error', final['metrics']['test_error'])}.")


def leaderboard(run: Run, *, limit: int | None) -> str:
    """Trials with their result, the best first; `*` marks the front."""
    from nas.study.summary import choices_text, number_text

    objective = run.space.file.objectives[0]
    sign = 1 if objective.direction == "minimize" else -1
    trials = run.trials
    front = {trial.number for trial in run.front}
    order = {"finished": 0, "stopped": 1, "running": 2, "failed": 3}

    def rank(trial: Trial) -> tuple[int, float, int]:
        value = trial.value(objective.metric)
        return order.get(trial.state, 4), float("inf") if value is None else sign * value, trial.number

    shown = sorted((trial for trial in trials if trial.trains), key=rank)
    rows = [
        [
            f"{trial.number}{'*' if trial.number in front else ''}",
            trial.state,
            number_text(objective.metric, trial.value(objective.metric)),
            f"{trial.params:,}",
            f"{trial.macs:,}",
            trial.depth,
            max(trial.curve, default=0),
            f"{trial.seconds:.1f}",
            choices_text(trial) + (f"  ({trial.reason[:60]})" if trial.state == "failed" else ""),
        ]
        for trial in shown[:limit]
    ]
    text = table(["trial", "state", objective.metric, "params", "macs", "depth", "epochs", "seconds", "choices"], rows)
    others = [f"{sum(t.state == state for t in trials)} {state}" for state in ("repeat", "over-budget") if any(t.state == state for t in trials)]
    more = f"{len(shown) - limit} more trials; --all shows them" if limit is not None and len(shown) > limit else ""
    return "\n".join([text, *filter(None, ["* on the front" if front else "", more, f"not trained: {', '.join(others)}" if others else ""])])


def details(run: Run, trial: Trial) -> str:
    """One trial for a person."""
    from nas.study.summary import choices_text, number_text

    lines = [
        f"trial {trial.number} of {run.folder}: {trial.state}" + (f" ({trial.reason})" if trial.reason else ""),
        f"choices      {choices_text(trial)}",
        f"cost         {trial.params:,} params, {trial.macs:,} macs, depth {trial.depth}, {trial.activations:,} activations",
        f"seed         {trial.seed}   attempt {trial.attempt}   {trial.seconds:.1f} s",
        f"fingerprint  {trial.fingerprint}",
    ]
    if trial.metrics:
        lines.append("metrics      " + ", ".join(f"{name} {number_text(name, value)}" for name, value in sorted(trial.metrics.items())))
    if trial.curve:
        names = sorted({name for metrics in trial.curve.values() for name in metrics})
        rows = [[epoch, *(number_text(name, metrics.get(name)) for name in names)] for epoch, metrics in sorted(trial.curve.items())]
        lines += ["", table(["epoch", *names], rows)]
    if trial.genome is not None:
        lines += ["", run.genome(trial).to_yaml().rstrip()]
    return "\n".join(lines)


def report(run: RunFolder) -> None:
    """Write report.html into the run's folder: one page that opens anywhere."""
    from nas.report import write_report
    from nas.study import Run
    from nas.study.summary import summary

    found = Run.open(run)
    path = found.folder / "report.html"
    write_report(summary(found), path)
    note(f"wrote {path}")
