"""A search: what to try next, what was told, and when it is over.

One order. The next trial is proposed when every trained trial that lies `window` or more before it is settled, and it
knows the results of exactly those, told in the order of their numbers. Stopping compares with the same trials. So a
search is the same with one worker or eight, broken or unbroken, and a longer search begins with the shorter one. The
window counts trials that train: what is settled without training (a repeat, a draw over budget) keeps nobody waiting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from optuna.trial import TrialState, create_trial

from nas.errors import OverBudget, SearchError
from nas.evaluate import Outcome
from nas.genome import Genome
from nas.seeds import derive
from nas.space import SearchSpace
from nas.space.settings import Direction
from nas.strategy import View, configured
from nas.study.memory import Memory
from nas.study.novelty import Novelty
from nas.study.stopping import goes_on, rungs
from nas.study.store import Store
from nas.study.trial import State, Trial

PATIENCE = 200  # proposals in a row that bring nothing to train, after which a search is over


class Search:
    """The state of one search; all of it can be made anew from its store.

    `ask`, `report` and `tell` are called by one process, the one that drives the search. `watch` is called with a trial
    whenever something about it changed.
    """

    def __init__(self, space: SearchSpace, store: Store, *, trials: int, watch: Callable[[Trial], None] | None = None) -> None:
        file = space.file
        self.space, self.planned = space, trials
        self.objectives, self.window, self.epochs = file.objectives, file.strategy.window, file.train.epochs
        self._store, self._watch = store, watch or (lambda trial: None)
        directions: list[Direction] = [objective.direction for objective in file.objectives]
        strategy = configured(file.strategy.name, file.strategy.options)
        self._memory = Memory(strategy, View(space.draw), directions, file.strategy.seed)
        self._novelty = Novelty()
        self._rungs = rungs(file.stop, self.epochs)
        self.trials: list[Trial] = []
        self._trained: list[int] = []  # numbers of the trials that train, in order
        self._place: dict[int, int] = {}  # number -> place among them
        self._unsettled: list[Trial] = []  # repeats whose original is still running
        self._waiting: list[Trial] = []  # left running when the search was broken off
        self._fruitless = 0
        self._informed = 0  # results of trials below this number are told to the sampler
        self._restore()

    def _restore(self) -> None:
        trials, rows, state = self._store.load()
        self._memory.restore(rows, state)
        for trial in trials:
            self.trials.append(trial)
            self._note(trial, Genome.from_dict(trial.genome) if trial.trains and trial.genome else None)
            if trial.state == "over-budget":
                self._memory.tell(trial.number, None, trial.excess, {})
            if trial.state == "running":
                trial.attempt += 1
                self._waiting.append(trial)
        self._settle_repeats()

    # What to try next

    @property
    def exhausted(self) -> bool:
        """Whether the strategy finds nothing new any more."""
        return self._fruitless >= PATIENCE

    @property
    def running(self) -> list[Trial]:
        return [trial for trial in self.trials if trial.state == "running"]

    @property
    def over(self) -> bool:
        """Whether everything planned is settled."""
        return (len(self._trained) >= self.planned or self.exhausted) and not self.running

    def ask(self) -> Trial | None:
        """The next trial to train; None while the order says to wait, and when nothing is left to propose."""
        if self._waiting:
            trial = self._waiting.pop(0)
            self._store.update(trial)
            self._watch(trial)
            return trial
        while len(self._trained) < self.planned and not self.exhausted and self._may_propose():
            trial = self._propose()
            self._fruitless = 0 if trial.trains else self._fruitless + 1
            self._watch(trial)
            if trial.trains:
                return trial
        return None

    def _may_propose(self) -> bool:
        return all(self.trials[number].settled for number in self._known_to(len(self._trained)))

    def _known_to(self, place: int) -> list[int]:
        """Numbers of the trained trials whose results the trial at this place may know."""
        return self._trained[: max(0, place - self.window + 1)]

    def _propose(self) -> Trial:
        self._inform()
        drawn, frozen = self._memory.propose()
        number = len(self.trials)
        if isinstance(drawn, OverBudget):
            trial = Trial(number, "over-budget", choices=dict(frozen.params), reason=str(drawn), excess=drawn.excess)
            self._memory.tell(number, None, drawn.excess, {})  # at once: it waits for nobody's result
        elif isinstance(drawn, Exception):
            raise drawn
        else:
            original = self._novelty.find(drawn.genome) if self.space.file.strategy.repeats == "reuse" else None
            trial = self._new("running" if original is None else "repeat", drawn.choices, drawn.genome)
            trial.repeats = original
        self._store.add(trial, frozen, self._memory.state())
        self.trials.append(trial)
        self._note(trial, None if isinstance(drawn, OverBudget) else drawn.genome)
        if trial.state == "over-budget":
            self._store.settle(trial, None)
        elif trial.state == "repeat":
            self._settle_repeats()
        return trial

    def bring(self, genome: Genome) -> Trial:
        """Add a network that was not proposed; it is not trained by the search, and no strategy learns of it."""
        trial = self._new("brought", {}, genome)
        self._store.add(trial, create_trial(state=TrialState.RUNNING), {})
        self._store.settle(trial, None)
        self.trials.append(trial)
        return trial

    def _new(self, state: State, choices: dict, genome: Genome) -> Trial:
        number = len(self.trials)
        return Trial(
            number,
            state,
            choices=choices,
            genome=genome.to_dict(),
            fingerprint=genome.fingerprint,
            params=genome.params,
            macs=genome.macs,
            depth=genome.depth,
            activations=genome.activations,
            seed=derive(self.space.file.strategy.seed, "trial", number),
        )

    def _note(self, trial: Trial, genome: Genome | None) -> None:
        if trial.state == "repeat" and not trial.settled:
            self._unsettled.append(trial)
        if trial.trains:
            self._place[trial.number] = len(self._trained)
            self._trained.append(trial.number)
            if genome is not None:
                self._novelty.add(trial.number, genome)

    def _inform(self) -> None:
        """Tell the sampler what the next proposal may know."""
        known = self._known_to(len(self._trained))
        first_untold, self._informed = self._informed, known[-1] + 1 if known else 0
        for number in range(first_untold, self._informed):
            trial = self.trials[number]
            values = self.values(trial)
            first = self.objectives[0].metric
            curve = {epoch: metrics[first] for epoch, metrics in trial.curve.items() if first in metrics}
            self._memory.tell(number, values, 1.0 if trial.state == "failed" else 0.0, curve)

    # What comes back

    def report(self, number: int, epoch: int, metrics: dict[str, float]) -> bool:
        """Note an epoch of a trial; False ends it here."""
        trial = self.trials[number]
        trial.curve[epoch] = metrics
        self._store.report(number, epoch, metrics)
        self._watch(trial)
        if epoch not in self._rungs:
            return True
        rule = self.space.file.stop
        metric = rule.metric or self.objectives[0].metric
        if metric not in metrics:
            raise SearchError(f"stop.metric is '{metric}', and the evaluator reports {', '.join(sorted(metrics))}")
        known = (self.trials[other].curve.get(epoch, {}) for other in self._known_to(self._place[number]))
        return goes_on(rule, metrics[metric], [curve[metric] for curve in known if metric in curve])

    def tell(self, number: int, outcome: Outcome) -> None:
        """Settle a trial by what became of it."""
        trial = self.trials[number]
        trial.state, trial.reason = outcome.status, outcome.reason
        trial.metrics, trial.seconds = dict(outcome.metrics), trial.seconds + outcome.seconds
        missing = [o.metric for o in self.objectives if trial.value(o.metric) is None]
        if trial.state == "finished" and missing:
            given = ", ".join(sorted(trial.metrics)) or "none"
            trial.state, trial.reason = "failed", f"error: no metric '{missing[0]}' among {given}"
        self._store.settle(trial, self.values(trial))
        self._watch(trial)
        self._settle_repeats()

    def _settle_repeats(self) -> None:
        for trial in list(self._unsettled):
            original = self.trials[trial.repeats or 0]
            if original.settled:
                trial.reason = f"the network of trial {original.number} ({original.state})"
                trial.metrics = dict(original.metrics) if original.complete else {}
                self._store.settle(trial, self.values(trial))
                self._unsettled.remove(trial)
                self._watch(trial)

    def values(self, trial: Trial) -> list[float] | None:
        """The objectives of a trial that has final ones."""
        if not trial.complete:
            return None
        found = [trial.value(objective.metric) for objective in self.objectives]
        return None if None in found else [float(value) for value in found if value is not None]


def front(trials: Iterable[Trial], objectives: list[tuple[str, str]]) -> list[Trial]:
    """The trained trials that no other beats in one (metric, direction) without losing in another, by number."""
    rows = []
    for trial in trials:
        values = [trial.value(metric) for metric, _ in objectives]
        if trial.state == "finished" and None not in values:
            rows.append((trial, [v if way == "minimize" else -v for v, (_, way) in zip(values, objectives, strict=True)]))  # type: ignore[operator]
    return [
        trial
        for trial, mine in rows
        if not any(all(a <= b for a, b in zip(other, mine, strict=True)) and other != mine for _, other in rows)
    ]
