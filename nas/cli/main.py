"""The command's entry: the groups of commands, and one place where errors become a line and an exit status.

Exit status: 0 done, 1 the work failed, 2 the input is wrong, 3 a Ray cluster lost its head, 130 interrupted, 143 terminated.
"""

from __future__ import annotations

import io
import os
import sys

import typer

from nas.cli import comparison, dashboard, doctor, explain, export, genome, latency, runs, search, space, take, watch, zoo
from nas.cli.show import note
from nas.errors import ClusterLost, InputError, MissingExtraError, NasError

LONGEST = 2000  # letters of an error: it may quote a name from a file

app = typer.Typer(
    name="nas",
    help="Search convolutional architectures: deeper or wider, at a budget.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
search.add_to(app)
comparison.add_to(app)
runs.add_to(app)
watch.add_to(app)
take.add_to(app)
export.add_to(app)
explain.add_to(app)
latency.add_to(app)
dashboard.add_to(app)
app.add_typer(space.app, name="space")
app.add_typer(genome.app, name="genome")
app.add_typer(zoo.app, name="zoo")
doctor.add_to(app)


def main() -> None:
    """Run the command and exit."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a tick on a terminal that has none
    try:
        app(prog_name="nas")
    except ClusterLost as error:
        _say(str(error))
        sys.stdout.flush()
        os._exit(3)  # Ray's farewell to a head that is gone takes a minute, or ends this process with another status
    except NasError as error:
        _fail(str(error), 2 if isinstance(error, InputError | MissingExtraError) else 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
    except OSError as error:
        if error.filename is None:
            raise
        _fail(f"{error.filename2 or error.filename}: {error.strerror}", 1)  # a full disk, a folder that may not be written to


def _fail(text: str, status: int) -> None:
    _say(text)
    sys.exit(status)


def _say(text: str) -> None:
    line = " ".join(text.splitlines())
    note(f"nas: {line if len(line) <= LONGEST else f'{line[:LONGEST]}...'}")
