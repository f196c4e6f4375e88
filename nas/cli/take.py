"""nas train, nas export: taking a network away."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nas.cli.options import AllowCode, Json, RunFolder, TrialName
from nas.cli.show import note, print_json, table
from nas.errors import InputError

if TYPE_CHECKING:
    from nas.study import Run, Trial


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("train")(train)
    app.command("export")(export)


def train(
    run: Annotated[str, typer.Argument(metavar="RUN|GENOME", help="The folder of a run, a genome's file, or zoo:NAME.")],
    trial: TrialName = "best",
    space: Annotated[
        str | None, typer.Option("--space", metavar="SPACE", help="Of a genome's file: whose data and recipe.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Of a genome's file: a new folder for its run.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help="Another seed than the trial's.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Train anew, and look at the test part once more.")] = False,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Train one network finally, and measure it on the test part.

    It is trained with the whole recipe on train and validation images; the test part is looked at once.
    """
    from nas import api
    from nas.study import Run
    from nas.study.summary import number_text

    if run.startswith("zoo:") or Path(run).is_file():
        found, one = _brought(run, space, out, allow_code=allow_code)
    else:
        found = Run.open(run, allow_code=allow_code)
        one = found.trial(trial)

    with _epochs(api.final_epochs(found)) as watch:
        metrics = api.train(found, one, seed=seed, again=again, watch=watch, say=note)
    note(f"test error {number_text('test_error', metrics['test_error'])}")
    if json:
        print_json({"run": str(found.folder), "trial": one.number, "metrics": metrics})


def _brought(name: str, space: str | None, out: Path | None, *, allow_code: bool) -> tuple[Run, Trial]:
    """A run of the one network that stands in a file or in the zoo."""
    from nas import api
    from nas.zoo import load

    genome = load(name)
    if space is None:
        raise InputError(f"{name} is a genome; say on which data and by which recipe it is trained: --space deeper-vs-wider")
    published = name.startswith("zoo:")
    folder = out or api.free_folder(name.removeprefix("zoo:").partition("(")[0] if published else Path(name).stem)
    found, trial = api.adopt(genome, space=space, out=folder, allow_code=allow_code, fitted=published)
    note(f"results    {found.folder}")
    return found, trial


@contextmanager
def _epochs(planned: int) -> Iterator[Callable[[int, dict[str, float]], None]]:
    """Gives a function that shows the epochs on a terminal, in one line that is wiped at the end."""
    terminal = sys.stderr.isatty()

    def watch(epoch: int, metrics: dict[str, float]) -> None:
        if terminal:
            loss = f": train loss {metrics['train_loss']:.4f}" if "train_loss" in metrics else ""
            print(f"\r\x1b[Kepoch {epoch} of {planned}{loss}", end="", file=sys.stderr, flush=True)

    try:
        yield watch
    finally:
        if terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def export(
    run: RunFolder,
    trial: TrialName = "best",
    to: Annotated[str, typer.Option("--to", metavar="FORMATS", help="Joined by commas.")] = "genome,safetensors,onnx",
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="Left out: exports/TRIAL in the run's folder.")] = None,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Write a trained network in forms that run without us.

    Each file is loaded again and compared with the network; one that differs is not kept.
    """
    import json as json_

    from nas import api
    from nas.study import Run

    found = Run.open(run, allow_code=allow_code)
    folder = api.export(found, found.trial(trial), to=[name.strip() for name in to.split(",") if name.strip()], out=out)
    manifest = json_.loads((folder / "manifest.json").read_text())
    note(f"exported to {folder}")
    rows = [[name, f"{file['bytes']:,}", _check(file["check"])] for name, file in manifest["files"].items()]
    note(table(["file", "bytes", "check"], rows))
    if json:
        print_json(manifest)


def _check(check: dict) -> str:
    differences = {name: value for name, value in check.items() if "difference" in name}
    return ", ".join(f"{name.replace('_', ' ')} {value:.1e}" for name, value in differences.items() if isinstance(value, float))
