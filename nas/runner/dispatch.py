"""What a search asks of its workers, whichever runner has them: jobs go out, and what became of each comes back once."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager

from nas.errors import NasError
from nas.evaluate import Job, Outcome
from nas.runner.interrupt import Interrupts
from nas.runner.plan import Plan
from nas.runner.worker import Death
from nas.study import Run, Search, Trial

LOST = Death("error: its worker or its node was lost")


class Dispatch:
    """Gives out the trials of a search. A trial whose worker died is given out again, so often as the plan says."""

    def __init__(self, search: Search, run: Run, plan: Plan, interrupts: Interrupts) -> None:
        self.search, self.run, self.plan = search, run, plan
        self.workers = plan.workers  # as many as there are; on a cluster nodes come and go
        self._interrupts = interrupts
        self._out: set[int] = set()  # numbers of trials that a worker has
        self._again: deque[Trial] = deque()
        self._deaths: Counter[int] = Counter()
        self.idleness = Idleness()

    @property
    def out(self) -> int:
        """How many trials are with workers."""
        return len(self._out)

    @property
    def done(self) -> bool:
        """Whether nothing will be given out any more."""
        return not self._again and (not self.search.running or self.search.over)

    def next(self) -> Job | None:
        """A job for a free worker; None while there is none to give."""
        self._interrupts.check()
        with self.remembered():
            trial = self._again.popleft() if self._again else self.search.ask()
        if trial is not None:
            self._out.add(trial.number)
        self._note()
        if trial is None:
            return None
        plan = self.plan
        return self.run.job(trial, device=plan.device, time_limit_seconds=plan.time_limit_seconds)

    def gpus(self, number: int) -> float:
        """What a trial gets of a GPU."""
        trial, file = self.search.trials[number], self.run.space.file
        return self.plan.share(params=trial.params, activations=trial.activations, train=file.train)

    def report(self, number: int, epoch: int, metrics: dict[str, float]) -> bool:
        """Note an epoch; False where the trial is to end."""
        self._interrupts.check()
        with self.remembered():
            return number in self._out and self.search.report(number, epoch, metrics)

    def ended(self, number: int, result: Outcome | Death) -> None:
        """Settle a trial, or put it back where its worker died. A second result, of a worker given up, changes nothing."""
        if number not in self._out:
            return
        self._out.discard(number)
        with self.remembered():
            if isinstance(result, Outcome):
                self.search.tell(number, result)
            elif self._deaths[number] < self.plan.retries:
                self._deaths[number] += 1
                self._again.append(self.search.again(number))
            else:
                self.search.tell(number, self._given_up(number, result))
        self._note()

    @contextmanager
    def remembered(self) -> Iterator[None]:
        """Around what cannot go on without the study, or the nodes: the search ends, even if the caller loses the error."""
        try:
            yield
        except NasError as error:
            self._interrupts.fail(error)
            raise

    def give_up_workers(self) -> None:
        """Put back all trials that are out: nobody works on them any more, through no fault of theirs."""
        for number in sorted(self._out):
            self.put_back(number)

    def put_back(self, number: int) -> None:
        """Give a trial out again, which was not begun or was given up, and do not count it."""
        self._out.discard(number)
        self._again.append(self.search.again(number))

    def _given_up(self, number: int, death: Death) -> Outcome:
        curve = self.search.trials[number].curve
        last = curve[max(curve)] if curve else {}
        tries = self._deaths[number] + 1
        often = "" if tries == 1 else f", the last of {tries} times"
        return Outcome(status="failed", reason=f"{death.reason}{often}", metrics=last, seconds=0)

    def _note(self) -> None:
        waits = self.search.held_back and not self._again
        self.idleness.note(busy=len(self._out), held=max(0, self.workers - len(self._out)) if waits else 0)


class Idleness:
    """The share of the workers' time in which the order of the search, and nothing else, let them wait."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._busy = self._held = 0
        self._totals = [0.0, 0.0]  # worker seconds: busy, held

    def note(self, *, busy: int, held: int) -> None:
        """From now on so many workers compute, and so many wait for the results of others."""
        now = time.monotonic()
        self._totals[0] += self._busy * (now - self._since)
        self._totals[1] += self._held * (now - self._since)
        self._since, self._busy, self._held = now, busy, held

    @property
    def share(self) -> float:
        busy, held = self._totals
        return held / (busy + held) if held else 0.0
