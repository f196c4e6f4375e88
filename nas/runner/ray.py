"""The Ray runner: Ray Tune executes, the study decides. The only module that imports ray.

Tune's own state is disposable. A searcher asks the study for the next trial, a scheduler asks it whether one may go on,
and what comes back is told to the study by this process alone. If Tune ends before the search does, another Tuner
is started on the same study.

Workers are long-lived: Tune reuses their processes (`reuse_actors`), so a data set is decoded and placed once for each.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Read by Ray when it is imported: plain output, no statistics posted, no snapshot of what is thrown away, and no
# memory monitor, whose kills end the whole of Tune.
os.environ.update(
    {
        "RAY_AIR_NEW_OUTPUT": "0",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_memory_monitor_refresh_ms": "0",
        "RAY_DEDUP_LOGS": "0",
        "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
        "TUNE_DISABLE_AUTO_CALLBACK_SYNCER": "1",
        "TUNE_GLOBAL_CHECKPOINT_S": "1000000",
        "TUNE_WARN_THRESHOLD_S": "10",
        "TUNE_WARN_SLOW_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "60",
        "TUNE_DISABLE_SIGINT_HANDLER": "1",
        "RAY_CHDIR_TO_TRIAL_DIR": "0",
        "TUNE_MAX_LEN_IDENTIFIER": "20",
        "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    }
)

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import ray
    from ray import tune
    from ray.tune.experiment import Trial as TuneTrial
    from ray.tune.schedulers import FIFOScheduler
    from ray.tune.search import Searcher

from nas.errors import InputError, SearchError
from nas.evaluate import Job, Outcome, run_job
from nas.runner.interrupt import Interrupts
from nas.runner.plan import Plan
from nas.study import Run, Search


def run(search: Search, run: Run, plan: Plan) -> None:
    """Train every trial that the search asks for on Ray, until it is over."""
    with Interrupts() as interrupts, _ray(plan) as folder:
        _check_cluster(plan)
        while not search.over:
            before = search.ended
            _tune(search, run, plan, folder, interrupts)
            interrupts.check()
            if not search.over and search.ended == before:
                raise SearchError(f"Ray Tune ended and no trial came to an end; see its log in {folder}")


@contextlib.contextmanager
def _ray(plan: Plan) -> Iterator[Path]:
    """A Ray of our own with its own folder, or the cluster that was asked for; left as it was found."""
    folder = Path(tempfile.mkdtemp(prefix="nas-"))
    try:
        if plan.address == "local":
            # Workers find the modules that this process finds: a person's own evaluator or data set among them.
            os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([os.getcwd(), *sys.path]))
            ray.init(
                address="local",
                num_cpus=max(1, round(plan.workers * plan.cpus)),
                include_dashboard=False,
                log_to_driver=False,
                logging_level=logging.ERROR,
                _temp_dir=str(folder / "ray"),
            )
        else:
            ray.init(address=plan.address, log_to_driver=False, logging_level=logging.ERROR)
        # What goes wrong with a trial is in the study; Ray would print it too, a screen for each.
        for name in ("ray", "ray.tune", "ray.train", "ray.air", "ray._private.worker"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        yield folder
    finally:
        ray.shutdown()
        shutil.rmtree(folder, ignore_errors=True)


def try_out() -> None:
    """Start a private Ray and end it again; raises what Ray raises."""
    with _ray(Plan("ray", "local", 1, 1.0, 0.0, 0, None, ())):
        pass


def _check_cluster(plan: Plan) -> None:
    """Say at once what Ray would wait for in silence."""
    has = ray.cluster_resources()
    for name, wanted in (("CPU", plan.cpus), ("GPU", plan.gpus)):
        if wanted > has.get(name, 0):
            raise InputError(f"each trial asks for {wanted:g} {name}, and the cluster has {has.get(name, 0):g}")


def _tune(search: Search, run: Run, plan: Plan, folder: Path, interrupts: Interrupts) -> None:
    resources = {"cpu": plan.cpus, "gpu": plan.gpus} if plan.gpus else {"cpu": plan.cpus}
    tuner = tune.Tuner(
        tune.with_resources(train, resources),
        tune_config=tune.TuneConfig(
            search_alg=StudySearcher(search, run, plan, interrupts),
            scheduler=StudyScheduler(search, interrupts),
            num_samples=-1,
            reuse_actors=True,
            trial_dirname_creator=lambda trial: trial.trial_id,
        ),
        run_config=tune.RunConfig(
            name="search",
            storage_path=str(folder / "tune"),
            verbose=0,
            failure_config=tune.FailureConfig(max_failures=plan.retries),
        ),
    )
    tuner.fit()


def train(config: dict[str, Any]) -> None:
    """One trial, in a worker: reports each epoch, and at the end the outcome, which is always well-formed."""
    job = Job.from_dict(json.loads(config["job"]))

    def report(epoch: int, metrics: dict[str, float]) -> bool:
        # Tune ends the trial inside this call where the scheduler says so.
        tune.report({"epoch": epoch, "metrics": json.dumps(metrics)})
        return True

    outcome = run_job(job, report)
    # Tune refuses a report without the metric that its searcher names.
    tune.report({"epoch": job.epochs, "outcome": json.dumps(outcome.to_dict())})


class StudySearcher(Searcher):
    """Tune's way to ask the study what to try next, and to say what became of it."""

    def __init__(self, search: Search, run: Run, plan: Plan, interrupts: Interrupts) -> None:
        super().__init__(metric="epoch", mode="max")
        self._search, self._run, self._plan, self._interrupts = search, run, plan, interrupts
        self._numbers: dict[str, int] = {}  # of those that run; one that paused comes back under another id

    def suggest(self, trial_id: str) -> dict[str, Any] | str | None:
        self._interrupts.check()
        # One more than there are workers: it is proposed while they compute, and starts as soon as one is free.
        if len(self._numbers) > self._plan.workers:
            return None
        trial = self._search.ask()
        if trial is None:
            done = not self._search.running or self._search.over
            return Searcher.FINISHED if done else None
        self._numbers[trial_id] = trial.number
        job = self._run.job(trial, device=self._plan.device, time_limit_seconds=self._plan.time_limit_seconds)
        # As text: Tune copies and walks through a configuration many times.
        return {"job": json.dumps(job.to_dict()), "number": trial.number}

    def on_trial_complete(self, trial_id: str, result: dict[str, Any] | None = None, error: bool = False) -> None:
        number = self._numbers.pop(trial_id, None)
        if number is not None:
            self._search.tell(number, _outcome(self._search, number, result or {}, error))

    def on_trial_result(self, trial_id: str, result: dict[str, Any]) -> None:
        """Results are taken by the scheduler."""

    def save(self, checkpoint_path: str) -> None:
        """Nothing: the study is what lasts."""

    def restore(self, checkpoint_path: str) -> None:
        raise SearchError("a search is resumed from its study, never from Tune")

    def __getstate__(self) -> dict[str, Any]:
        return {}


