"""Latencies are not taken over from other runs: they were measured somewhere else, or at another time."""

from __future__ import annotations

import nas
from nas.space import load
from nas.study.other_runs.reuse import source

QUICK = ("data.limit=60", "train.epochs=1", "train.precision=float32", "strategy.trials=1")


def test_a_search_by_measured_latency_takes_nothing_over(tmp_path):
    nas.search("tiny", runner="inline", out=tmp_path / "other", overrides=QUICK)
    by_error, by_latency = (
        load("tiny", overrides=[*QUICK, f"objectives=[{names}]"]).bound(input_shape=(1, 8, 8), classes=10)
        for names in ("error", "error, latency_ms")
    )
    assert len(source(str(tmp_path / "other"), by_error, None).results) == 1
    refused = source(str(tmp_path / "other"), by_latency, None)
    assert refused.results == () and "latency_ms is one of the objectives" in refused.lines[1]
