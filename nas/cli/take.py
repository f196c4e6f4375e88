"""nas train: the final training of one network."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nas.cli.options import AllowCode, Json, TrialName
from nas.cli.show import note, print_json
from nas.errors import InputError

if TYPE_CHECKING:
    from nas.study import Run, Trial


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train")(train)


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