def _outcome(search: Search, number: int, result: dict[str, Any], error: bool) -> Outcome:
    trial = search.trials[number]
    last = trial.curve[max(trial.curve)] if trial.curve else {}
    seconds = float(result.get("time_total_s", 0.0))
    if "outcome" in result:
        return Outcome(**json.loads(result["outcome"]))
    if error or not trial.curve:
        reason = "error: its worker died, more often than the runner tries again"
        return Outcome(status="failed", reason=reason, metrics=last, seconds=seconds)
    return Outcome(status="stopped", metrics=last, seconds=seconds)


class StudyScheduler(FIFOScheduler):
    """Asks the study, at each epoch, whether a trial goes on."""

    def __init__(self, search: Search, interrupts: Interrupts) -> None:
        super().__init__()
        self._search, self._interrupts = search, interrupts

    def on_trial_result(self, tune_controller: Any, trial: TuneTrial, result: dict[str, Any]) -> str:
        self._interrupts.check()
        if "metrics" not in result or "outcome" in result:
            return self.CONTINUE
        number = int(trial.config["number"])
        goes_on = self._search.report(number, int(result["epoch"]), json.loads(result["metrics"]))
        return self.CONTINUE if goes_on else self.STOP

    def __getstate__(self) -> dict[str, Any]:
        return {}
