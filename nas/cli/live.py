"""Progress of a search on standard error: a live table on a terminal, one line a trial elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from nas.cli.show import legible, note
from nas.drawing.numbers import short
from nas.study.summary import choices_text, number_text, state_text
from nas.study.trial import Trial

if TYPE_CHECKING:
    from rich.console import RenderableType

    from nas.space.settings import ObjectiveSettings

Watch = Callable[[Trial], None]
SETTLED, RUNNING = 6, 12  # rows of the live table


@contextmanager
def live(*, planned: int, objective: ObjectiveSettings, before: Iterable[Trial] = ()) -> Iterator[Watch]:
    """Gives the function that a search calls when something about a trial changed.

    planned: trials that will train. objective: what is shown of each. before: trials of a run that is resumed.
    """
    if not sys.stderr.isatty():
        lines = Lines(objective.metric)
        try:
            yield lines.update
        finally:
            lines.close()
        return
    from rich.console import Console
    from rich.live import Live

    view = View(planned=planned, objective=objective)
    for trial in before:
        view.update(trial)
    # Transient: the leaderboard follows. Drawn four times a second, however fast trials are.
    with Live(get_renderable=view.table, console=Console(stderr=True), refresh_per_second=4, transient=True):
        yield view.update


class Lines:
    """A line for each trial that comes to rest; of repeats, of which an exhausted space gives many, how many there were."""

    def __init__(self, metric: str) -> None:
        self._metric = metric
        self._said: set[tuple[int, str]] = set()
        self._repeats: list[Trial] = []  # one after another, and not told of yet

    def update(self, trial: Trial) -> None:
        told = trial.number, state_text(trial)  # a trial that pauses is told of at each rung, and when it ends
        if not _rests(trial) or trial.state == "screened" or told in self._said:  # of those there are many
            return
        self._said.add(told)
        if trial.state == "repeat":
            self._repeats.append(trial)
            return
        self.close()
        note(line(trial, self._metric))

    def close(self) -> None:
        """Tell of the repeats so far."""
        repeats, self._repeats = self._repeats, []
        if len(repeats) == 1:
            note(line(repeats[0], self._metric))
        elif repeats:
            note(f"{len(repeats)} trials, {repeats[0].number} to {repeats[-1].number}, repeat networks that were tried before")


def _rests(trial: Trial) -> bool:
    """Whether nothing computes it now."""
    return trial.settled or trial.state == "paused"


def line(trial: Trial, metric: str) -> str:
    """A trial that is settled, or waits, in a line."""
    head = f"trial {trial.number:>3}  {state_text(trial):<11} "
    what = f"{trial.params:>9,} params  depth {trial.depth:>3}  {choices_text(trial)}"
    value = _value(trial, metric)
    result = f"{metric} {number_text(metric, value):>8}  " if value is not None else ""
    reason = f"  ({' '.join(trial.reason.split())})" if trial.reason else ""
    return f"{head}{result}{what}{reason}"[:300]


def _value(trial: Trial, metric: str) -> float | None:
    """The result of a trial, or what it reported last."""
    last = trial.curve[max(trial.curve)] if trial.curve else {}
    value = trial.value(metric)
    return last.get(metric) if value is None else value


class View:
    """The trials that were settled last, those that run, and a line that sums up; never wider than the terminal."""

    def __init__(self, *, planned: int, objective: ObjectiveSettings) -> None:
        self._planned, self._metric = planned, objective.metric
        self._better = max if objective.direction == "maximize" else min
        self._trials: dict[int, Trial] = {}
        self._started = time.monotonic()

    def update(self, trial: Trial) -> None:
        self._trials[trial.number] = trial

    def table(self) -> RenderableType:
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        trials = list(self._trials.values())
        settled = [trial for trial in trials if trial.trains and _rests(trial)]
        running = [trial for trial in trials if trial.state == "running"]
        table = Table(box=None, expand=True, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
        for name in ("trial", "state", "epoch", self._metric, "params", "macs", "depth"):
            table.add_column(name, justify="left" if name == "state" else "right", no_wrap=True)
        table.add_column("choices", no_wrap=True, overflow="ellipsis", ratio=1)  # the only one that gives way
        for trial in [*settled[-SETTLED:], *running[:RUNNING]]:
            table.add_row(*self._cells(trial), style="" if trial.state == "running" else "dim")
        return Group(table, Text(self._sum(settled, running), no_wrap=True, overflow="ellipsis"))

    def _cells(self, trial: Trial) -> list[str]:
        from rich.markup import escape

        value = number_text(self._metric, _value(trial, self._metric))
        epoch = str(max(trial.curve, default=""))
        return [
            str(trial.number),
            trial.state,
            epoch,
            value,
            short(trial.params),
            short(trial.macs),
            str(trial.depth),
            escape(legible(choices_text(trial))),
        ]

    def _sum(self, settled: list[Trial], running: list[Trial]) -> str:
        counts = Counter(trial.state for trial in self._trials.values())
        parts = [f"{len(settled) - counts['paused']} of {self._planned} trained", f"{len(running)} running"]
        named = (("paused", "paused"), ("repeat", "repeated"), ("screened", "screened"))
        parts += [f"{counts[state]} {said}" for state, said in named if counts[state]]
        parts.append(f"{time.monotonic() - self._started:.0f} s")
        return ", ".join(parts) + self._best(settled)

    def _best(self, settled: list[Trial]) -> str:
        finished = [(value, t.number) for t in settled if t.state == "finished" and (value := t.value(self._metric)) is not None]
        if not finished:
            return ""
        value, number = self._better(finished)
        return f"; best is trial {number}, {self._metric} {number_text(self._metric, value)}"
