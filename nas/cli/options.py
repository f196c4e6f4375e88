"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
RunFolder = Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a run.")]
Runner = Annotated[str, typer.Option("--runner", metavar="NAME", help="Where to run: laptop, workstation, local, or a file.")]
Seed = Annotated[int | None, typer.Option("--seed", metavar="N", min=0, help="Another seed gives another search.")]
Set = Annotated[list[str] | None, typer.Option("--set", metavar="A.B=C", help="Change a value of the search space; repeatable.")]
Space = Annotated[str, typer.Argument(metavar="SPACE", help="A shipped name (nas space list) or a file.")]
TrialName = Annotated[str, typer.Argument(metavar="TRIAL", help="A trial's number, or best.", show_default=False)]
