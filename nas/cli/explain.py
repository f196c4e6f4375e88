"""nas explain: why one trained network works."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nas.cli.options import AllowCode, Figures, Json, RunFolder, TrialName
from nas.cli.show import columns, note, print_json, put


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("explain")(explain)


def explain(
    run: RunFolder,
    trial: TrialName = "best",
    images: Annotated[int, typer.Option("--images", metavar="N", min=2, help="Of the validation part, at most.")] = 1000,
    draws: Annotated[int, typer.Option("--draws", metavar="N", min=1, help="How many times at random.")] = 5,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Another seed draws others.")] = 0,
    out: Annotated[Path | None, typer.Option("--out", metavar="DIR", help="A folder for explain.json and figures (SVG).")] = None,
    figures: Figures = None,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Delete a network's blocks, reorder them, follow its gradients.

    The analyses of Veit et al. 2016: the error without each block and without several, in another order, the gradient along
    paths of each length; and the share of each stage. Nothing is trained. The numbers are kept in the run's folder.
    """
    from nas import api
    from nas.cli.explained import explained
    from nas.drawing.plotted import check_folder, write_figures
    from nas.explanation.figures import charts
    from nas.study import Run

    if figures is not None:
        check_folder(figures)
    found = Run.open(run, allow_code=allow_code)
    document = api.explain(found, found.trial(trial), images=images, draws=draws, seed=seed, out=out, say=note)
    if out is not None:
        note(f"wrote explain.json and figures to {out}")
    if figures is not None:
        note(f"wrote {len(write_figures(charts(document), figures))} figures to {figures}")
    if json:
        print_json(document)
    else:
        put(explained(document, width=columns(sys.stdout)))
