"""What the sampler sees: an in-memory study, told in the order of the trials' numbers.

It is fast, and it is made anew from the durable study at resume. Results enter it only when the order says so (see
`nas.study.search`), so a proposal never depends on which worker happened to be quicker.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from nas.seeds import derive
from nas.space.settings import Direction
from nas.strategy import Strategy, View
from nas.study.store import quiet


class Memory:
    """An Optuna study in memory, with a sampler that is made anew for each proposal."""

    def __init__(self, strategy: Strategy, view: View, directions: Sequence[Direction], seed: int) -> None:
        self._strategy, self._view, self._seed = strategy, view, seed
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
        return drawn, self._study.get_trials(deepcopy=False)[number]

    def tell(self, number: int, values: list[float] | None, violation: float, curve: dict[int, float]) -> None:
        """Settle a trial: with values where it has final ones, else as pruned.

        Telling FAIL teaches Optuna's samplers nothing, so a trial that cannot be had carries a constraint that it
        violates. Learning curves reach samplers of one objective only.
        """
        frozen = self._study.get_trials(deepcopy=False)[number]
        if frozen.state.is_finished():
            return
        storage, trial_id = self._study._storage, frozen._trial_id
        if violation > 0:
            storage.set_trial_system_attr(trial_id, "constraints:settled", violation)
        if len(self._study.directions) == 1:
            for epoch, value in curve.items():
                storage.set_trial_intermediate_value(trial_id, epoch, value)
        if values is None:
            self._study.tell(number, state=TrialState.PRUNED)
        else:
            self._study.tell(number, values)

    def state(self) -> dict[str, Any]:
        """What samplers noted down about the whole study, to be stored with it."""
        return self._study._storage.get_study_system_attrs(self._study._study_id)

    def restore(self, trials: list[FrozenTrial], state: dict[str, Any]) -> None:
        """Take over stored trials as proposals that are not told yet."""
        for frozen in trials:
            attrs = {k: v for k, v in frozen.system_attrs.items() if not k.startswith("constraints")}
            self._study.add_trial(
                optuna.trial.create_trial(
                    state=TrialState.RUNNING, params=frozen.params, distributions=frozen.distributions, system_attrs=attrs
                )
            )
        for name, value in state.items():
            self._study._storage.set_study_system_attr(self._study._study_id, name, value)
