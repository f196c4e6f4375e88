"""What the page of a run is made of, as plain data: the summary, and what takes more than reading the trials."""

from __future__ import annotations

from typing import Any

from nas.comparison.summary import summary
from nas.report.best import best_numbers
from nas.report.importance import importance
from nas.report.published import published
from nas.study import Run


def contents(run: Run) -> dict[str, Any]:
    """The document of `nas show RUN --json`, and beside it

    - genomes: of the best trials, by number
    - importance: the share of each choice
    - published: the published networks of the run's size
    - seed, environment: with what it was started, and on which machine
    """
    data, about = summary(run), run.store.about()
    images = {"input_shape": tuple(about["input_shape"]), "classes": about["classes"]}
    genomes = {number: run.trial(number).genome for number in best_numbers(data)}
    budget = run.space.file.budget
    limits = {"params": budget.params, "macs": budget.macs}
    near = {cost: float(limit) for cost, limit in limits.items() if limit}
    if not near and genomes:
        near = {"params": float(run.best.params)}
    return data | {
        "genomes": {number: genome for number, genome in genomes.items() if genome is not None},
        "importance": importance(run),
        "published": published(**images, near=near) if near else [],
        "seed": run.space.file.strategy.seed,
        "environment": about["environment"],
    }
