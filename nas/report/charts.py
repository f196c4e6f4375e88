"""The charts of a run, each by the name that its file has."""

from __future__ import annotations

from typing import Any

from nas.drawing.chart import Chart
from nas.report.compared import compared
from nas.report.curves import curves
from nas.report.deeper_or_wider import by_depth, depth_width_map
from nas.report.front import fronts
from nas.report.importance import importance_chart
from nas.report.lineage import lineage


def charts(data: dict[str, Any]) -> dict[str, Chart]:
    """Those that there is something to show in; names that begin with "front-" are the fronts."""
    comparison = [part for part in compared(data.get("comparison")) if isinstance(part, Chart)]
    found = {
        **{f"comparison-{number}": chart for number, chart in enumerate(comparison, start=1)},
        **fronts(data),
        "depth": by_depth(data),
        "map": depth_width_map(data),
        "curves": curves(data),
        "lineage": lineage(data),
        "importance": importance_chart(data),
    }
    return {name: chart for name, chart in found.items() if chart is not None}
