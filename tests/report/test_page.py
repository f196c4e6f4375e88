"""The page of a run: what it says, and that it asks nobody for anything."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from nas.report.page import page, write_report

VOID = {"meta", "link", "br", "hr", "img", "input"}
SPACE = 'name: mine  # <b>&"quoted"\nbudget: {params: 100k}\n'


def trial(number, *, state="finished", error=0.1, **more):
    made = {
        "number": number,
        "state": state,
        "reason": "",
        "choices": {"connect": "residual", "block": "basic"},
        "params": 100_000,
        "macs": 2_000_000,
        "depth": 8,
        "width": 16,
        "fingerprint": "ab",
        "metrics": {"error": error},
        "curve": [[1, {"error": error}]],
        "seconds": 30.0,
        "on_front": False,
    }
    return made | more


def run(*trials, **more):
    made = {
        "run": "results/first",
        "space": SPACE,
        "versions": {"torch": "2.13.0"},
        "objectives": ["error", "macs"],
        "trials": list(trials),
        "best": None,
        "answer": "Deeper.",
        "final": None,
    }
    return made | more


class Elements(HTMLParser):
    """Every element with its attributes and text; fails on one that is not closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def of(self, cls):
        return [attrs for _, attrs in self.found if cls in (attrs.get("class") or "").split()]


def drawn(text):
    """Each dot's class by what hovering over it says, in both pictures."""
    return re.findall(r'<g transform="[^"]*"><title>([^<]*)</title><path class="([^"]*)"', text)


def test_the_answer_comes_first():
    body = page(run(trial(0))).partition("<body>")[2]
    assert re.search(r'^\s*<header><h1>results/first</h1>\s*<p class="answer">Deeper\.</p>', body)


def test_the_page_asks_nobody_for_anything():
    found = Elements(page(run(trial(0), trial(1, state="failed")))).found
    assert not {tag for tag, _ in found} & {"script", "link", "img", "iframe", "object", "a"}
    assert not [attrs for _, attrs in found if {"src", "href", "xlink:href"} & set(attrs)]
    assert "http:" not in page(run(trial(0)))
    assert "https:" not in page(run(trial(0)))


def test_every_text_of_the_user_is_escaped():
    evil = "<script>alert(1)</script>"
    made = trial(0, choices={"connect": evil, evil: evil}, on_front=True)
    failed = trial(1, state="failed", reason=evil)
    text = page(
        run(
            made,
            failed,
            run=evil,
            space=evil,
            answer=evil,
            versions={evil: evil},
            final={evil: {"metrics": {"test_error": 0.1}, "seed": evil}},
        )
    )
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 10
    Elements(text)


def test_an_objective_with_a_name_of_the_users_is_escaped():
    made = trial(0, metrics={"a<b>": 1.0, 'c"d': 2.0})
    text = page(run(made, objectives=["a<b>", 'c"d']))
    assert "<b>" not in text
    assert 'c"d' not in text
    assert len(drawn(text)) == 2


def test_stopped_trials_are_hollow_and_the_front_is_marked():
    text = page(run(trial(0, on_front=True), trial(1), trial(2, state="stopped", metrics={})))
    first_picture = {title.split(",")[0]: cls for title, cls in drawn(text)[:3]}
    assert first_picture == {
        "trial 0": "dot full front",
        "trial 1": "dot full rest",
        "trial 2": "dot hollow rest",
    }


def test_the_front_is_joined_in_the_order_of_cost():
    trials = [trial(n, error=error, macs=macs, on_front=True) for n, error, macs in ((0, 0.1, 9), (1, 0.3, 2), (2, 0.2, 5))]
    points = re.search(r'class="line front" points="([^"]*)"', page(run(*trials)))
    assert points is not None
    across = [float(point.split(",")[0]) for point in points[1].split()]
    assert len(across) == 3
    assert across == sorted(across)


def test_each_connectivity_has_its_colour_and_shape():
    text = page(run(trial(0, choices={"connect": "plain"}), trial(1, choices={"network.connect": "dense"}, depth=9)))
    classes = {title.split(",")[0]: cls for title, cls in drawn(text)[2:]}
    assert classes == {"trial 0": "dot full c1", "trial 1": "dot full c0"}
    assert re.findall(r"</svg>(plain|dense)</li>", text) == ["dense", "plain"]


def test_the_best_at_each_depth_is_joined():
    trials = [trial(0, error=0.3), trial(1, error=0.1), trial(2, error=0.2, depth=20)]
    line = re.search(r'class="line c0" points="([^"]*)"', page(run(*trials)))
    assert line is not None
    lower, upper = (float(point.split(",")[1]) for point in line[1].split())
    assert len(line[1].split()) == 2
    assert lower > upper


def test_the_leaderboard_begins_with_the_best():
    text = page(run(trial(0, error=0.3), trial(1, error=0.0412), trial(2, error=0.2), best=1))
    rows = re.findall(
        r'<tr class="(best)?"><td class="number">(?:<span.*?</span> )?#(\d)</td><td class="number">(.*?)<',
        text,
    )
    assert rows == [("best", "1", "4.12 %"), ("", "2", "20 %"), ("", "0", "30 %")]


def test_a_stopped_trial_is_not_on_the_leaderboard():
    text = page(run(trial(0), trial(1, state="stopped", error=0.01)))
    assert "#1<" not in text.partition("The best trials")[2]


def test_failures_are_counted_by_reason():
    failed = [trial(n, state="failed", reason=f"out of memory: 3 GiB\ntrace {n}") for n in range(3)]
    text = page(run(*failed, trial(9, state="over-budget", reason="params")))
    cells = re.findall(r"<td[^>]*>(.*?)</td>", text.partition("What did not finish")[2])
    assert cells[:4] == ["failed", "out of memory: 3 GiB", "3", "#0, #1, #2"]
    assert cells[4:8] == ["over-budget", "params", "1", "#9"]


def test_a_run_without_failures_has_no_table_of_them():
    assert "What did not finish" not in page(run(trial(0)))


def test_the_space_is_given_as_it_was_written():
    assert "<pre>name: mine  # &lt;b&gt;&amp;&quot;quoted&quot;\nbudget: {params: 100k}\n</pre>" in page(run())


def test_the_final_result_is_shown_where_there_is_one():
    assert "Final" not in page(run(trial(0)))
    text = page(run(trial(0), final={"0": {"metrics": {"test_error": 0.05}, "seconds": 3.0, "seed": 7}}))
    assert '<td class="number">#0</td><td class="number">5 %</td><td class="number">3 s</td><td class="number">7</td>' in text


@pytest.mark.parametrize("error", [float("nan"), float("inf"), None, "much"])
def test_a_value_that_is_no_number_is_left_out_of_the_pictures(error):
    text = page(run(trial(0, metrics={"error": error}, curve=[]), trial(1)))
    assert [title.split(",")[0] for title, _ in drawn(text)] == ["trial 1", "trial 1"]


def test_a_run_that_has_nothing_yet_is_a_page():
    text = page({})
    assert "no trial has finished" in text
    Elements(text)


def test_the_page_is_written_whole_and_over_an_older_one(tmp_path):
    (tmp_path / "report.html").write_text("old")
    write_report(run(trial(0)), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == page(run(trial(0)))
    assert len(list(tmp_path.iterdir())) == 1
