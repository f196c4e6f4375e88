"""What the sampler sees: an in-memory study, told in the order of the search.

It is fast, and it is made anew from the durable study at resume. Results enter it only when the order says so (see
`nas.study.decisions.order`), so a proposal never depends on which worker happened to be quicker.
"""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.trial import FrozenTrial, TrialState

from nas.seeds import derive
from nas.space.settings import Direction
from nas.strategy import Strategy, View
from nas.strategy.history import PAUSED
from nas.study.ledger.ledger import quiet

VIOLATED = "constraints:settled"


class Memory:
    """An Optuna study in memory, with a sampler that is made anew for each proposal."""

    def __init__(self, strategy: Strategy, view: View, directions: Sequence[Direction], seed: int) -> None:
        self._strategy, self._view, self._seed = strategy, view, seed
        self._distributions: dict[BaseDistribution, BaseDistribution] = {}
        with quiet():
            self._study = optuna.create_study(directions=directions)

    def propose(self) -> tuple[Any, FrozenTrial]:
        """Ask for the next trial and let the space draw from it; a draw that raises is given back as its error."""
        number = len(self._study.get_trials(deepcopy=False))
        seed = derive(self._seed, "proposal", number) % 2**32  # NumPy takes no more
        self._study.sampler = self._strategy(seed, self._view)
        trial = self._study.ask()
        try:
            drawn = self._view.draw(trial)
        except Exception as error:
            drawn = error
        return drawn, self._shared(self._row(number))

    def tell(
        self,
        number: int,
        values: list[float] | None,
        *,
        violation: float = 0.0,
        curve: Mapping[int, float] | None = None,
        paused: bool = False,
    ) -> None:
        """Settle a trial: with values where it has final ones, else as pruned; one that paused may be told again.

        Telling FAIL teaches Optuna's samplers nothing, so a trial that cannot be had carries a constraint that it
        violates. Learning curves reach samplers of one objective only.
        """
        row = self._row(number)
        steps = dict(curve or {}) if len(self._study.directions) == 1 else {}
        if row.state.is_finished():
            if PAUSED in row.system_attrs:
                self._replace(row, values, violation, steps, paused)
            return
        storage, trial_id = self._study._storage, row._trial_id
        for name, value in _marks(violation, paused).items():
            storage.set_trial_system_attr(trial_id, name, value)
        for epoch, value in steps.items():
            storage.set_trial_intermediate_value(trial_id, epoch, value)
        if values is None:
            self._study.tell(number, state=TrialState.PRUNED)
        else:
            self._study.tell(number, values)

    def _replace(
        self, row: FrozenTrial, values: list[float] | None, violation: float, steps: dict[int, float], paused: bool
    ) -> None:
        """Put another row in the place of one that was told as paused, which no public method of Optuna can."""
        row = copy.copy(row)
        row.system_attrs = {k: v for k, v in row.system_attrs.items() if k != PAUSED} | _marks(violation, paused)
        row.intermediate_values = steps
        row.state = TrialState.PRUNED if values is None else TrialState.COMPLETE
        # As `Study.tell` has it: the value of a pruned trial is the last of its curve.
        row.values = [steps[max(steps)]] if values is None and steps else values  # type: ignore[assignment]
        row.datetime_complete = datetime.now()
        storage: Any = self._study._storage
        with storage._lock:
            storage._set_trial(row._trial_id, row)
            storage._update_cache(row._trial_id, self._study._study_id)

    def _shared(self, row: FrozenTrial) -> FrozenTrial:
        """A row whose distributions are those of other rows where they are equal: 2 kB less for each trial."""
        row.distributions = {name: self._distributions.setdefault(one, one) for name, one in row.distributions.items()}
        return row

    def _row(self, number: int) -> FrozenTrial:
        # Not `Study.get_trials`, which copies the list of all rows.
        storage: Any = self._study._storage
        return storage._studies[self._study._study_id].trials[number]

    def complete(self, number: int) -> bool:
        """Whether a trial was told with final values."""
        return self._row(number).state == TrialState.COMPLETE

    def paused(self, number: int) -> bool:
        """Whether a trial was told as paused."""
        return PAUSED in self._row(number).system_attrs

    def state(self) -> dict[str, Any]:
        """What samplers noted down about the whole study, to be stored with it."""
        return self._study._storage.get_study_system_attrs(self._study._study_id)

    def restore(self, trials: Sequence[FrozenTrial], state: Mapping[str, Any]) -> None:
        """Take over stored trials as proposals that are not told yet."""
        places = itertools.count(len(self._study.get_trials(deepcopy=False)))
        for frozen in trials:
            attrs = {k: v for k, v in frozen.system_attrs.items() if not k.startswith("constraints")}
            # Optuna would check and copy all that a row holds, which takes longer than all the rest of a resume.
            self._study.add_trial(optuna.trial.create_trial(state=TrialState.RUNNING))
            row = self._row(next(places))
            row.params, row.distributions, row.system_attrs = frozen.params, frozen.distributions, attrs
            self._shared(row)
        for name, value in state.items():
            self._study._storage.set_study_system_attr(self._study._study_id, name, value)


def _marks(violation: float, paused: bool) -> dict[str, Any]:
    return ({VIOLATED: violation} if violation > 0 else {}) | ({PAUSED: True} if paused else {})
