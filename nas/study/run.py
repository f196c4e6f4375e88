"""A run: the folder that a search leaves behind.

search.yaml          the search as resolved: what `nas resume` goes on with
start.yaml           the network that a space of edits starts from, where it was given by a file
study.journal        the study: every trial, and the only thing that counts
checkpoints/NUMBER/  weights of the trials that were trained to the end; the states of those that wait
exports/NUMBER/      networks that were taken away
environment.json     versions, machine, commit, and the search space as it was written
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from nas import data
from nas.document import read
from nas.errors import RunError
from nas.evaluate import Job
from nas.genome import Genome, save
from nas.space import SearchSpace
from nas.space.edits import EditsSpace
from nas.space.file import parsed
from nas.space.settings import Direction
from nas.space.space import of_file
from nas.strategy import Earlier
from nas.study.environment import environment
from nas.study.front import front
from nas.study.lock import DriverLock
from nas.study.proposals import Scores
from nas.study.search import Search
from nas.study.store import Store
from nas.study.trial import Trial

if TYPE_CHECKING:
    import torch

SCHEMA = "nas.run/1"
STUDY = "study.journal"
START = "start.yaml"


@dataclass(frozen=True)
class Run:
    """A run's folder, open for reading; `search` drives it."""

    folder: Path
    space: SearchSpace
    store: Store

    @classmethod
    def create(cls, folder: Path, space: SearchSpace) -> Run:
        """Start a run in a new folder; `RunError` where there is something already, or nothing can be written.

        Relative paths of the space's data are made absolute, so the run can be resumed from anywhere.
        """
        check_free(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.chmod(folder, 0o700)
            (folder / "search.yaml").write_text(_resolved(space, folder))
            (folder / "environment.json").write_text(json.dumps(environment(space), indent=2) + "\n")
        except OSError as error:
            raise RunError(f"{folder} cannot be written: {error.strerror or error}") from None
        directions: list[Direction] = [objective.direction for objective in space.file.objectives]
        about = {
            "schema": SCHEMA,
            "space": space.name,
            "trials": space.file.strategy.trials,
            "input_shape": list(space.kind.input_shape),
            "classes": space.kind.classes,
        }
        return cls(folder, space, Store.create(folder / STUDY, directions=directions, about=about))

    @classmethod
    def open(cls, folder: Path | str) -> Run:
        """A run that exists; `RunError` for a folder that is none."""
        folder = Path(folder)
        if not (folder / "search.yaml").is_file() or not (folder / STUDY).is_file():
            raise RunError(f"{folder} is no run: it has no search.yaml and {STUDY}; `nas runs` lists those in results/")
        document = read(folder / "search.yaml")
        space = of_file(parsed(document).placed(lambda loc: folder), document)
        store = Store.open(folder / STUDY)
        about = store.about()
        return cls(folder, space.bound(input_shape=tuple(about["input_shape"]), classes=about["classes"]), store)

    def search(
        self,
        *,
        trials: int | None = None,
        watch: Callable[[Trial], None] | None = None,
        scores: Scores | None = None,
        earlier: Sequence[Earlier] = (),
    ) -> Search:
        """The search of this run, as far as it went; `trials` is the new number of networks to train.

        scores: computes the zero-cost scores that the search asks for. earlier: networks of other runs to learn from.
        """
        if trials is not None:
            self.store.note("trials", trials)

        def watched(trial: Trial) -> None:
            if trial.state in ("stopped", "failed"):  # nothing goes on from its checkpoint any more
                shutil.rmtree(self.folder / "checkpoints" / str(trial.number), ignore_errors=True)
            if watch is not None:
                watch(trial)

        planned = int(self.store.about()["trials"])
        return Search(self.space, self.store, trials=planned, watch=watched, scores=scores, earlier=earlier)

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
            seed=trial.seed,
            attempt=trial.attempt,
            epochs=trial.epochs(file.train) if runs else file.train.epochs,
            until=trial.until if runs else None,
            parent=None if inherits is None else self._parent(inherits),
            evaluator=file.evaluator,
            train=file.train.model_dump(mode="json"),
            data=file.data.model_dump(mode="json"),
            cache=str(data.default_cache()),
            checkpoints=str((self.folder / "checkpoints" / str(trial.number)).resolve()),
            threads=file.train.threads,
            device=device,
            time_limit_seconds=time_limit_seconds,
        )

    def _parent(self, number: int) -> dict[str, Any]:
        """Whose weights a trial starts from: those of the search, because a final training saw the validation images."""
        weights = self.folder / "checkpoints" / str(number) / "weights.safetensors"
        return {"genome": self.store.trial(number).genome, "weights": str(weights.resolve())}

    @property
    def trials(self) -> list[Trial]:
        """Every trial of the study, by number."""
        return self.store.load()[0]

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
            raise RunError(f"{self.folder}: no trial has finished yet")
        return min(finished, key=lambda trial: (sign * (trial.value(objective.metric) or 0.0), trial.params, trial.number))

    def trial(self, name: str | int) -> Trial:
        """A trial by its number, or "best"; `RunError` for one that is not there."""
        if name == "best":
            return self.best
        trials = self.trials
        if not str(name).isdecimal() or int(name) >= len(trials):
            raise RunError(f"{self.folder} has no trial '{name}': its trials are best, and 0 to {len(trials) - 1}")
        return trials[int(name)]

    def genome(self, trial: Trial) -> Genome:
        """The genome of a trial."""
        if trial.genome is None:
            raise RunError(f"trial {trial.number} has no genome: {trial.reason}")
        return Genome.from_dict(trial.genome)

    def weights(self, trial: Trial) -> Path:
        """The file of the trained weights: of the final training where there was one, else of the search."""
        number = trial.repeats if trial.state == "repeat" and trial.repeats is not None else trial.number
        for part in ("final", "."):
            path = self.folder / "checkpoints" / str(number) / part / "weights.safetensors"
            if path.is_file():
                return path
        command = f"nas train {self.folder} {trial.number}"
        raise RunError(f"trial {trial.number} ({trial.state}) left no weights; `{command}` makes some")

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

    def lock(self) -> DriverLock:
        """Held while a process drives the run; `RunError` where another one does."""
        return DriverLock(self.folder)


def _resolved(space: SearchSpace, folder: Path) -> str:
    content = space.file.model_dump(mode="json", exclude_none=True)
    if isinstance(space.kind, EditsSpace) and not space.kind.network.start.startswith("zoo:"):
        save(space.kind.given, folder / START)  # the file may be changed or moved before the run is resumed
        content["network"]["start"] = START
    return "# The search as it was resolved.\n" + yaml.safe_dump(content, sort_keys=False, width=110)


def runs(folder: Path) -> list[Path]:
    """The folders of the runs that lie in a folder, by name."""
    return [path.parent for path in sorted(folder.glob(f"*/{STUDY}"))]


def check_free(folder: Path) -> None:
    """`RunError` where a new run cannot be: something is there already, or nothing can be written there."""
    try:
        if folder.exists() and not folder.is_dir():
            raise RunError(f"{folder} is a file; a run needs a new folder")
        if folder.is_dir() and any(folder.iterdir()):
            hint = f"go on with it: nas resume {folder}" if (folder / STUDY).exists() else "choose another with --out"
            raise RunError(f"{folder} is not empty; {hint}")
        around = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}") from None
    if not around.is_dir():
        raise RunError(f"{folder} cannot be written: {around} is a file")
    if not os.access(around, os.W_OK | os.X_OK):
        raise RunError(f"{folder} cannot be written: {around} may not be written to")
