"""A comparison on the page: its chart has every training, its table every network with what was shown."""

from __future__ import annotations

from run_documents import rows

from nas.drawing.chart import Chart
from nas.report.compared import compared


def network(name: str, depth: int, values: dict[str, float], **more) -> dict:
    row, _, column = name.partition(", ")
    mean = sum(values.values()) / len(values) if values else None
    known = {"spread": 0.0012, "difference": None, "interval": None, "p_corrected": None, "failed": {}, "left_out": None}
    known |= {"verdict": "reference", "params": 39_751, "spent": 0.99378}
    return {"name": name, "row": row, "column": column, "depth": depth, "values": values, "mean": mean} | known | more


def document(*groups: tuple[str, list[dict]], direction: str = "minimize") -> dict:
    named = [{"name": name, "networks": networks} for name, networks in groups]
    return {"metric": "error", "direction": direction, "seeds": 2, "verdict": ["It is so."], "groups": named}


WORSE = {"verdict": "worse", "difference": 0.02, "interval": [0.015, 0.0251], "p_corrected": 0.0123}
UNDECIDED = {"verdict": "no difference shown", "difference": 0.001, "interval": [-0.00006, 0.002], "p_corrected": 1.0}
GRID = [
    network("depth 2, plain", 10, {"1": 0.04, "2": 0.05}, **WORSE),
    network("depth 1, plain", 6, {"1": 0.02, "2": 0.03}),
    network("depth 1, residual", 6, {"1": 0.026}, **UNDECIDED),
    network("depth 2, residual", 10, {}, verdict="not compared", left_out="too wide", params=0, spent=None, spread=None),
]


def test_a_dot_is_a_training_and_lines_join_the_means_of_a_column():
    (chart,) = [part for part in compared(document(("20k", GRID))) if isinstance(part, Chart)]
    assert sorted((dot.x, dot.y) for dot in chart.dots) == [(6, 0.02), (6, 0.026), (6, 0.03), (10, 0.04), (10, 0.05)]
    assert [line.points for line in chart.lines] == [((6.0, 0.025), (10.0, 0.045))]
    assert [key.text for key in chart.legend] == ["plain", "residual"]


def test_networks_are_listed_best_first_with_what_was_shown():
    _, *found = rows(compared(document(("20k", GRID)))[-1])
    first, second, third, fourth = found
    assert first == ["depth 1, plain", "2 of 2", "2.50 %", "0.12 %", "", "", "", "", "39,751", "99.38 %"]
    assert second[4:8] == ["+0.10 %", "-0.01 % to +0.20 %", "1.000", "no difference shown"]
    assert third[4:8] == ["+2.00 %", "+1.50 % to +2.51 %", "0.012", "worse"]
    assert fourth == ["depth 2, residual", "0 of 2", "", "", "", "", "", "left out", "", ""]


def test_where_more_is_better_the_highest_comes_first():
    _, first, *_ = rows(compared(document(("20k", GRID), direction="maximize"))[-1])
    assert first[0] == "depth 2, plain"


def test_each_budget_has_a_chart_and_rows_of_published_networks_have_one_together():
    assert sum(isinstance(part, Chart) for part in compared(document(("20k", GRID), ("40k", GRID)))) == 2
    published = [
        (f"L{n}", [network("ResNet", 2 * n, {"1": 0.1}, row=""), network("DMRNet", n, {"1": 0.2}, row="")]) for n in (12, 18)
    ]
    for _, networks in published:
        for one in networks:
            one["row"], one["column"] = "", one["name"]
    (chart,) = [part for part in compared(document(*published)) if isinstance(part, Chart)]
    assert [line.points for line in chart.lines] == [((24.0, 0.1), (36.0, 0.1)), ((12.0, 0.2), (18.0, 0.2))]


def test_names_are_text():
    made = compared(
        document(
            (
                "<b>20k</b>",
                [network("<script>, x", 6, {"1": 0.1})],
            )
        )
    )[-1]
    assert "<script>" not in made
    assert "&lt;script&gt;" in made


def test_a_run_that_compares_nothing_has_no_section():
    assert compared(None) == []
