"""nas dashboard: a run in a browser, live."""

from __future__ import annotations

from typing import Annotated

import typer

from nas.cli.options import AllowCode
from nas.cli.show import note, put
from nas.cli.signals import interruptible


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("dashboard")(dashboard)


def dashboard(
    run: Annotated[str, typer.Argument(metavar="RUN|URL", help="A run's folder, or postgresql://USER@HOST/DATABASE?study=NAME.")],
    port: Annotated[int, typer.Option("--port", metavar="N", min=0, max=65535, help="0: a free one.")] = 8080,
    allow_code: AllowCode = False,
) -> None:
    """Show a run in a browser while it goes on.

    Optuna's dashboard with the figures of the report. It only reads, and serves this machine alone. Ctrl-C ends it.
    """
    from nas.dashboard import serve
    from nas.study import Run

    found = Run.open(run, allow_code=allow_code)

    def ready(url: str) -> None:
        put(url)
        note("Ctrl-C ends it")

    with interruptible():
        serve(found, port=port, ready=ready)
