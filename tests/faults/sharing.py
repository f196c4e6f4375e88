"""An evaluator that says when it is on a GPU, and how large its network is."""

from __future__ import annotations

import time

from striking import log

from nas.evaluate import Context
from nas.genome import Genome


def share(genome: Genome, context: Context) -> dict[str, float]:
    log(f"on {context.job.number} {genome.params} {time.time()}")
    time.sleep(3.0)
    log(f"off {context.job.number} {genome.params} {time.time()}")
    context.report(1, {"error": 0.5})
    return {"error": 0.5}
