"""From what a sampler draws to a trial: its network, whether it is new, its scores, its parents."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from optuna.trial import FrozenTrial

from nas.errors import InputError, OverBudget, SearchError
from nas.evaluate import NotANumber
from nas.genome import Genome
from nas.genome.packed import pack
from nas.seeds import derive
from nas.space import SearchSpace
from nas.space.settings import COSTS
from nas.strategy.directed import PARENTS
from nas.study.decisions.memory import Memory
from nas.study.decisions.novelty import Novelty
from nas.study.decisions.reusable import Reusable
from nas.study.trial import State, Trial

Scores = Callable[[Genome], dict[str, float]]


def forgiving(scores: Scores | None) -> Scores | None:
    """The same for a strategy: nothing of a network for which they cannot be computed."""
    if scores is None:
        return None

    def found(genome: Genome) -> dict[str, float]:
        try:
            return scores(genome)
        except (InputError, NotANumber):
            return {}

    return found


class Proposals:
    """Makes the trials of a search, one after another."""

    def __init__(self, space: SearchSpace, memory: Memory, scores: Scores | None, reusable: Reusable) -> None:
        self._file, self._memory, self._scores, self._reusable = space.file, memory, scores, reusable
        self._novelty = Novelty()

    def next(self, trials: Sequence[Trial]) -> tuple[Trial, FrozenTrial]:
        """The trial that follows these, as the strategy proposes it: running, a repeat, or over budget."""
        drawn, frozen = self._memory.propose()
        number = len(trials)
        if isinstance(drawn, OverBudget):
            over = Trial(number, "over-budget", choices=dict(frozen.params), reason=str(drawn), excess=drawn.excess)
            return over, frozen
        if isinstance(drawn, Exception):
            raise drawn
        trial = self.described(number, "running", drawn.choices, drawn.genome, drawn.repetition)
        trial.parents = list(frozen.system_attrs.get(PARENTS, ()))
        original = self._novelty.find(drawn.genome, drawn.repetition) if self._file.strategy.repeats == "reuse" else None
        if original is not None:
            trial.state, trial.repeats = "repeat", original
            trial.scores = dict(trials[original].scores)
            return trial, frozen
        trial.scores, trial.reason = self._score(drawn.genome)
        trial.inherits = self._heirloom(trial, trials)
        trial.reused = self._reusable.find(drawn.genome)
        self._novelty.add(trial)
        return trial, frozen

    def described(self, number: int, state: State, choices: dict, genome: Genome, repetition: int | None = None) -> Trial:
        """A trial of a network. Equal repetitions of different networks have equal seeds: they can be compared in pairs."""
        place = ("trial", number) if repetition is None else ("repetition", repetition)
        return Trial(
            number,
            state,
            choices=choices,
            packed=pack(genome.to_dict()),
            fingerprint=genome.fingerprint,
            params=genome.params,
            macs=genome.macs,
            depth=genome.depth,
            activations=genome.activations,
            seed=derive(self._file.strategy.seed, *place),
            repetition=repetition,
        )

    def restore(self, trial: Trial) -> None:
        """Know the network of a stored trial."""
        if trial.packed:
            self._novelty.add(trial)

    def passed_over(self, trial: Trial) -> None:
        """Forget the network of a trial that was not trained after all: it counts as new when it comes again."""
        self._novelty.drop(trial)

    def _score(self, genome: Genome) -> tuple[dict[str, float], str]:
        """The zero-cost scores that are asked for; where they cannot be computed none, and why."""
        asked = self._file.strategy.asked_scores
        if not asked:
            return {}, ""
        if self._scores is None:
            if set(asked) <= set(COSTS):
                return {}, ""
            raise SearchError(f"{', '.join(asked)} must be computed, and the search was given nothing that does")
        try:
            return self._scores(genome), ""
        except (InputError, NotANumber) as error:
            return {}, f"no scores: {error}"

    def _heirloom(self, trial: Trial, trials: Sequence[Trial]) -> int | None:
        """The first parent that is known to be trained to the end; of a repeat the trial whose network it is."""
        if not self._file.train.inherit:
            return None
        for parent in trial.parents:
            if self._memory.complete(parent):
                original = trials[parent].repeats
                return parent if original is None else original
        return None
