"""Run a search on Ray, a private one or a cluster, until it is over."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from nas.errors import ClusterLost, SearchError
from nas.runner.dispatch import Dispatch
from nas.runner.interrupt import Interrupts
from nas.runner.plan import Plan, window_warning
from nas.runner.ray.cluster import joined, settled
from nas.runner.ray.lookout import Lookout
from nas.runner.ray.nodes import Capacity
from nas.runner.ray.private import private
from nas.runner.ray.settings import ray
from nas.runner.ray.tuning import tuned

FRUITLESS = 3  # Tuners in a row that ended and brought nothing


def run(dispatch: Dispatch, interrupts: Interrupts, *, say: Callable[[str], None]) -> None:
    """Train every trial that the search asks for on Ray, until it is over."""
    with _ray(dispatch.plan, interrupts) as folder:
        placed = "" if dispatch.plan.address == "local" else settled(dispatch, say)
        capacity = Capacity(dispatch.plan, lambda workers: _counted(dispatch, workers, say), say)
        with Lookout(interrupts, resume=f"nas resume {dispatch.run.folder}"):
            fruitless = 0
            while not dispatch.search.over:
                before = dispatch.search.ended
                try:
                    tuned(dispatch, folder, capacity=capacity, placed=placed)
                finally:
                    interrupts.check()  # Tune loses or wraps what is raised in it
                dispatch.give_up_workers()
                fruitless = 0 if dispatch.search.ended > before else fruitless + 1
                if fruitless == FRUITLESS:
                    raise SearchError(f"Ray Tune ended {FRUITLESS} times and no trial came to an end; see its log in {folder}")


def _counted(dispatch: Dispatch, workers: int, say: Callable[[str], None]) -> None:
    """Say how many trials the cluster holds at once, when nodes have come or gone."""
    say(f"cluster    holds {workers} trials at once")
    for warning in window_warning(dispatch.search.window, workers):
        say(f"warning: {warning}")
    dispatch.workers = workers


def try_out() -> None:
    """Start a private Ray and end it again; raises what Ray raises."""
    with Interrupts() as interrupts, _ray(Plan("ray", "local", 1, 1.0, 0.0, 0, None, ()), interrupts):
        pass


@contextlib.contextmanager
def _ray(plan: Plan, interrupts: Interrupts) -> Iterator[Path]:
    """A Ray of our own with its own folder, or the cluster that was asked for; left as it was found.

    Signals wait while it starts and ends: a process that leaves Ray half started crashes at its end, and one that leaves it half
    ended makes its folder anew.
    """

    def leave(kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, ClusterLost):  # to say goodbye would take Ray a minute, and end this process
            with interrupts.held():
                ray.shutdown()

    with contextlib.ExitStack() as stack:
        with interrupts.held():
            folder = stack.enter_context(private(plan) if plan.address == "local" else joined(plan))
            stack.push(leave)
        # What goes wrong with a trial is in the study; Ray would print it too, a screen for each.
        for name in ("ray", "ray.tune", "ray.train", "ray.air", "ray._private.worker"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield folder
