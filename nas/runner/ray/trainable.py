"""One trial on a node: Tune's side of a worker process.

Each step waits for what the trial says next. Only an actor that is lost with its node, or killed, is an error to Tune; what
befalls a trial is its outcome, and what befalls its process is told as such.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from nas.data import default_cache
from nas.evaluate import Job, Outcome
from nas.runner.plan import Limits
from nas.runner.ray.settings import ray, tune
from nas.runner.ray.versions import differing, versions
from nas.runner.worker import Death, Report, Worker


class TrialActor(tune.Trainable):
    """Lives on from trial to trial (`reuse_actors`), and its worker process with it."""

    def setup(self, config: dict[str, Any]) -> None:
        self._worker = Worker(Limits(**config["limits"]))
        self._waits = False  # whether the trial waits for the answer to its last report
        self._differ = differing(versions(), config["versions"])
        self._begin(config)

    def reset_config(self, new_config: dict[str, Any]) -> bool:
        if self._waits:
            self._worker.drop()
        self._begin(new_config)
        return True

    def _begin(self, config: dict[str, Any]) -> None:
        if self._differ:
            return  # no result may come from here
        job = Job.from_dict(json.loads(config["job"]))
        if config["own_cache"]:
            job = replace(job, cache=str(default_cache()), placed=config["placed"])
        self._waits = False
        self._worker.begin(job)

    def step(self) -> dict[str, Any]:
        """What the trial says next; that Tune asks again is the answer to its last report."""
        if self._differ:
            node = ray.get_runtime_context().get_node_id()
            refused = {"key": node, "host": ray.util.get_node_ip_address(), "differ": self._differ}
            return {"epoch": 0, "done": True, "refused": json.dumps(refused)}
        if self._waits:
            self._worker.answer(True)
        said = self._worker.next()
        self._waits = isinstance(said, Report)
        if isinstance(said, Report):
            return {"epoch": said.epoch, "metrics": json.dumps(said.metrics)}
        return {"epoch": 0, "done": True, **_ending(said)}

    def cleanup(self) -> None:
        self._worker.close()


def _ending(said: Outcome | Death) -> dict[str, str]:
    return {"death": said.reason} if isinstance(said, Death) else {"outcome": json.dumps(said.to_dict())}


def ending(result: dict[str, Any]) -> Outcome | Death | None:
    """What a step said about the end of its trial; None where it was no end."""
    if "death" in result:
        return Death(result["death"])
    return Outcome(**json.loads(result["outcome"])) if "outcome" in result else None
