"""nas search, nas resume."""

from __future__ import annotations

import re
import sys
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from nas.cli.options import AllowCode, DryRun, Json, LearnFrom, Out, Reuse, RunFolder, Runner, Seed, Set, Space, Strategy, Trials
from nas.cli.show import columns, note, print_json
from nas.cli.signals import resumable

if TYPE_CHECKING:
    from pathlib import Path

    from nas.prepare import Prepared
    from nas.runner import Plan
    from nas.study import Run, Trial

SHOWN = 8  # trials of the leaderboard at the end
_DETAILS = re.compile(r"\([^)]*\)|[\d.,]+")  # in what reasons of one kind differ: which network, how much


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("search")(search)
    app.command("resume")(resume)


def search(
    space: Space,
    runner: Runner = "laptop",
    out: Out = None,
    trials: Trials = None,
    seed: Seed = None,
    strategy: Strategy = None,
    learn_from: LearnFrom = None,
    reuse: Reuse = None,
    set_: Set = None,
    allow_code: AllowCode = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Search a space: propose networks and train them."""
    from nas import api

    with resumable(out):
        prepared = api.prepare(
            space,
            runner_name=runner,
            out=out,
            trials=trials,
            seed=seed,
            strategy=strategy,
            learn_from=learn_from or [],
            reuse=reuse or [],
            overrides=set_ or [],
            allow_code=allow_code,
        )
    if dry_run:
        print_plan(prepared.plan, json=json)
        return
    carry_out(prepared, out=out, json=json)


def carry_out(prepared: Prepared, *, out: Path | None, json: bool) -> None:
    """Run a search that was prepared, with the live view, and tell what came out."""
    from nas import api
    from nas.cli.live import live

    file = prepared.space.file
    folder = out or api.free_folder(file.name)
    with resumable(folder), live(planned=file.strategy.trials, objective=file.objectives[0]) as watch:
        run = api.start(prepared, out=folder, watch=watch, say=note)
    finish(run, json=json)


def resume(
    run: RunFolder,
    runner: Runner = "laptop",
    trials: Annotated[int | None, typer.Option("--trials", metavar="N", min=1, help="Extend it to so many networks.")] = None,
    despite_changes: Annotated[
        bool, typer.Option("--despite-changes", help="Although the search, its images or the versions changed.")
    ] = False,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Go on with a broken run, or extend a finished one."""
    from nas import api
    from nas.cli.live import live
    from nas.study import Run

    before = Run.open(run, allow_code=allow_code)
    planned = trials or before.store.about()["trials"]
    with (
        resumable(run),
        live(planned=planned, objective=before.space.file.objectives[0], before=before.trials) as watch,
    ):
        found = api.resume(
            run, runner=runner, trials=trials, allow_code=allow_code, despite_changes=despite_changes, watch=watch, say=note
        )
    finish(found, json=json)


def print_plan(plan: Plan, *, json: bool) -> None:
    for line in [*plan.lines, *(f"warning: {text}" for text in plan.warnings)]:
        note(line)
    if json:
        print_json({"plan": plan.lines, "warnings": plan.warnings, "workers": plan.workers})


def finish(run: Run, *, json: bool) -> None:
    from nas.cli.leaderboard import overview
    from nas.comparison.summary import summary

    trials = run.trials
    finished = any(trial.state == "finished" for trial in trials)
    note()
    note(overview(run, limit=SHOWN, width=columns(sys.stderr)))
    if finished and run.space.file.reads_results:
        note(f"next: nas report {run.folder}")  # there are no images to train on
    elif finished:
        note(f"next: nas train {run.folder} best, then nas export {run.folder} best; nas report {run.folder}")
    else:
        note(_why_none(trials))
    if json:
        print_json(summary(run))
    if not finished:
        raise typer.Exit(1)


def _why_none(trials: list[Trial]) -> str:
    """Why no trial finished: the commonest reason, and how many have it."""
    trained = [trial for trial in trials if trial.trains]
    failed = [" ".join(trial.reason.split()) for trial in trained if trial.state == "failed"]
    if not failed:
        return f"No network was trained to the end: {len(trained)} were begun"
    alike = Counter(_DETAILS.sub("", reason) for reason in failed)
    commonest, count = alike.most_common(1)[0]
    example = next(reason for reason in failed if _DETAILS.sub("", reason) == commonest)
    often = "" if count == len(failed) else f", {count} of them alike"
    return f"{len(failed)} of {len(trained)} trials failed{often}: {example}"
