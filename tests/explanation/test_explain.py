"""All analyses together, for every connectivity."""

from __future__ import annotations

import json

import pytest

from nas.explanation import explain


def test_everything_is_measured_and_is_plain_data(made):
    subject = made("residual")
    lines = []
    found = explain(subject, draws=2, seed=0, say=lines.append)
    document = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert document["error"] == subject.error() and document["images"] == 40
    assert [each["block"] for each in document["lesions"]] == [f"stage{s}/block{b}" for s in (1, 2) for b in (1, 2)]
    assert [each["blocks"] for each in document["deletions"]] == [1, 2, 3, 4]
    assert document["deletions"][0]["mean"] == sum(document["deletions"][0]["errors"]) / 2
    assert document["movable"] == [["stage1/block1", "stage1/block2"]]
    assert [each["number"] for each in document["lengths"]] == [1, 4, 6, 4, 1]
    assert (document["layers"]["shortest"], document["layers"]["longest"]) == (3, 10)
    assert lines == ["deleting 4 blocks", "changing their order", "following gradients along paths"]


def test_the_same_seed_gives_the_same_numbers_apart_from_times(made):
    subject = made("merge-and-run")

    def numbers(seed):
        return {key: value for key, value in explain(subject, draws=2, seed=seed).to_dict().items() if key != "stages"}

    assert numbers(0) == numbers(0) != numbers(1)


@pytest.mark.parametrize("connect", ["plain", "dense", "fractal", "fused", "highway"])
def test_a_network_without_residual_units_says_why_it_has_no_gradients_by_path(made, connect):
    found = explain(made(connect, widths=(4,)), draws=1, seed=0)
    assert found.lengths == [] and found.middle is None
    assert found.paths_reason.startswith("it is measured in networks of residual or merge-and-run units, and here ")
    assert found.lesions and found.stages


def test_where_nothing_can_change_places_it_says_why(made):
    assert explain(made("dense", widths=(4,)), draws=1, seed=0).order_reason == "no two of its blocks have one structure"
    assert explain(made("dense", widths=(4,), depth=1), draws=1, seed=0).order_reason == "it has 1 block"
