"""Tune's way to ask the study what to try next, whether a trial goes on, and to say what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nas.errors import SearchError
from nas.evaluate import Outcome
from nas.runner.dispatch import LOST, Dispatch
from nas.runner.ray.nodes import Capacity
from nas.runner.ray.settings import FIFOScheduler, Searcher, TuneTrial, tune
from nas.runner.ray.trainable import TrialActor, ending
from nas.runner.ray.versions import versions
from nas.runner.worker import Death


def tuned(dispatch: Dispatch, folder: Path, *, capacity: Capacity, placed: str) -> None:
    """Run one Tuner until the search is over, or Tune ends for a reason of its own.

    capacity: trials that fit at once, and nodes that get none. placed: the data set in the nodes' own caches.
    """
    tuner = tune.Tuner(
        tune.with_resources(TrialActor, _resources),
        tune_config=tune.TuneConfig(
            search_alg=StudySearcher(dispatch, capacity, placed),
            scheduler=StudyScheduler(dispatch),
            num_samples=-1,
            reuse_actors=True,
            trial_dirname_creator=lambda trial: trial.trial_id,
        ),
        run_config=tune.RunConfig(
            name="search",
            storage_path=str(folder / "tune"),
            verbose=0,
            checkpoint_config=tune.CheckpointConfig(checkpoint_at_end=False),  # trials keep their own
        ),
    )
    tuner.fit()


def _resources(config: dict[str, Any]) -> tune.PlacementGroupFactory:
    share = {"GPU": config["gpus"]} if config["gpus"] else {}
    chosen = [config["labels"]] if config["labels"] else None
    return tune.PlacementGroupFactory([{"CPU": config["cpus"], **share}], bundle_label_selector=chosen)


class StudySearcher(Searcher):
    """Gives Tune the trials of the search. Tune tries nothing again: what its actors lose is put back by the dispatch."""

    def __init__(self, dispatch: Dispatch, capacity: Capacity, placed: str) -> None:
        super().__init__(metric="epoch", mode="max")
        self._dispatch, self._capacity, self._placed = dispatch, capacity, placed
        self._numbers: dict[str, int] = {}  # by Tune's name of an attempt

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        dispatch, plan = self._dispatch, self._dispatch.plan
        # One more than fit: it is proposed while others compute, and starts as soon as a worker is free.
        if dispatch.out > self._capacity():
            return None
        job = dispatch.next()
        if job is None:
            return Searcher.FINISHED if dispatch.done else None
        self._numbers[trial_id] = job.number
        return {
            "job": json.dumps(job.to_dict()),  # as text: Tune copies and walks through a configuration many times
            "number": job.number,
            "limits": asdict(plan.limits),
            "cpus": plan.cpus,
            "gpus": dispatch.gpus(job.number),
            "labels": self._capacity.labels,
            "versions": {} if plan.address == "local" else versions(),
            "own_cache": plan.address != "local",
            "placed": self._placed,
        }

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        number, result = self._numbers.pop(trial_id, None), result or {}
        if number is None:
            return
        if "refused" in result:
            with self._dispatch.remembered():
                self._dispatch.put_back(number)
                self._capacity.refuse(**json.loads(result["refused"]))
        else:
            self._dispatch.ended(number, LOST if error else self._ended(number, result))

    def _ended(self, number: int, result: dict[str, Any]) -> Outcome | Death:
        curve = self._dispatch.search.trials[number].curve
        if (end := ending(result)) is not None:
            return end
        if not curve:
            return LOST
        return Outcome(status="stopped", metrics=curve[max(curve)], seconds=float(result.get("time_total_s", 0.0)))

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Results are taken by the scheduler."""

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the study is what lasts."""

    def restore(self, checkpoint_path: str) -> None:
        raise SearchError("a search is resumed from its study, never from Tune")

    def __getstate__(self) -> dict[str, Any]:
        return {}


class StudyScheduler(FIFOScheduler):
    """Asks the study, at each epoch, whether a trial goes on."""

    def __init__(self, dispatch: Dispatch) -> None:
        super().__init__()
        self._dispatch = dispatch

    def on_trial_result(self, tune_controller: Any, trial: TuneTrial, result: dict[str, Any]) -> str:
        if "metrics" not in result:
            return self.CONTINUE
        goes_on = self._dispatch.report(int(trial.config["number"]), int(result["epoch"]), json.loads(result["metrics"]))
        return self.CONTINUE if goes_on else self.STOP

    def __getstate__(self) -> dict[str, Any]:
        return {}
