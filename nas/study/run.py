"""A run: the folder that a search leaves behind.

search.yaml          the search as resolved: what `nas resume` goes on with
start.yaml           the network that a space of edits starts from, where it was given by a file
latency-table.json   the table of operations by which latencies are predicted, where the space names one
study.journal        the study: every trial, and the only thing that counts
study.url            in its place, where the study is in a database: which, and under which name
checkpoints/NUMBER/  weights of the trials that were trained to the end; the states of those that wait; unless they
                     have a storage of their own
exports/NUMBER/      networks that were taken away
environment.json     versions, machine, commit, and the search space as it was written
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nas import data, plugins
from nas.document import Document, read
from nas.errors import RunError
from nas.evaluate import Job
from nas.genome import Genome
from nas.safe_paths import is_url
from nas.space import SearchSpace
from nas.space.file import parsed
from nas.space.space import of_file
from nas.storage import Storage, storage_at
from nas.strategy import Earlier
from nas.study.decisions.proposals import Scores
from nas.study.decisions.reusable import Reusable
from nas.study.folder.content import START
from nas.study.folder.home import SEARCH, check_free, new_location
from nas.study.folder.keep import FINAL, Keep, Keeper, keeping, why_none
from nas.study.folder.opening import OVER, checked, found, is_over, made
from nas.study.front import front
from nas.study.ledger.lock import FILE as LOCK
from nas.study.ledger.lock import DriverLock, driver
from nas.study.ledger.store import Store
from nas.study.ledger.uncollected import uncollected
from nas.study.search import Search
from nas.study.trial import Trial

if TYPE_CHECKING:
    import torch

WEIGHTS = "weights.safetensors"
Training = Literal["final", "search"]


@dataclass(frozen=True)
class Run:
    """A run's folder, open for reading; `search` drives it."""

    folder: Path
    space: SearchSpace
    store: Store

    @classmethod
    def create(
        cls,
        folder: Path,
        space: SearchSpace,
        *,
        study: str = "journal",
        storage: Storage | None = None,
        data: str | None = None,
    ) -> Run:
        """Start a run in a new folder; `RunError` where there is something already, or nothing can be written.

        study: as a runner's profile says it: journal, or the URL of a database. storage: where checkpoints and weights go,
        if not into the folder. data: the fingerprint of the images.
        Relative paths of the space's data are made absolute, so the run can be resumed from anywhere.
        """
        check_free(folder)
        location = new_location(folder, study)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.chmod(folder, 0o700)
            with DriverLock(folder / LOCK, run=folder):
                check_free(folder)  # again: another process may have been quicker
                return cls(folder, space, made(folder, space, location, storage, data))
        except OSError as error:
            raise RunError(f"{folder} cannot be written: {error.strerror or error}") from None

    @classmethod
    @uncollected()
    def open(cls, where: Path | str, *, allow_code: bool = False) -> Run:
        """A run that exists, by its folder or by the URL of its study; `RunError` for a folder that is none.

        allow_code: run the code that its search names; without it a run that imports modules is not opened. A run that was
        opened by its URL has no folder, and so no weights: its `folder` is the name of the study.
        """
        location, folder = found(where)
        path = folder / SEARCH
        written = None if is_url(where) or not path.exists() else read(path)  # if not there, what the study has
        store = Store.open(location, resume=f"nas resume {folder}")
        about = checked(store.about(), location)
        if is_url(where) and about["search"]["network"].get("start") == START:
            raise RunError(f"{where}: its search starts from {START} in the run's folder: name that folder in place of the URL")
        document = written or Document(about["search"], name=str(where))
        space = of_file(parsed(document, allow_code=allow_code), document, lambda loc: folder)
        return cls(folder, space.bound(input_shape=tuple(about["input_shape"]), classes=about["classes"]), store)

    @uncollected()
    def search(
        self,
        *,
        trials: int | None = None,
        watch: Callable[[Trial], None] | None = None,
        scores: Scores | None = None,
        earlier: Sequence[Earlier] = (),
        keep: Keep | None = None,
        reusable: Reusable | None = None,
    ) -> Search:
        """The search of this run, as far as it went; `trials` is the new number of networks to train.

        scores: computes the zero-cost scores that the search asks for. earlier: networks of other runs to learn from.
        keep: which weights stay; left out, all. reusable: results of other runs that take the place of trainings.
        """
        if trials is not None:
            self.store.note("trials", trials)
        planned = int(self.store.about()["trials"])
        keeper = Keeper(keep or Keep(), self.checkpoints, self.space.file.objectives)
        watched = keeping(keeper, watch)
        search = Search(self.space, self.store, trials=planned, watch=watched, scores=scores, earlier=earlier, reusable=reusable)
        keeper.restore(search.trials)
        return search

    @cached_property
    def checkpoints(self) -> Storage:
        """Where states and weights lie, a place for each trial."""
        elsewhere = self.store.about().get("storage")
        return storage_at(elsewhere or self.folder.resolve() / "checkpoints")

    def job(self, trial: Trial, *, device: str, time_limit_seconds: float | None) -> Job:
        """What a worker is given: the next leg of a trial that runs; of any other a whole training from scratch."""
        assert trial.genome is not None
        file = self.space.file
        runs = trial.state == "running"
        inherits = trial.inherits if runs else None
        return Job(
            number=trial.number,
            genome=trial.genome,
            imports=list(file.imports),
            allowed=plugins.allowed(),
            seed=trial.seed,
            attempt=trial.attempt,
            epochs=trial.epochs(file.train) if runs else file.train.epochs,
            until=trial.until if runs else None,
            parent=None if inherits is None else self._parent(inherits),
            evaluator=file.evaluator,
            train=file.train.model_dump(mode="json"),
            data=file.data.model_dump(mode="json"),
            cache=str(data.default_cache()),
            checkpoints=str(self.checkpoints / trial.number),
            threads=file.train.threads,
            device=device,
            time_limit_seconds=time_limit_seconds,
            latency=file.latency.model_dump(mode="json") if file.measures_latency else None,
        )

    def _parent(self, number: int) -> dict[str, Any]:
        """Whose weights a trial starts from: those of the search, because a final training saw the validation images."""
        return {"genome": self.store.trial(number).genome, "weights": f"{self.checkpoints / number}/{WEIGHTS}"}

    @property
    def trials(self) -> list[Trial]:
        """Every trial of the study, by number; they are to look at."""
        return self.store.all_trials()

    @property
    def front(self) -> list[Trial]:
        """The trials that no other beats in one objective without losing in another."""
        return front(self.trials, [(o.metric, o.direction) for o in self.space.file.objectives])

    @property
    def best(self) -> Trial:
        """The finished trial that is best in the first objective, and of those the one with the fewest params.

        Where nothing was searched it is the network that was brought.
        """
        objective = self.space.file.objectives[0]
        sign = 1 if objective.direction == "minimize" else -1
        trials = self.trials
        finished = [trial for trial in trials if trial.state == "finished"] or [t for t in trials if t.state == "brought"]
        if not finished:
            raise RunError(f"{self.folder}: no trial has finished yet; go on with it: nas resume {self.folder}")
        return min(finished, key=lambda trial: (sign * (trial.value(objective.metric) or 0.0), trial.params, trial.number))

    def trial(self, name: str | int) -> Trial:
        """A trial by its number, or "best"; `RunError` for one that is not there."""
        if name == "best":
            return self.best
        trials = self.trials
        if not str(name).isdecimal() or len(str(name)) > 9 or int(name) >= len(trials):
            raise RunError(f"{self.folder} has no trial '{name}': its trials are best, and 0 to {len(trials) - 1}")
        return trials[int(name)]

    def genome(self, trial: Trial) -> Genome:
        """The genome of a trial."""
        if trial.genome is None:
            raise RunError(f"trial {trial.number} has no genome: {trial.reason}")
        return Genome.from_dict(trial.genome)

    def weights(self, trial: Trial) -> str:
        """Where the trained weights are, a path or URL: of the final training where there was one, else of the search."""
        return f"{self._trained(trial)[1]}/{WEIGHTS}"

    def training(self, trial: Trial) -> Training:
        """Which training those weights come from."""
        return self._trained(trial)[0]

    def measured(self, trial: Trial) -> dict[str, float]:
        """The metrics of those weights: those of the search, and where they are of a final training what it measured too."""
        final = self.final(trial)
        return dict(trial.metrics) if final is None else {**trial.metrics, **final["metrics"]}

    def final(self, trial: Trial) -> dict[str, Any] | None:
        """Metrics, seed and seconds of the final training that those weights are of; None where they are of the search."""
        return self.store.finals().get(str(_trained_as(trial))) if self.training(trial) == FINAL else None

    def _trained(self, trial: Trial) -> tuple[Training, Storage]:
        found = self.checkpoints / _trained_as(trial)
        trainings: tuple[tuple[Training, Storage], ...] = (("final", found / FINAL), ("search", found))
        for training, place in trainings:
            if place.exists(WEIGHTS):
                return training, place
        raise RunError(
            f"trial {trial.number} ({trial.state}) left no weights{why_none(trial, found)}; "
            f"`nas train {self.folder} {trial.number}` makes some"
        )

    def model(self, trial: Trial) -> torch.nn.Module:
        """The network of a trial with its trained weights, in evaluation mode."""
        from safetensors import SafetensorError

        from nas.evaluate.weights import load_weights
        from nas.network import build

        genome, path = self.genome(trial), self.weights(trial)
        try:
            module = load_weights(build(genome), genome, path)
        except (SafetensorError, RuntimeError) as error:
            raise RunError(f"{path} does not hold the weights of trial {trial.number}: {str(error).splitlines()[0]}") from None
        return module.eval()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Held while this process drives the run; `RunError` where another one does."""
        with DriverLock(self.folder / LOCK, run=self.folder), self.store.owned():
            yield

    def settle(self, planned: int) -> None:
        """Say in the study that the search is over, for those who watch it."""
        if self.store.about().get(OVER) != planned:
            self.store.note(OVER, planned)

    @property
    def over(self) -> bool:
        """Whether everything that was planned is done."""
        return is_over(self.store.about())

    def driver(self) -> str | None:
        """The process that drives the run, as far as it can be known from here; None: there is none."""
        return driver(self.folder / LOCK) or self.store.driver()


def _trained_as(trial: Trial) -> int:
    """The number under which the network of a trial was trained."""
    return trial.repeats if trial.state == "repeat" and trial.repeats is not None else trial.number
