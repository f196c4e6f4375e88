"""The durable study: an Optuna study that holds every trial, and the only thing that a search is resumed from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy.exc import SQLAlchemyError

from nas.errors import RunError
from nas.study.trial import Trial

STUDY = "search"
_FINAL = {"finished": TrialState.COMPLETE, "stopped": TrialState.PRUNED, "failed": TrialState.FAIL, "over-budget": TrialState.PRUNED}
_KNOWN = ("number", "state", "curve")


@contextmanager
def quiet() -> Iterator[None]:
    """Without Optuna's line for each study that is made."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)


def _durable(url: str) -> optuna.storages.RDBStorage:
    """The storage at `url`.

    SQLite writes ahead and syncs at its checkpoints only: what was written outlives a killed process, and after a power
    cut the last trials may have to be trained again. Syncing at each commit took 16 ms, eight times a trial.
    """
    storage = optuna.storages.RDBStorage(url)
    if url.startswith("sqlite"):
        from sqlalchemy import event

        @event.listens_for(storage.engine, "connect")
        def _configure(connection: Any, record: object) -> None:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

        storage.engine.dispose()  # connections from before the listener
    return storage


class Store:
    """One process writes to it: the one that drives the search."""

    def __init__(self, study: optuna.Study) -> None:
        self._study = study
        self._ids: dict[int, int] = {}
        self._storage = study._storage

    @classmethod
    def create(cls, url: str, *, directions: list[str], about: dict[str, Any]) -> Store:
        """A new study; `about` says what it is a study of."""
        with quiet():
            study = optuna.create_study(storage=_durable(url), study_name=STUDY, directions=directions)
        for name, value in about.items():
            study.set_user_attr(name, value)
        return cls(study)

    @classmethod
    def open(cls, url: str) -> Store:
        """An existing study; `RunError` where there is none."""
        place = url.removeprefix("sqlite:///")
        try:
            return cls(optuna.load_study(storage=_durable(url), study_name=STUDY))
        except KeyError:
            raise RunError(f"{place} holds no study of a search") from None
        except SQLAlchemyError as error:
            raise RunError(f"{place} cannot be read as a study: {str(getattr(error, 'orig', error)).splitlines()[0]}") from None

    def add(self, trial: Trial, frozen: FrozenTrial, memory: dict[str, Any]) -> None:
        """Write down a proposal before anything is done about it."""
        row = create_trial(
            state=TrialState.RUNNING,
            params=frozen.params,
            distributions=frozen.distributions,
            system_attrs=dict(frozen.system_attrs),
            user_attrs={"trial": _plain(trial)},
        )
        if memory != self._study.user_attrs.get("memory", {}) and memory:
            self._study.set_user_attr("memory", memory)
        self._ids[trial.number] = self._storage.create_new_trial(self._study._study_id, template_trial=row)

    def report(self, number: int, epoch: int, metrics: dict[str, float]) -> None:
        """Add one epoch to a trial's curve."""
        self._storage.set_trial_user_attr(self._ids[number], f"epoch:{epoch}", metrics)

    def update(self, trial: Trial) -> None:
        """Write a trial's fields anew, while it is not settled."""
        self._storage.set_trial_user_attr(self._ids[trial.number], "trial", _plain(trial))

    def settle(self, trial: Trial, values: list[float] | None) -> None:
        """Write the end of a trial: after this it is never changed."""
        self.update(trial)
        state = TrialState.COMPLETE if values is not None else _FINAL.get(trial.state, TrialState.PRUNED)
        self._storage.set_trial_state_values(self._ids[trial.number], state, values)

    def load(self) -> tuple[list[Trial], list[FrozenTrial], dict[str, Any]]:
        """All trials by number, their rows, and what samplers noted down."""
        rows = self._study.get_trials(deepcopy=False)
        trials = []
        for row in rows:
            self._ids[row.number] = row._trial_id
            data = dict(row.user_attrs["trial"])
            curve = {int(k[6:]): v for k, v in row.user_attrs.items() if k.startswith("epoch:")}
            trials.append(Trial(number=row.number, curve=dict(sorted(curve.items())), **data))
        return trials, rows, self._study.user_attrs.get("memory", {})

    def note(self, name: str, value: Any) -> None:
        """Say something about the whole study."""
        self._study.set_user_attr(name, value)

    def finals(self) -> dict[str, Any]:
        """What the final trainings measured, by the number of the trial."""
        return {name.removeprefix("final:"): value for name, value in self._study.user_attrs.items() if name.startswith("final:")}

    def about(self) -> dict[str, Any]:
        return {k: v for k, v in self._study.user_attrs.items() if k != "memory"}


def _plain(trial: Trial) -> dict[str, Any]:
    data = trial.to_dict()
    return {name: value for name, value in data.items() if name not in ("number", "curve")}
