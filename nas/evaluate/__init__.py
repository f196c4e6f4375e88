"""From genome to metrics: a `Job` goes in, an `Outcome` comes out, whatever happens in between.

Importing this package loads no torch; the shipped evaluators load it when a job runs.
"""

from nas.evaluate.context import Context, NotANumber, PauseTrial, StopTrial, TimeLimit
from nas.evaluate.evaluators import Evaluator, Shipped, evaluators
from nas.evaluate.execute import run_job
from nas.evaluate.final import train_final
from nas.evaluate.job import Job
from nas.evaluate.outcome import Outcome

__all__ = [
    "Context",
    "Evaluator",
    "Job",
    "NotANumber",
    "Outcome",
    "PauseTrial",
    "Shipped",
    "StopTrial",
    "TimeLimit",
    "evaluators",
    "run_job",
    "train_final",
]
