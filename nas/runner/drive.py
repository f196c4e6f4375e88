"""Drive a search on the runner that its plan names, until it is over."""

from __future__ import annotations

from collections.abc import Callable

from nas.errors import SearchError
from nas.runner import inline, local
from nas.runner.dispatch import Dispatch
from nas.runner.interrupt import Interrupts
from nas.runner.plan import Plan
from nas.study import Run, Search


def drive(search: Search, run: Run, plan: Plan, *, say: Callable[[str], None] = lambda line: None) -> None:
    """Train every trial that the search asks for. say: called with what is found out on the way.

    Raises `SearchError` where it cannot go on, KeyboardInterrupt after Ctrl-C, and `Terminated` after SIGTERM; each leaves
    a study that can be resumed.
    """
    with Interrupts() as interrupts:
        dispatch = Dispatch(search, run, plan, interrupts)
        try:
            _engine(dispatch, interrupts, say)
        except KeyboardInterrupt:
            interrupts.check()  # which signal it was: on its way through Tune it becomes a plain Ctrl-C
            raise
        interrupts.check()
    if not search.over:
        raise SearchError("the search waits for trials that nobody runs")
    if dispatch.idleness.share >= 0.005:
        say(f"idle       {dispatch.idleness.share:.0%} of the workers' time: the order waited (strategy.window: {search.window})")


def _engine(dispatch: Dispatch, interrupts: Interrupts, say: Callable[[str], None]) -> None:
    if dispatch.plan.engine == "ray":
        from nas.runner import ray  # on demand: it takes a second

        ray.run(dispatch, interrupts, say=say)
    elif dispatch.plan.engine == "local":
        local.run(dispatch)
    else:
        inline.run(dispatch)
