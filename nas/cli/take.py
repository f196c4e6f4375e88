"""nas train, nas export: taking a network away."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nas.cli.runs import RunFolder
from nas.cli.show import note, print_json

TrialName = Annotated[str, typer.Argument(metavar="TRIAL", help="A trial's number, or best.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("train")(train)
    app.command("export")(export)


def train(
    run: RunFolder,
    trial: TrialName = "best",
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed than the trial's.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Train anew, and look at the test part once more.")] = False,
    json: Json = False,
) -> None:
    """Train a network with the full recipe on train and validation images, and measure it on the test part."""
    from nas import api
    from nas.study import Run
    from nas.study.summary import number_text

    found = Run.open(run)
    one = found.trial(trial)

    def watch(epoch: int, metrics: dict[str, float]) -> None:
        if sys.stderr.isatty():
            print(f"\repoch {epoch}: train loss {metrics.get('train_loss', float('nan')):.4f}", end="", file=sys.stderr, flush=True)

    note(f"final training of trial {one.number}: {one.params:,} params, {found.space.file.train.epochs} epochs on train and validation images")
    metrics = api.train(found, one, seed=seed, again=again, watch=watch)
    note(f"\rtest error {number_text('test_error', metrics['test_error'])}" + " " * 20)
    if json:
        print_json({"run": str(run), "trial": one.number, "metrics": metrics})


def export(
    run: RunFolder,
    trial: TrialName = "best",
    to: Annotated[str, typer.Option("--to", help="Formats, joined by commas: genome, safetensors, onnx.")] = "genome,safetensors,onnx",
    out: Annotated[Path | None, typer.Option("--out", help="A folder; left out: exports/TRIAL of the run.")] = None,
    json: Json = False,
) -> None:
    """Write a trained network so that others can run it; each file is loaded again and compared."""
    import json as json_

    from nas import api
    from nas.study import Run

    found = Run.open(run)
    folder = api.export(found, found.trial(trial), to=[name.strip() for name in to.split(",") if name.strip()], out=out)
    manifest = json_.loads((folder / "manifest.json").read_text())
    for name, file in manifest["files"].items():
        note(f"{folder / name}  {file['bytes']:,} bytes  {_check(file['check'])}")
    note(f"{folder / 'manifest.json'}")
    if json:
        print_json(manifest)


def _check(check: dict) -> str:
    differences = {name: value for name, value in check.items() if "difference" in name}
    return ", ".join(f"{name.replace('_', ' ')} {value:.1e}" for name, value in differences.items() if isinstance(value, float))
