"""The page of a run: what it says, in which order, and that it is written whole."""

from __future__ import annotations

import re

import pytest
from run_documents import SPACE, Elements, run, trial

from nas.drawing.chart import Chart
from nas.report import page, write_report
from nas.report.charts import charts


def titles(text: str) -> list[str]:
    return re.findall("<h2>(.*?)</h2>", text)


def test_the_answer_comes_first_its_first_sentence_in_large_letters():
    body = page(run(trial(0), answer="Deeper. Of 3.5 networks & more, some.")).partition("<body>")[2]
    assert re.match(
        r'\s*<header><h1>results/first</h1>\s*<p class="answer">Deeper\.</p>\s*<p class="more">Of 3\.5 networks &amp; more', body
    )


def test_sections_stand_in_their_order_and_what_is_empty_is_left_out():
    assert titles(page(run(trial(0)))) == [
        "The front",
        "Deeper or wider",
        "How they learned, and which choices mattered",
        "All trials",
        "To reproduce",
    ]
    failed, child = trial(1, state="failed", metrics={}, curve=[]), trial(2, parents=[0])
    more = run(trial(0), failed, child, best=2, final={"0": {"metrics": {"test_error": 0.1}}}, importance={"depth": 1.0})
    assert {"What did not finish", "Where they came from", "Final training, measured on the test part"} <= set(titles(page(more)))


def test_trials_are_counted_by_state():
    text = page(run(trial(0), trial(1, state="paused"), trial(2, state="screened")))
    assert "3 trials: 1 finished, 1 paused, 1 screened; 2 min of training" in text


def test_why_a_search_ended_early_is_told():
    assert "; ended early (nothing new)" in page(run(trial(0), ended="nothing new"))
    assert "ended early" not in page(run(trial(0), ended=None))


def test_what_random_draws_found_stands_beside_the_front():
    assert "Baselines: the search&#x27;s best" in page(run(trial(0), baselines={"text": "Baselines: the search's best 4 %."}))


@pytest.mark.parametrize("error", [float("nan"), float("inf"), None, "much"])
def test_a_value_that_is_no_number_is_left_out_of_the_charts(error):
    data = run(trial(0, metrics={"error": error}, curve=[]), trial(1))
    assert {name: [dot.told[:2] for dot in chart.dots] for name, chart in charts(data).items()} == {
        "front-macs": ["#1"],
        "depth": ["#1"],
        "curves": ["#1"],
    }


def test_a_run_that_has_nothing_yet_is_a_page():
    text = page({})
    assert "no trial has finished" in text
    assert titles(text) == ["The front", "All trials"]
    Elements(text)


def test_a_page_without_charts_has_no_plotly():
    assert len(page({})) < 20_000 < 4_000_000 < len(page(run(trial(0))))


def test_the_space_is_given_as_it_was_written():
    assert "name: mine  # &lt;b&gt;&amp;&quot;quoted&quot;\nbudget: {params: 100k}\n</pre>" in page(run())
    assert SPACE not in page(run())


def test_the_page_is_written_whole_and_over_an_older_one(tmp_path):
    (tmp_path / "report.html").write_text("old")
    write_report(run(trial(0)), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page(run(trial(0)))
    assert len(list(tmp_path.iterdir())) == 1


def test_every_chart_of_the_page_has_a_name_for_its_file():
    assert all(isinstance(chart, Chart) and re.fullmatch(r"[\w.-]+", name) for name, chart in charts(run(trial(0))).items())
    assert "front-a-b" in charts(run(trial(0, metrics={"error": 1, "a/b": 2.0}), objectives=["error", "a/b"]))
