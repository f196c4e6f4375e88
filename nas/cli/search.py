"""nas search, nas resume."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nas.cli.show import note, print_json

if TYPE_CHECKING:
    from nas.study import Run

Runner = Annotated[str, typer.Option("--runner", help="Where to run: laptop, workstation, local, or a file.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="A.B=C", help="Change a value of the search space.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("search")(search)
    app.command("resume")(resume)


def search(
    space: Annotated[str, typer.Argument(help="A search space: a shipped name (nas space list) or a file.")],
    runner: Runner = "laptop",
    out: Annotated[Path | None, typer.Option("--out", help="A new folder for the run; left out: results/NAME.")] = None,
    trials: Annotated[int | None, typer.Option("--trials", min=1, help="Networks to train.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed gives another search.")] = None,
    set_: Set = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and start nothing.")] = False,
    json: Json = False,
) -> None:
    """Search a space: propose networks, train them, leave a study and a leaderboard behind."""
    from nas import api

    if dry_run:
        prepared = api.prepare(space, runner_name=runner, trials=trials, seed=seed, overrides=set_ or [])
        for line in [*prepared.plan.lines, *(f"warning: {text}" for text in prepared.plan.warnings)]:
            note(line)
        if json:
            print_json({"plan": prepared.plan.lines, "warnings": prepared.plan.warnings, "workers": prepared.plan.workers})
        return
    folder = out or api.free_folder(_name(space, set_))
    with _interruptible(folder):
        from nas.cli.live import live

        with live() as watch:
            run = api.search(
                space, runner=runner, out=folder, trials=trials, seed=seed, overrides=set_ or [], watch=watch, say=note
            )
    _finish(run, json=json)


def resume(
    run: Annotated[Path, typer.Argument(help="The folder of a run.")],
    runner: Runner = "laptop",
    trials: Annotated[int | None, typer.Option("--trials", min=1, help="Extend the search to so many networks.")] = None,
    json: Json = False,
) -> None:
    """Go on with a run that was broken off, or extend a finished one."""
    from nas import api

    with _interruptible(run):
        from nas.cli.live import live

        with live() as watch:
            found = api.resume(run, runner=runner, trials=trials, watch=watch, say=note)
    _finish(found, json=json)


def _name(space: str, overrides: list[str] | None) -> str:
    from nas.space import load

    return load(space, overrides=overrides or []).name


class _interruptible:
    """Ctrl-C ends the command with status 130 and a line that says how to go on."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            if (self._folder / "study.db").exists():
                note(f"\ninterrupted; finished trials are kept. Go on with: nas resume {self._folder}")
            sys.exit(130)


def _finish(run: Run, *, json: bool) -> None:
    from nas.cli.runs import leaderboard
    from nas.study.summary import answer, summary

    finished = [trial for trial in run.trials if trial.state == "finished"]
    note()
    note(leaderboard(run, limit=8))
    note()
    note(answer(run))
    if finished:
        note(f"next: nas train {run.folder} best; nas export {run.folder} best; nas report {run.folder}")
    if json:
        print_json(summary(run))
    if not finished:
        raise typer.Exit(1)
