"""The final training: the same recipe on all data that the search saw, measured once on the test part.

Always from scratch: a network whose search inherited a parent's weights has to show that it is good without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from nas.evaluate.context import Context, Report
from nas.evaluate.execute import execute
from nas.evaluate.job import Job
from nas.evaluate.outcome import Outcome
from nas.genome import Genome


def train_final(
    job: Job, *, on: Literal["train", "train+validation"] = "train+validation", report: Report | None = None
) -> Outcome:
    """Train a job's genome from scratch and measure it on the test part, which no search has seen.

    A parent that the job names counts for nothing. Metrics: test_error (the share of images misclassified, 0..1),
    test_loss, test_accuracy, train_loss, seconds. The weights are kept as `weights.safetensors` in `job.checkpoints`; a
    broken training goes on from there. `report` is told the training loss of each epoch; left out, nobody is.
    """

    from nas.evaluate.train import fit  # here, so that torch is loaded before its threads are set

    def evaluate(genome: Genome, context: Context) -> dict[str, float]:
        return fit(genome, context, part="all_train" if on == "train+validation" else "train", measure="test")

    return execute(replace(job, parent=None, latency=None), report or (lambda epoch, metrics: True), evaluator=evaluate)
