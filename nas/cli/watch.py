"""nas watch: the live view of a run that another process drives."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from nas.cli.options import AllowCode, Json
from nas.cli.show import columns, note, print_json, table
from nas.cli.signals import interruptible
from nas.errors import InputError

SECONDS = 1.0  # between two looks, or ten times as long as one takes


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("watch")(watch)


def watch(
    run: Annotated[str, typer.Argument(metavar="RUN|URL", help="A run's folder, or postgresql://USER@HOST/DATABASE?study=NAME.")],
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Follow a run that another process drives.

    It reads only, and ends when the run is over. A database without ?study= is listed. With --json: how it stands now.
    """
    from nas.database_url import parse
    from nas.safe_paths import is_url

    if is_url(run) and not parse(run).study:
        _list(run, json=json)
    elif json:
        _print(run, allow_code=allow_code)
    else:
        with interruptible():
            _follow(run)
        _finish(run, allow_code=allow_code)


def _follow(run: str) -> None:
    """Show what happens until the run is over."""
    from nas.cli.live import live
    from nas.study.following import Following

    followed = Following(run)
    alone = False  # whether it was said that nobody drives the run
    with live(planned=followed.planned, objective=followed.objective) as show:
        while True:
            began = time.monotonic()
            for trial in followed.changed():
                show(trial)
            if followed.over:
                return
            driver = followed.driver()
            if driver is None and not alone:
                note(f"nobody drives this run; it goes on with: nas resume {followed.folder}")
            alone = driver is None
            time.sleep(max(SECONDS, 10 * (time.monotonic() - began)))


def _finish(run: str, *, allow_code: bool) -> None:
    from nas.cli.leaderboard import overview
    from nas.cli.search import SHOWN
    from nas.study import Run

    try:
        found = Run.open(run, allow_code=allow_code)
    except InputError as error:  # code of its own, that nobody allowed here
        note(f"the run is over; it cannot be shown: {error}")
        return
    note()
    note(overview(found, limit=SHOWN, width=columns(sys.stderr)))


def _print(run: str, *, allow_code: bool) -> None:
    from nas.study import Run
    from nas.study.summary import summary

    found = Run.open(run, allow_code=allow_code)
    print_json(summary(found) | {"driver": found.driver()})


def _list(url: str, *, json: bool) -> None:
    from nas.database_url import parse
    from nas.study.following import studies

    rows = studies(parse(url))
    if json:
        print_json([{"url": str(row.url), "space": row.space, "planned": row.planned, "done": row.over} for row in rows])
    elif rows:
        cells = [[row.url.study, row.space, row.planned, "over" if row.over else "not over"] for row in rows]
        print(table(["study", "space", "planned", "state"], cells))
    else:
        note(f"no runs in {url}")
