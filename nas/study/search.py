"""A search: what to try next, what was told, and when it is over.

One order (`nas.study.decisions.order`). A decision is made about one leg of a trial's training after another: a paused trial
goes on where the rungs have one that deserves it, else a new trial is begun while there are fewer than planned. It knows the
outcomes of exactly the legs that lie `window` or more before it, and the sampler is told those in their order. So a search
is the same with one worker or eight, broken or unbroken. What is settled without training (a repeat, a draw over budget) is
no leg and keeps nobody waiting.

A longer search begins with the shorter one, leg for leg, up to where the shorter one has begun all its trials. From there
on the shorter one only promotes, in the light of all that comes in; those legs stay as they are when it is extended, and
what follows knows them. Where nothing pauses there are none, and the longer search begins with all of the shorter one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from optuna.trial import FrozenTrial, TrialState, create_trial

from nas.errors import SearchError
from nas.evaluate import Outcome
from nas.genome import Genome
from nas.space import SearchSpace
from nas.space.settings import Direction
from nas.strategy import Earlier, View, configured
from nas.study.decisions.knowledge import Knowledge
from nas.study.decisions.memory import Memory
from nas.study.decisions.order import Order
from nas.study.decisions.proposals import Proposals, Scores, forgiving
from nas.study.decisions.reusable import Reusable
from nas.study.decisions.screening import Screening
from nas.study.decisions.stopping import Rungs
from nas.study.endings import Endings
from nas.study.ledger.store import Store
from nas.study.trial import Leg, Trial

PATIENCE = 200  # proposals in a row that bring nothing to train, after which a search is over
ENDED = "ended"  # the note that says why a search ended before its plan


class Search:
    """The state of one search; all of it can be made anew from its store.

    `ask`, `report` and `tell` are called by one process, the one that drives the search. `watch` is called with a trial
    whenever something about it changed. `scores` computes zero-cost scores, where the search asks for some; `earlier` are
    networks of other runs that a strategy may learn from; `reusable` are results of other runs that take the place of a
    training.
    """

    def __init__(
        self,
        space: SearchSpace,
        store: Store,
        *,
        trials: int,
        watch: Callable[[Trial], None] | None = None,
        scores: Scores | None = None,
        earlier: Sequence[Earlier] = (),
        reusable: Reusable | None = None,
    ) -> None:
        file = space.file
        self.space, self.planned = space, trials
        self.objectives, self.window, self.epochs = file.objectives, file.strategy.window, file.train.epochs
        self._store, self._watch = store, watch or (lambda trial: None)
        directions: list[Direction] = [objective.direction for objective in file.objectives]
        strategy = configured(file.strategy.name, file.strategy.options)
        self._memory = Memory(strategy, View(space.draw, forgiving(scores), earlier), directions, file.strategy.seed)
        self._reusable = reusable or Reusable()
        self._proposals = Proposals(space, self._memory, scores, self._reusable)
        self._screening = Screening(file.strategy.prefilter)
        self._rungs = Rungs(file)
        self._order = Order(file.strategy.window)
        self.trials, rows, state = store.load()
        self._knowledge = Knowledge(self.trials, self._order, self._rungs, self._memory, self.objectives)
        self._endings = Endings(self.trials, store, self.objectives, self._knowledge, self._screening, self._watch)
        self._waiting: list[Trial] = []  # left running when the search was broken off
        self._begun = 0  # trials that train
        self._fruitless = 0  # proposals in a row that brought nothing
        self._memory.restore(rows, state)
        self._restore(rows)

    # What to try next

    @property
    def exhausted(self) -> bool:
        """Whether the strategy finds nothing new any more."""
        return self._fruitless >= PATIENCE

    @property
    def running(self) -> list[Trial]:
        """The trials that are being trained, in the order in which they were asked for."""
        return self._order.running

    @property
    def ended(self) -> int:
        """How many legs came to their ends."""
        return len(self._order.legs) - len(self.running)

    @property
    def over(self) -> bool:
        """Whether everything planned is settled, and no paused trial is to go on."""
        return self._next() == "over"

    @property
    def held_back(self) -> bool:
        """Whether there are trials to begin, and the order says to wait for results first."""
        return self._begun < self.planned and self._order.known < self._order.due

    def again(self, number: int) -> Trial:
        """A trial whose worker is gone, to be worked on once more; it goes on from its checkpoint."""
        trial = self.trials[number]
        trial.attempt += 1
        self._store.update(trial)
        self._watch(trial)
        return trial

    def ask(self) -> Trial | None:
        """The next trial to train, up to its `until`; None while the order says to wait, and when nothing is left."""
        if self._waiting:
            trial = self._waiting.pop(0)
            self._store.update(trial)
            self._watch(trial)
            return trial
        while (step := self._next()) not in ("wait", "over"):
            trial = self._promote(step) if isinstance(step, Trial) else self._begin()
            if trial is not None and trial.reused:
                self._answer(trial)
            elif trial is not None:
                self._watch(trial)
                return trial
        return None

    def _answer(self, trial: Trial) -> None:
        """Give a trial the result that another run has of its network; it holds its place in the order as others do."""
        found = self._reusable.of(trial)
        for epoch, metrics in found.curve.items():
            trial.curve[epoch] = metrics
            self._store.report(trial.number, epoch, metrics)
        self.tell(trial.number, Outcome(status="finished", metrics=found.metrics, seconds=0.0))

    def _next(self) -> Trial | Literal["new", "wait", "over"]:
        """What to decide: a paused trial goes on, a new one is begun, a result is awaited, or the search is over."""
        if not self._knowledge.learn_to(self._order.due):
            return "wait"
        while True:
            number = self._rungs.best()
            if number is not None:
                return self.trials[number]
            if self._begun < self.planned and (self._screening.group or not self.exhausted):
                return "new"
            if self._order.known == len(self._order.legs):
                number = None if self._finished() else self._rungs.best(any_=True)
                if number is not None:
                    return self.trials[number]
                self._note_end()
                return "over"
            if not self._knowledge.learn_to(self._order.known + 1):
                return "wait"

    def _finished(self) -> bool:
        return any(trial.state == "finished" for trial in self.trials)

    def _promote(self, trial: Trial) -> Trial:
        """Let a paused trial go on to its next rung, or to the end."""
        self._order.begin(trial, self._rungs.promote(trial, trial.legs[-1]))
        self._store.go_on(trial)
        return trial

    def _begin(self) -> Trial | None:
        """Propose until there is one to train; None where nothing new comes any more."""
        while not self.exhausted and not self._screening.full:
            trial = self._propose()
            if trial.trains:
                return trial
        if not self._screening.group:
            return None
        chosen, others = self._screening.decide()
        self._start(chosen)
        self._store.update(chosen)  # with this the group is decided
        for trial in others:
            self._proposals.passed_over(trial)
            self._memory.tell(trial.number, None)
            self._endings.write(trial)
        return chosen

    def _propose(self) -> Trial:
        trial, frozen = self._proposals.next(self.trials)
        fruitful = trial.trains
        if trial.trains and self._screening.active:
            trial.state = "screened"  # until its group is decided
            self._screening.group.append(trial)
        elif trial.trains:
            self._start(trial)
        self._store.add(trial, frozen, self._memory.state())
        self.trials.append(trial)
        self._fruitless = 0 if fruitful else self._fruitless + 1
        if trial.state == "over-budget":
            self._memory.tell(trial.number, None, violation=trial.excess)  # at once: it waits for nobody's result
            self._endings.write(trial)
        if trial.repeats is not None:
            self._watch(trial)
            self._knowledge.add_repeat(trial)
            self._endings.follow(trial)
        return trial

    def _start(self, trial: Trial) -> None:
        self._order.begin(trial, None if trial.reused else self._rungs.first(trial))
        self._begun += 1

    def bring(self, genome: Genome) -> Trial:
        """Add a network that was not proposed; it is not trained by the search, and no strategy learns of it."""
        trial = self._proposals.described(len(self.trials), "brought", {}, genome)
        row = create_trial(state=TrialState.RUNNING)
        self._memory.restore([row], {})
        self._store.add(trial, row, {})
        self._store.settle(trial, None)
        self.trials.append(trial)
        return trial

    def _note_end(self) -> None:
        if self._begun < self.planned and ENDED not in self._store.about():
            self._store.note(ENDED, f"exhausted: {PATIENCE} proposals in a row brought nothing new")

    # What comes back

    def report(self, number: int, epoch: int, metrics: dict[str, float]) -> bool:
        """Note an epoch of a trial; False ends it here."""
        trial = self.trials[number]
        if len(trial.legs) > 1 and epoch <= (self._rungs.reached(trial, trial.legs[-2]) or 0):
            return True  # told again by a worker that goes on from there; what was compared stands
        trial.curve[epoch] = metrics
        self._store.report(number, epoch, metrics)
        self._watch(trial)
        return self._rungs.goes_on(trial, epoch, metrics)

    def tell(self, number: int, outcome: Outcome) -> None:
        """Settle a trial by what became of it, or note that it paused.

        Raises `SearchError` for one that was interrupted; it is left running, and is gone on with when the search is resumed.
        """
        trial = self.trials[number]
        if outcome.status == "interrupted":
            raise SearchError(f"trial {number} cannot go on: {outcome.reason}; when it can, nas resume goes on with the search")
        trial.state, trial.reason = outcome.status, outcome.reason or trial.reason
        trial.notes += outcome.notes
        trial.metrics, trial.seconds = dict(outcome.metrics), trial.seconds + outcome.seconds
        if self.space.latency_table is not None and trial.metrics and trial.genome is not None:
            trial.metrics |= self.space.predicted(Genome.from_dict(trial.genome))
        missing = [o.metric for o in self.objectives if trial.value(o.metric) is None]
        if trial.state == "finished" and missing:
            given = ", ".join(sorted(trial.metrics)) or "none"
            trial.state, trial.reason = "failed", f"error: no metric '{missing[0]}' among {given}"
        if trial.state == "paused":
            assert self._rungs.reached(trial, trial.legs[-1]) is not None, "it paused before its rung"
        self._endings.write(trial)

    # From the store

    def _restore(self, rows: Sequence[FrozenTrial]) -> None:
        passed = self._screening.restore(self.trials)
        for trial in self.trials:
            self._take_up(trial)
        for trial in passed:
            self._proposals.passed_over(trial)
            self._memory.tell(trial.number, None)
        self._knowledge.learn_to(self._order.restore(self.trials))
        for trial in self.trials:
            for leg in trial.legs[:-1]:
                self._rungs.promote(trial, leg)
        self._waiting = [trial for trial in self._order.running if not trial.reused]
        for trial in self._waiting:
            trial.attempt += 1
        for trial, row in zip(list(self.trials), rows, strict=True):
            self._endings.mend(trial, row)
        for trial in self._order.running:
            if trial.reused:
                self._answer(trial)

    def _take_up(self, trial: Trial) -> None:
        if trial.trains or trial.state == "screened":
            self._proposals.restore(trial)
            self._fruitless = 0
        elif trial.state != "brought":
            self._fruitless += 1
        if trial.trains:
            if not trial.legs:  # of a study that was written before legs were: each trial was one
                trial.legs.append(Leg(self._begun, max(0, self._begun - self.window + 1), None))
            self._begun += 1
        if trial.state == "over-budget":
            self._memory.tell(trial.number, None, violation=trial.excess)
        self._knowledge.add_repeat(trial)
