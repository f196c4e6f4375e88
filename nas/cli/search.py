"""nas search, nas resume."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nas.cli.options import Json, RunFolder, Runner, Seed, Set, Space
from nas.cli.show import columns, note, print_json

if TYPE_CHECKING:
    from nas.study import Run

SHOWN = 8  # trials of the leaderboard at the end


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("search")(search)
    app.command("resume")(resume)


def search(
    space: Space,
    runner: Runner = "laptop",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="A new folder; left out: results/NAME of the space.")
    ] = None,
    trials: Annotated[int | None, typer.Option("--trials", metavar="N", min=1, help="Networks to train.")] = None,
    seed: Seed = None,
    set_: Set = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and start nothing.")] = False,
    json: Json = False,
) -> None:
    """Search a space: propose networks and train them."""
    from nas import api

    if dry_run:
        prepared = api.prepare(space, runner_name=runner, out=out, trials=trials, seed=seed, overrides=set_ or [])
        for line in [*prepared.plan.lines, *(f"warning: {text}" for text in prepared.plan.warnings)]:
            note(line)
        if json:
            print_json({"plan": prepared.plan.lines, "warnings": prepared.plan.warnings, "workers": prepared.plan.workers})
        return
    from nas.cli.live import live
    from nas.space import load

    file = load(space, overrides=set_ or []).file
    folder = out or api.free_folder(file.name)
    with (
        _interruptible(folder),
        live(planned=trials or file.strategy.trials, objective=file.objectives[0]) as watch,
    ):
        run = api.search(space, runner=runner, out=folder, trials=trials, seed=seed, overrides=set_ or [], watch=watch, say=note)
    _finish(run, json=json)


def resume(
    run: RunFolder,
    runner: Runner = "laptop",
    trials: Annotated[int | None, typer.Option("--trials", metavar="N", min=1, help="Extend it to so many networks.")] = None,
    json: Json = False,
) -> None:
    """Go on with a broken run, or extend a finished one."""
    from nas import api
    from nas.cli.live import live
    from nas.study import Run

    before = Run.open(run)
    planned = trials or before.store.about()["trials"]
    with (
        _interruptible(run),
        live(planned=planned, objective=before.space.file.objectives[0], before=before.trials) as watch,
    ):
        found = api.resume(run, runner=runner, trials=trials, watch=watch, say=note)
    _finish(found, json=json)


@contextmanager
def _interruptible(folder: Path) -> Iterator[None]:
    """Ctrl-C ends the command with status 130 and a line that says how to go on."""
    try:
        yield
    except KeyboardInterrupt:
        kept = (folder / "study.journal").exists()
        note(
            f"interrupted; finished trials are kept, go on with: nas resume {folder}"
            if kept
            else "interrupted before the first trial"
        )
        raise typer.Exit(130) from None


def _finish(run: Run, *, json: bool) -> None:
    from nas.cli.leaderboard import overview
    from nas.study.summary import summary

    finished = any(trial.state == "finished" for trial in run.trials)
    note()
    note(overview(run, limit=SHOWN, width=columns(sys.stderr)))
    if finished:
        note(f"next: nas train {run.folder} best, then nas export {run.folder} best; nas report {run.folder}")
    if json:
        print_json(summary(run))
    if not finished:
        raise typer.Exit(1)
