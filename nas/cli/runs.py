"""nas runs, nas show, nas report."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nas.cli.options import AllowCode, Figures, Json, RunFolder
from nas.cli.show import columns, note, print_json, put, table

if TYPE_CHECKING:
    from nas.study import Run

SHOWN = 20  # trials of a leaderboard, unless all are asked for


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("runs")(runs)
    app.command("show")(show)
    app.command("report")(report)


def runs(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where runs lie.")] = Path("results"), json: Json = False
) -> None:
    """List the runs of a folder."""
    from nas.errors import InputError
    from nas.study import Run
    from nas.study.folder.home import runs as find

    rows = []
    for path in find(folder):
        try:
            rows.append(_row(Run.open(path)))
        except InputError as error:  # one that is damaged does not hide the others
            note(f"warning: {error}")
    if json:
        print_json(rows)
    elif rows:
        cells = [[row["run"], row["space"], _trained(row), row["metric"], row["best_text"]] for row in rows]
        put(table(["run", "space", "trained", "metric", "best"], cells))
    else:
        note(f"no runs in {folder}")


def _row(run: Run) -> dict:
    from nas.study.summary import number_text

    trials = run.trials
    metric = run.space.file.objectives[0].metric
    best = run.best.value(metric) if any(trial.state == "finished" for trial in trials) else None
    return {
        "run": str(run.folder),
        "space": run.space.name,
        "trained": sum(trial.trains and trial.state not in ("running", "paused") for trial in trials),
        "paused": sum(trial.state == "paused" for trial in trials),
        "planned": run.store.about()["trials"],
        "metric": metric,
        "best": best,
        "best_text": number_text(metric, best),
    }


def _trained(row: dict) -> str:
    paused = f", {row['paused']} paused" if row["paused"] else ""
    return f"{row['trained']} of {row['planned']}{paused}"


def show(
    run: RunFolder,
    trial: Annotated[str | None, typer.Argument(metavar="TRIAL", help="A trial's number, or best.")] = None,
    all_: Annotated[bool, typer.Option("--all", help=f"Every trial, not only the best {SHOWN}.")] = False,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """The leaderboard of a run, or one of its trials.

    One trial is shown with its choices, cost, curve and genome, and why it failed.
    """
    from nas.cli.leaderboard import details, overview
    from nas.comparison.summary import summary
    from nas.study import Run
    from nas.study.agreement import agreement
    from nas.study.summary import trial_dict

    found = Run.open(run, allow_code=allow_code)
    if trial is not None:
        one = found.trial(trial)
        if json:
            scores = agreement(found.trials, found.space.file)
            print_json(trial_dict(one) | {"genome": one.genome, "agreement": scores.to_dict() if scores else None})
        else:
            put(details(found, one, width=columns(sys.stdout)))
    elif json:
        print_json(summary(found))
    else:
        put(overview(found, limit=None if all_ else SHOWN, width=columns(sys.stdout)))
    gc.freeze()  # else Python looks for garbage among thousands of trials once more, before it ends


def report(run: RunFolder, figures: Figures = None, allow_code: AllowCode = False) -> None:
    """Write report.html: a run on one page.

    The page lies in the run's folder and opens anywhere, without a network.
    """
    from nas.drawing.plotted import check_folder, write_figures
    from nas.report import charts, contents, write_report
    from nas.study import Run

    if figures is not None:
        check_folder(figures)
    found = Run.open(run, allow_code=allow_code)
    data, path = contents(found), found.folder / "report.html"
    write_report(data, path)
    note(f"wrote {path}")
    if figures is not None:
        written = write_figures({name: [chart] for name, chart in charts(data).items()}, figures)
        note(f"wrote {len(written)} figures to {figures}")
