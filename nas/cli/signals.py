"""Commands that take long end with a status that says which signal ended them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from nas.cli.show import note


@contextmanager
def interruptible(say: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Ctrl-C ends the command with status 130, SIGTERM with 143; `say` gives the line that is told then, if any."""
    from nas.runner.interrupt import Interrupts, Terminated

    try:
        with Interrupts(final=True):
            yield
    except KeyboardInterrupt as signal:
        # Nothing is imported here: what the signal broke off may have been an import.
        line = say()
        if line:
            note(line)
        raise typer.Exit(143 if isinstance(signal, Terminated) else 130) from None


@contextmanager
def resumable(folder: Path | None) -> Iterator[None]:
    """The same for a search: it is told how to go on with its run, if there is one yet."""

    def told() -> str:
        if folder is not None and any((folder / name).is_file() for name in ("study.journal", "study.url")):
            return f"interrupted; finished trials are kept, go on with: nas resume {folder}"
        return "interrupted before the first trial"

    with interruptible(told):
        yield
