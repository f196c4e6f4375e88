"""The best networks side by side."""

from __future__ import annotations

import re
from html import unescape

import pytest
from run_documents import Elements, rows, run, trial

from nas import zoo
from nas.drawing import render
from nas.report.best import best_networks, best_numbers

SMALL = zoo.resnet_cifar(depth=8, input_shape=(1, 8, 8), classes=10)


def test_the_best_of_different_networks_are_taken_and_of_equals_the_smallest():
    trials = [
        trial(0, error=0.1, params=9, fingerprint="a"),
        trial(1, error=0.1, params=5, fingerprint="b"),
        trial(2, error=0.2, fingerprint="a"),
        trial(3, error=0.3, fingerprint="c"),
        trial(4, error=0.4, fingerprint="d"),
    ]
    assert best_numbers(run(*trials)) == [1, 0, 3]


def test_each_stage_is_a_row_with_a_drawing_for_each_network():
    larger = zoo.resnet_cifar(depth=14, input_shape=(1, 8, 8), classes=10)
    text = best_networks(run(trial(4), trial(7), genomes={4: SMALL.to_dict(), 7: larger.to_dict()}))
    assert rows(text)[0][0].startswith("#4error 10 %, 100k params, 2M macs")
    drawn = [re.findall(r"<svg", line) for line in re.findall("<tr>.*?</tr>", text, re.DOTALL)]
    assert [len(each) for each in drawn] == [0, 2, 2, 2, 2, 2]  # stem, three stages, head
    assert "block1-2, x 2" in unescape(text).replace("\xa0", " ")  # equal blocks are drawn once
    Elements(text)


def test_of_a_network_of_too_many_boxes_less_is_drawn(monkeypatch):
    data = run(trial(0), genomes={0: SMALL.to_dict()})
    full = best_networks(data)
    monkeypatch.setattr("nas.report.best.MOST_BOXES", 2)  # not even its blocks as one box each
    less = best_networks(data)
    assert less.count("<svg") == 5
    assert less.count("<path") < full.count("<path") / 2


def test_drawings_have_the_colours_of_the_page_and_no_links_or_names():
    text = best_networks(run(trial(0), genomes={0: SMALL.to_dict()}))
    assert 'fill="var(--ground-conv)"' in text
    assert not re.search(r'<a\b| id=|#[0-9a-f]{6}"|xlink', text)


def test_without_graphviz_the_networks_are_text(monkeypatch):
    monkeypatch.setattr("nas.report.best.there", lambda: False)
    text = best_networks(run(trial(0), genomes={0: SMALL.to_dict()}))
    assert "<svg" not in text
    assert "┌ stage1 " in text


def test_a_run_without_a_finished_trial_has_no_drawings():
    assert best_networks(run()) == ""


@pytest.mark.skipif(not render.there(), reason="there is no Graphviz")
def test_many_drawings_are_made_by_one_process_in_their_order():
    first, second = render.vectors(["digraph { first }", "digraph { second }"])
    assert ("first" in first, "second" in first, "first" in second, "second" in second) == (True, False, False, True)
    assert render.vectors([]) == []
