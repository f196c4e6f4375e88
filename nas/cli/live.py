"""Progress of a search on standard error: a live table on a terminal, one line a trial elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nas.cli.show import note
from nas.study.summary import choices_text, number_text
from nas.study.trial import Trial

Watch = Callable[[Trial], None]
SHOWN = 6  # settled trials in the live table


@contextmanager
def live() -> Iterator[Watch]:
    """Gives the function that a search calls when something about a trial changed."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console
    from rich.live import Live

    view = _View()
    with Live(get_renderable=view.table, console=Console(stderr=True), refresh_per_second=4, transient=False) as shown:
        def watch(trial: Trial) -> None:
            view.update(trial)
            shown.refresh()

        yield watch


def _lines() -> Watch:
    said: set[int] = set()

    def watch(trial: Trial) -> None:
        if trial.settled and trial.number not in said:
            said.add(trial.number)
            note(line(trial))

    return watch


def line(trial: Trial) -> str:
    """A settled trial in a line."""
    head = f"trial {trial.number:>3}  {trial.state:<11}"
    what = f"{trial.params:>9,} params  depth {trial.depth:>3}  {choices_text(trial)}"
    error = f"error {number_text('error', trial.metrics.get('error')):>8}  " if "error" in trial.metrics else ""
    reason = f"  ({trial.reason})" if trial.reason else ""
    return f"{head}{error}{what}{reason}"[:300]


class _View:
    """The rows of the live table: running trials, then the last ones that were settled, and the best so far."""

    def __init__(self) -> None:
        self._trials: dict[int, Trial] = {}
        self._started = time.monotonic()

    def update(self, trial: Trial) -> None:
        self._trials[trial.number] = trial

    def table(self):  # noqa: ANN201  rich is imported on demand
        from rich.table import Table

        trials = list(self._trials.values())
        running = [t for t in trials if t.state == "running"]
        settled = [t for t in trials if t.settled]
        table = Table(title=self._title(settled, running), title_justify="left", expand=False)
        for name, justify in (("trial", "right"), ("state", "left"), ("epoch", "right"), ("error", "right"),
                              ("params", "right"), ("macs", "right"), ("depth", "right"), ("choices", "left")):  # fmt: skip
            table.add_column(name, justify=justify, no_wrap=True)  # type: ignore[arg-type]
        for trial in [*settled[-SHOWN:], *running]:
            last = max(trial.curve, default=0)
            error = trial.metrics.get("error", trial.curve.get(last, {}).get("error"))
            table.add_row(str(trial.number), trial.state, str(last or ""), number_text("error", error), f"{trial.params:,}",
                          f"{trial.macs:,}", str(trial.depth), choices_text(trial))  # fmt: skip
        return table

    def _title(self, settled: list[Trial], running: list[Trial]) -> str:
        finished = [t for t in settled if t.state == "finished" and "error" in t.metrics]
        best = min(finished, key=lambda t: t.metrics["error"], default=None)
        text = f"{len(settled)} settled, {len(running)} running, {time.monotonic() - self._started:.0f} s"
        return text + (f"; best: trial {best.number}, error {number_text('error', best.metrics['error'])}" if best else "")
