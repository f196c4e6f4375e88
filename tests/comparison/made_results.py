"""Results of a comparison as if its networks had been trained."""

from __future__ import annotations

import numpy as np

from nas.comparison.answer import Answer, answered
from nas.comparison.results import Results
from nas.space.compare import CompareSettings


def table(values: np.ndarray, *, group: str = "40,000 params") -> list[Results]:
    """Results of networks 0, 1, ... by (networks, seeds); NaN is missing."""
    return [
        Results(group, f"network {number}", {"depth": number}, {s: float(v) for s, v in enumerate(row, 1) if np.isfinite(v)})
        for number, row in enumerate(values)
    ]


def answer_of(values: np.ndarray, *, maximized: bool = False, reference: int | None = None) -> Answer:
    """The answer that these results give."""
    named = {} if reference is None else {"depth": reference}
    compare = CompareSettings(budgets=(40_000,), seeds=values.shape[1], reference=named)
    return answered(table(values), compare, metric="error", maximized=maximized, seed=0)
