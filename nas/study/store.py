"""The durable study: an Optuna study that holds every trial, and the only thing that a search is resumed from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial

from nas.errors import RunError
from nas.space.settings import Direction
from nas.study.journal import journal
from nas.study.trial import Leg, Trial

STUDY = "search"
_RESULT = ("state", "attempt", "legs", "reason", "metrics", "seconds")  # what may change; the rest is written once


@contextmanager
def quiet() -> Iterator[None]:
    """Without Optuna's line for each study that is made."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


class Store:
    """One process writes to it: the one that drives the search."""

    def __init__(self, study: optuna.Study) -> None:
        self._study = study
        self._ids: dict[int, int] = {}
        self._storage = study._storage
        self._memory = study.user_attrs.get("memory", {})

    @classmethod
    def create(cls, path: Path, *, directions: Sequence[Direction], about: dict[str, Any]) -> Store:
        """A new study; `about` says what it is a study of."""
        with quiet():
            study = optuna.create_study(storage=journal(path), study_name=STUDY, directions=directions)
        for name, value in about.items():
            study.set_user_attr(name, value)
        return cls(study)

    @classmethod
    def open(cls, path: Path) -> Store:
        """An existing study; `RunError` where there is none."""
        try:
            return cls(optuna.load_study(storage=journal(path), study_name=STUDY))
        except (KeyError, ValueError, TypeError, OSError, AssertionError) as error:  # what Optuna meets in a damaged file
            reason = "it holds no study" if isinstance(error, KeyError) else str(error)
            raise RunError(f"{path} cannot be read as the study of a search: {reason}") from None

    def add(self, trial: Trial, frozen: FrozenTrial, memory: dict[str, Any]) -> None:
        """Write down a proposal before anything is done about it."""
        row = create_trial(
            state=TrialState.RUNNING,
            params=frozen.params,
            distributions=frozen.distributions,
            system_attrs=dict(frozen.system_attrs),
            user_attrs={"trial": _proposal(trial), "result": _result(trial)},
        )
        if memory != self._memory:
            self._memory = dict(memory)
            self._study.set_user_attr("memory", self._memory)
        self._ids[trial.number] = self._storage.create_new_trial(self._study._study_id, template_trial=row)

    def report(self, number: int, epoch: int, metrics: dict[str, float]) -> None:
        """Add one epoch to a trial's curve."""
        self._storage.set_trial_user_attr(self._ids[number], f"epoch:{epoch}", metrics)

    def update(self, trial: Trial) -> None:
        """Write anew what changes, while a trial is not settled."""
        self._storage.set_trial_user_attr(self._ids[trial.number], "result", _result(trial))

    def wait(self, trial: Trial) -> None:
        """Write that a trial waits: it may be taken up again."""
        self.update(trial)
        self._storage.set_trial_state_values(self._ids[trial.number], TrialState.WAITING)

    def go_on(self, trial: Trial) -> None:
        """Write that a trial that waited runs again."""
        self.update(trial)
        self._storage.set_trial_state_values(self._ids[trial.number], TrialState.RUNNING)

    def settle(self, trial: Trial, values: list[float] | None) -> None:
        """Write the end of a trial: after this it is never changed. The result counts, if the state was not written."""
        self.update(trial)
        without = TrialState.FAIL if trial.state == "failed" else TrialState.PRUNED
        state = without if values is None else TrialState.COMPLETE
        self._storage.set_trial_state_values(self._ids[trial.number], state, values)

    def load(self) -> tuple[list[Trial], list[FrozenTrial], dict[str, Any]]:
        """All trials by number, their rows, and what samplers noted down."""
        rows = self._study.get_trials(deepcopy=False)
        trials = []
        for row in rows:
            self._ids[row.number] = row._trial_id
            trials.append(_trial(row))
        return trials, rows, self._study.user_attrs.get("memory", {})

    def trial(self, number: int) -> Trial:
        """One of the trials that were loaded or added."""
        return _trial(self._storage.get_trial(self._ids[number]))

    def note(self, name: str, value: Any) -> None:
        """Say something about the whole study."""
        self._study.set_user_attr(name, value)

    def finals(self) -> dict[str, Any]:
        """What the final trainings measured, by the number of the trial."""
        return {name.removeprefix("final:"): value for name, value in self._study.user_attrs.items() if name.startswith("final:")}

    def about(self) -> dict[str, Any]:
        return {k: v for k, v in self._study.user_attrs.items() if k != "memory"}


def _trial(row: FrozenTrial) -> Trial:
    data = row.user_attrs["trial"] | row.user_attrs["result"]
    data["legs"] = [Leg(*leg) for leg in data.get("legs", ())]
    curve = {int(k[6:]): v for k, v in row.user_attrs.items() if k.startswith("epoch:")}
    return Trial(number=row.number, curve=dict(sorted(curve.items())), **data)


def _proposal(trial: Trial) -> dict[str, Any]:
    return {name: value for name, value in vars(trial).items() if name not in ("number", "curve", *_RESULT)}


def _result(trial: Trial) -> dict[str, Any]:
    return {name: getattr(trial, name) for name in _RESULT}
