"""The figures: a file for each analysis that measured something, whose marks are the numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from nas.explanation import explain
from nas.explanation.figures import figures


def texts(svg: str) -> list[str]:
    """What hovering over the marks says."""
    return [element.text or "" for element in ET.fromstring(svg).iter() if element.tag.endswith("title")]


def test_each_analysis_has_a_file_with_a_mark_for_each_number(made):
    document = explain(made("residual"), draws=2, seed=0).to_dict()
    found = figures(document)
    assert sorted(found) == ["lesions.svg", "order.svg", "paths.svg"]
    assert len(texts(found["lesions.svg"])) == 4 + sum(len(each["errors"]) for each in document["deletions"])
    assert any(text.startswith("without stage2/block1: ") for text in texts(found["lesions.svg"]))
    assert len(texts(found["order.svg"])) == len(document["reorderings"]) + 1  # and the order as it was
    assert len(texts(found["paths.svg"])) == 3 * 5


def test_what_was_not_measured_has_no_file(made):
    assert sorted(figures(explain(made("dense", widths=(4,)), draws=1, seed=0).to_dict())) == ["lesions.svg"]


def test_a_network_that_never_errs_can_be_drawn(made):
    document = explain(made("residual", widths=(4,)), draws=1, seed=0).to_dict()
    document |= {"error": 0.0}
    document["lesions"] = [each | {"error": 0.0} for each in document["lesions"]]
    document["deletions"] = [each | {"errors": [0.0], "mean": 0.0} for each in document["deletions"]]
    assert ET.fromstring(figures(document)["lesions.svg"]).tag.endswith("svg")


def test_names_of_blocks_stay_text(made):
    document = explain(made("residual", widths=(4,)), draws=1, seed=0).to_dict()
    document["lesions"][0]["block"] = "<script>"
    assert "<script>" not in figures(document)["lesions.svg"]
