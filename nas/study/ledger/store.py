"""The durable study: an Optuna study that holds every trial, and the only thing that a search is resumed from.

One process writes trials, the one that drives the search; a final training may add its note at any time. So after an error
of a database, whose last write may have arrived or not, it is enough to write again, or to look what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

from optuna.exceptions import UpdateFinishedTrialError
from optuna.trial import FrozenTrial, TrialState, create_trial

from nas.database_url import DatabaseUrl
from nas.errors import RunError
from nas.space.settings import Direction
from nas.study.ledger import ledger as ledgers
from nas.study.ledger.ledger import Ledger, Location
from nas.study.ledger.uncollected import uncollected
from nas.study.trial import Leg, Trial, check

_RESULT = ("state", "attempt", "legs", "reason", "metrics", "seconds", "notes")  # what may change; the rest is written once


class Store:
    """The trials of a study, and what is noted about all of it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger, self._study = ledger, ledger.study
        self._ids: dict[int, int] = {}
        self._storage = ledger.study._storage
        self._seen: dict[int, tuple[FrozenTrial, Trial]] = {}
        self._memory: dict[str, Any] | None = None  # as it was written last

    @classmethod
    def create(
        cls, location: Location, *, directions: Sequence[Direction], about: dict[str, Any], resume: str = "nas resume"
    ) -> Store:
        """A new study; `about` says what it is a study of, and `resume` by which command one goes on with it."""
        return cls(ledgers.create(location, directions, about).waiting(resume=resume))

    @classmethod
    def open(cls, location: Location, *, resume: str = "nas resume") -> Store:
        """An existing study; `RunError` where there is none."""
        return cls(ledgers.open_(location).waiting(resume=resume))

    @property
    def url(self) -> DatabaseUrl | None:
        """Of the database, where the study is in one."""
        return self._ledger.url

    def owned(self) -> AbstractContextManager[None]:
        """While this process drives the study; `RunError` where another one does, as far as the study itself knows."""
        return self._ledger.owned()

    def driver(self) -> str | None:
        """The process that drives the study, where the study itself knows."""
        return self._ledger.patiently(self._ledger.driver)

    def add(self, trial: Trial, frozen: FrozenTrial, memory: dict[str, Any]) -> None:
        """Write down a proposal before anything is done about it."""
        row = create_trial(
            state=TrialState.RUNNING,
            params=frozen.params,
            distributions=frozen.distributions,
            system_attrs=dict(frozen.system_attrs),
            user_attrs={"trial": _proposal(trial), "result": _result(trial)},
        )
        if memory != (self._memory or {}):
            self.note("memory", dict(memory))
            self._memory = dict(memory)
        study = self._study._study_id

        def create() -> int:
            return self._storage.create_new_trial(study, template_trial=row)

        def find_or_create() -> int:
            try:
                return self._storage.get_trial_id_from_study_id_trial_number(study, trial.number)
            except KeyError:
                return create()

        self._ids[trial.number] = self._ledger.patiently(create, find_or_create)

    def report(self, number: int, epoch: int, metrics: dict[str, float]) -> None:
        """Add one epoch to a trial's curve."""
        self._ledger.patiently(lambda: self._storage.set_trial_user_attr(self._ids[number], f"epoch:{epoch}", metrics))

    def update(self, trial: Trial) -> None:
        """Write anew what changes, while a trial is not settled."""
        self._ledger.patiently(self._writing(trial))

    def wait(self, trial: Trial) -> None:
        """Write that a trial waits: it may be taken up again."""
        self._ledger.patiently(self._writing(trial, TrialState.WAITING))

    def go_on(self, trial: Trial) -> None:
        """Write that a trial that waited runs again."""
        self._ledger.patiently(self._writing(trial, TrialState.RUNNING))

    def settle(self, trial: Trial, values: list[float] | None) -> None:
        """Write the end of a trial: after this it is never changed. The result counts, if the state was not written."""
        without = TrialState.FAIL if trial.state == "failed" else TrialState.PRUNED
        write = self._writing(trial, without if values is None else TrialState.COMPLETE, values)

        def write_unless_it_was() -> None:
            try:
                write()
            except UpdateFinishedTrialError:
                return

        self._ledger.patiently(write, write_unless_it_was)

    def _writing(self, trial: Trial, state: TrialState | None = None, values: list[float] | None = None) -> Callable[[], None]:
        """Writes the result of a trial and its state together."""
        number, result = self._ids[trial.number], _result(trial)

        def write() -> None:
            with self._ledger.together():
                self._storage.set_trial_user_attr(number, "result", result)
                if state is not None:
                    self._storage.set_trial_state_values(number, state, values)

        return write

    @uncollected()
    def load(self) -> tuple[list[Trial], list[FrozenTrial], dict[str, Any]]:
        """All trials by number, their rows, and what samplers noted down."""
        rows = self._ledger.patiently(lambda: self._study.get_trials(deepcopy=False))
        trials = []
        for row in rows:
            self._ids[row.number] = row._trial_id
            trials.append(_trial(row))
        self._memory = self._notes().get("memory", {})
        return trials, rows, self._memory or {}

    @uncollected()
    def all_trials(self) -> list[Trial]:
        """All trials by number, to look at: one that was not written to since it was looked at is the same object."""
        rows = self._ledger.patiently(lambda: self._study.get_trials(deepcopy=False))
        for row in rows:
            self._ids[row.number] = row._trial_id
            seen = self._seen.get(row.number)
            if seen is None or seen[0] is not row:
                self._seen[row.number] = row, _trial(row)
        return [self._seen[row.number][1] for row in rows]

    def trial(self, number: int) -> Trial:
        """One of the trials that were loaded or added."""
        return _trial(self._ledger.patiently(lambda: self._storage.get_trial(self._ids[number])))

    def note(self, name: str, value: Any) -> None:
        """Say something about the whole study."""
        self._ledger.patiently(lambda: self._study.set_user_attr(name, value))

    def finals(self) -> dict[str, Any]:
        """What the final trainings measured, by the number of the trial."""
        return {name.removeprefix("final:"): value for name, value in self._notes().items() if name.startswith("final:")}

    def about(self) -> dict[str, Any]:
        return {k: v for k, v in self._notes().items() if k != "memory"}

    def _notes(self) -> dict[str, Any]:
        return self._ledger.patiently(lambda: self._study.user_attrs)


def _trial(row: FrozenTrial) -> Trial:
    """The trial of a row; `RunError` where no search wrote it, because a run may be a stranger's."""
    try:
        data = {**row.user_attrs["trial"], **row.user_attrs["result"]}
        data["legs"] = [Leg(*leg) for leg in data.get("legs", ())]
        curve = {int(k[6:]): v for k, v in row.user_attrs.items() if k.startswith("epoch:")}
        trial = Trial(number=row.number, curve=dict(sorted(curve.items())), **data)
        check(trial)
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"trial {row.number} of the study is none that a search wrote: {str(error)[:200]}") from None
    return trial


def _proposal(trial: Trial) -> dict[str, Any]:
    return {name: value for name, value in vars(trial).items() if name not in ("number", "curve", *_RESULT)}


def _result(trial: Trial) -> dict[str, Any]:
    return {name: getattr(trial, name) for name in _RESULT}
