"""Lineage: who came from whom, by which edit."""

from __future__ import annotations

from run_documents import rows, run, trial

from nas.report.lineage import ancestry, ancestry_table, lineage
from nas.report.told import FRONT, REST

FAMILY = (
    trial(0, error=0.4, choices={"depth": 3, "connect": "plain"}),
    trial(1, error=0.3, parents=[0], choices={"depth": 4, "connect": "plain"}),
    trial(2, error=0.5, parents=[0], choices={"depth": 3, "connect": "plain"}),
    trial(3, error=0.1, parents=[1, 2], choices={"depth": 4, "connect": "dense", "growth": 8}),
)


def test_each_child_is_joined_to_its_first_parent_and_the_line_of_the_best_is_marked():
    chart = lineage(run(*FAMILY, best=3))
    assert chart is not None
    assert [(line.points[0][0], line.points[1][0], line.look) for line in chart.lines] == [
        (0, 2, REST),
        (0, 1, FRONT),
        (1, 3, FRONT),
    ]


def test_the_ancestors_of_the_best_are_told_with_what_each_changed():
    assert rows(ancestry_table(run(*FAMILY, best=3))) == [
        ["trial", "edit", "error", "params"],
        ["#0", "drawn", "40 %", "100k"],
        ["#1", "depth 3 → 4", "30 %", "100k"],
        ["#3", "connect plain → dense, growth 8 (crossed with #2)", "10 %", "100k"],
    ]


def test_a_choice_that_is_gone_is_told():
    family = (trial(0, choices={"branches": 2}), trial(1, parents=[0], choices={}))
    assert rows(ancestry_table(run(*family, best=1)))[2][1] == "no branches"


def test_a_random_search_has_no_lineage():
    assert lineage(run(trial(0), trial(1), best=0)) is None
    assert ancestry_table(run(trial(0), best=0)) == ""


def test_trials_that_name_each_other_as_parents_come_to_an_end():
    assert [t["number"] for t in ancestry(run(trial(0, parents=[1]), trial(1, parents=[0]), best=1))] == [0, 1]


def test_a_parent_that_was_not_measured_joins_nobody():
    assert lineage(run(trial(0, state="failed", metrics={}, curve=[]), trial(1, parents=[0]))) is None
