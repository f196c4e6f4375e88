"""A run as plain data with what its result is compared with: what `nas show --json` prints and the page is made of."""

from __future__ import annotations

from typing import Any

from nas.comparison.answer import answer, document
from nas.comparison.baselines import baselines
from nas.space.comparison import ComparisonSpace
from nas.study.run import Run
from nas.study.summary import summary as of_search


def summary(run: Run) -> dict[str, Any]:
    """`nas.study.summary.summary`, and beside it: comparison, of a run that is one, and baselines, of any other search.

    Of a comparison the answer is its verdict.
    """
    data = of_search(run)
    if not isinstance(run.space.kind, ComparisonSpace):
        beside = baselines(run.trials, run.space.file)
        return data | {"comparison": None, "baselines": beside.to_dict() if beside else None}
    compared = document(answer(run))
    return data | {"answer": " ".join(compared["verdict"]), "comparison": compared, "baselines": None}
