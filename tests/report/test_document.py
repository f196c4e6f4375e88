"""A page of sections: self-contained, escaped, with every chart as a figure for scripts and as an SVG without."""

from __future__ import annotations

import base64
import hashlib
import json
import re

from run_documents import Elements, run, trial

from nas.drawing.chart import Chart, Dot, Key, Look
from nas.drawing.numbers import Axis
from nas.report import Section, document, page
from nas.report.document import note

EVIL = "</script><script>alert(1)</script>"


def chart(text: str = "a") -> Chart:
    axis = Axis.over(text, [0, 10])
    return Chart(text, axis, axis, [Dot(1, 2, text, Look("c0"))], legend=[Key(text, Look("c0"))], note=text, alt=text)


def of(*sections: Section, text: str = "a") -> str:
    return document(name=text, answer=text, facts=text, sections=sections)


def outside_of_scripts(text: str) -> str:
    return re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def test_the_page_asks_nobody_for_anything():
    text = outside_of_scripts(of(Section("one", [chart(), "<p>b</p>"])))
    found = Elements(text).found
    assert not {tag for tag, _ in found} & {"link", "img", "iframe", "object", "a"}
    assert not [attrs for _, attrs in found if {"src", "href", "xlink:href"} & set(attrs)]
    assert "http:" not in text
    assert "https:" not in text


def test_its_policy_allows_the_scripts_that_are_in_it_and_no_request():
    text = of(Section("one", [chart()]))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts]
    assert len(scripts) == 2
    assert policy == f"default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; script-src {' '.join(hashes)}"


def test_a_chart_is_a_figure_for_scripts_and_an_svg_without_them():
    text = of(Section("one", [chart("first"), chart("second")]))
    assert text.count('<div class="chart"') == text.count("<noscript><svg") == 2
    (data,) = re.findall(r'id="figures">(.*?)</script>', text)
    assert [figure["data"][0]["x"] for figure in json.loads(data)["figures"]] == [[1.0], [1.0]]


def test_what_many_charts_say_is_kept_once():
    (data,) = re.findall(r'id="figures">(.*?)</script>', of(Section("one", [chart(), chart(), chart("b")])))
    found = json.loads(data)
    assert found["texts"] == ["a", "b"]
    assert [figure["data"][0]["hovertext"] for figure in found["figures"]] == [[0], [0], [1]]


def test_charts_in_a_row_stand_side_by_side():
    text = of(Section("one", [chart(), chart(), "<p>between</p>", chart()]))
    assert [part.count("<figure>") for part in text.split('<div class="pictures">')[1:]] == [2, 1]


def test_no_text_becomes_part_of_the_page():
    text = of(Section(EVIL, [chart(EVIL), note(EVIL)]), text=EVIL)
    assert EVIL not in text
    assert text.count("<script") == 3
    Elements(outside_of_scripts(text))


def test_every_text_of_a_run_is_escaped():
    made = trial(0, choices={"connect": EVIL, EVIL: EVIL}, on_front=True, fingerprint=EVIL, scores={EVIL: 1.0})
    failed = trial(1, state="failed", reason=EVIL, parents=[0])
    data = run(
        made,
        failed,
        trial(2, parents=[0, 1], choices={EVIL: 1}),
        best=2,
        run=EVIL,
        space=EVIL,
        answer=EVIL,
        versions={EVIL: EVIL},
        importance={EVIL: 1.0},
        final={EVIL: {"metrics": {"test_error": 0.1}, "seed": EVIL}},
        published=[{"name": EVIL, "title": EVIL, "paper": EVIL, "params": 1, "macs": 2_000_000, "depth": 1}],
        agreement={"metric": "e", "aim": EVIL, "rows": [{"score": EVIL, "reason": EVIL}]},
        changes=[{"when": EVIL, "changes": [EVIL]}],
        environment={"machine": {EVIL: EVIL}},
    )
    text = page(data)
    assert EVIL not in text
    assert text.count("<script") == 3
    assert text.count("&lt;script&gt;") >= 20
    Elements(outside_of_scripts(text))


def test_an_objective_with_a_name_of_the_users_is_escaped():
    text = page(run(trial(0, metrics={"a<b>": 1.0, 'c"d': 2.0}), objectives=["a<b>", 'c"d']))
    assert "<b>" not in outside_of_scripts(text)
    assert 'c"d' not in outside_of_scripts(text)
