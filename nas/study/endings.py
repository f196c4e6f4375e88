"""Where trials end: it is written, said, and means something for the trials that repeat the same network."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optuna.trial import FrozenTrial, TrialState

from nas.space.settings import ObjectiveSettings
from nas.study.decisions.knowledge import Knowledge, final
from nas.study.decisions.screening import Screening
from nas.study.ledger.store import Store
from nas.study.trial import Trial


class Endings:
    """Of the trials of a search, whose list grows; `watch` is called with each trial that came to its end, or pauses."""

    def __init__(
        self,
        trials: Sequence[Trial],
        store: Store,
        objectives: Sequence[ObjectiveSettings],
        knowledge: Knowledge,
        screening: Screening,
        watch: Callable[[Trial], None],
    ) -> None:
        self._trials, self._store, self._objectives, self._watch = trials, store, objectives, watch
        self._knowledge, self._screening = knowledge, screening

    def write(self, trial: Trial) -> None:
        """Write what became of a trial; one that pauses may be taken up again."""
        if trial.state == "paused":
            self._store.wait(trial)
        else:
            self._store.settle(trial, final(trial, self._objectives))
        self._watch(trial)
        for repeat in self._knowledge.repeats.get(trial.number, ()):
            self.follow(repeat)

    def follow(self, trial: Trial) -> None:
        """Give a repeat what is known of its original; of one that runs, or may still be chosen to, that is nothing."""
        original = self._trials[trial.repeats or 0]
        if original.state == "running" or original in self._screening.group:
            return
        trial.reason = f"the network of trial {original.number} ({original.state})"
        if original.state == "paused":
            self._store.wait(trial)
        else:
            trial.metrics = dict(original.metrics) if original.complete else {}
            self._store.settle(trial, final(trial, self._objectives))
        self._watch(trial)

    def mend(self, trial: Trial, row: FrozenTrial) -> None:
        """Write what was left unwritten when the search was broken off between two writes."""
        if row.state.is_finished():
            return
        waits = row.state == TrialState.WAITING
        if trial.state == "running":
            if waits:
                self._store.go_on(trial)
        elif trial.state == "paused":
            if not waits:
                self._store.wait(trial)
        elif trial.repeats is not None:
            if not (waits and self._trials[trial.repeats].state == "paused"):
                self.follow(trial)
        elif trial not in self._screening.group:
            self._store.settle(trial, final(trial, self._objectives))
