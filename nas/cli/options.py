"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

AllowCode = Annotated[bool, typer.Option("--allow-code", help="Run the code that the file names: imports, module:function.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan and start nothing.")]
Figures = Annotated[Path | None, typer.Option("--figures", metavar="DIR", help="A folder for the figures as PNG and SVG.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
LearnFrom = Annotated[
    list[str] | None,
    typer.Option("--learn-from", metavar="RUN|URL", help="A run whose results the strategy learns from; repeatable."),
]
Out = Annotated[Path | None, typer.Option("--out", metavar="DIR", help="A new folder; left out: results/NAME of the space.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
Reuse = Annotated[
    list[str] | None,
    typer.Option("--reuse", metavar="RUN|URL", help="A run whose results stand for the same trainings here; repeatable."),
]
Runner = Annotated[str, typer.Option("--runner", metavar="NAME", help="Where to run: laptop, workstation, local, or a file.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help="Another seed gives another search.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="A.B=C", help="Change a value of the search space; repeatable.")]
Space = Annotated[str, typer.Argument(metavar="SPACE", help="A shipped name (nas space list) or a file.")]
Strategy = Annotated[
    str | None, typer.Option("--strategy", metavar="NAME", help="Who proposes: random, tpe, evolution, surrogate, ...")
]
TrialName = Annotated[str, typer.Argument(metavar="TRIAL", help="A trial's number, or best.", show_default=False)]
Trials = Annotated[int | None, typer.Option("--trials", metavar="N", min=1, help="Networks to train.")]
