"""An explanation as text."""

from __future__ import annotations

from typing import Any

import pytest

from nas.cli.explained import explained

SHOWN = """\
trial 7 of results/digits: error 5.0 % on 200 validation images, with the weights of the search

Without one block
block          params   error
stage1/block1   1.87k  50.0 %  ████████████
stage1/block2   1.87k   6.3 %  █▌
Where one is deleted, its line passes on.
stage2/block1 cannot be deleted: it makes 8x4x4 of 4x8x8, and no line passes it by.

Without several, 5 draws each
blocks   error    ±
     1  30.0 %  4.2  ███████▎
     2  90.0 %  0.0  █████████████████████▋

In another order
2 blocks, each swapped with others of its structure; tau 1 is their order, 0 one by chance
Kendall's tau  orders   error    ±
-1 to -0.5          1  25.0 %  0.0  ██████

Along paths
Paths are 2 to 6 layers long, 4 ± 1.41 on average; 25.0 % are at most a third of the longest.
blocks  paths   share  gradient of one  of all gradient
     0      1  25.0 %         4.00e-03           80.0 %  ███████████████████▎
     1      2  50.0 %         5.00e-04           20.0 %  ████▊
95 % of the gradient comes along paths through 0 to 1 of 1 blocks, which are 75.0 % of all paths.

Stage by stage (time of 64 images, eager, cpu, 1 thread)
stage   params          macs            ms
stage1    3.7k  90.0 %   90k  80.0 %  1.25  75.0 %  ██████████████████
head       400  10.0 %   22k  20.0 %  0.42  25.0 %  ██████"""


@pytest.fixture
def document() -> dict[str, Any]:
    lesion = {"params": 1868, "macs": 1, "meaning": "its line passes on", "reason": ""}
    why = "it makes 8x4x4 of 4x8x8, and no line passes it by"
    stage = {"name": "stage1", "params": 3700, "macs": 90_000, "ms": 1.25}
    shares = {"params_share": 0.9, "macs_share": 0.8, "time_share": 0.75}
    return {
        "run": "results/digits", "trial": 7, "weights": "search", "error": 0.05, "images": 200, "batch": 64, "draws": 5,
        "device": "cpu", "threads": 1, "order_reason": "", "paths_reason": "", "movable": [["stage1/block1", "stage1/block2"]],
        "lesions": [
            lesion | {"block": "stage1/block1", "error": 0.5},
            lesion | {"block": "stage1/block2", "error": 0.063},
            {"block": "stage2/block1", "params": 1, "macs": 1, "error": None, "meaning": "", "reason": why},
        ],
        "deletions": [
            {"blocks": 1, "errors": [], "mean": 0.3, "deviation": 0.042},
            {"blocks": 2, "errors": [], "mean": 0.9, "deviation": 0.0},
        ],
        "reorderings": [{"swaps": 1, "tau": -1.0, "error": 0.25}],
        "layers": {"shortest": 2, "longest": 6, "mean": 4.0, "deviation": 1.414, "short_share": 0.25},
        "lengths": [
            {"blocks": 0, "number": 1, "share": 0.25, "gradient": 0.004, "deviation": 0.0, "gradient_share": 0.8},
            {"blocks": 1, "number": 2, "share": 0.5, "gradient": 0.0005, "deviation": 0.0, "gradient_share": 0.2},
        ],
        "middle": {"shortest": 0, "longest": 1, "share": 0.75},
        "stages": [
            stage | shares,
            {"name": "head", "params": 400, "macs": 22_000, "ms": 0.42}
            | {"params_share": 0.1, "macs_share": 0.2, "time_share": 0.25},
        ],
    }  # fmt: skip


def test_everything_is_told_in_tables_with_bars(document):
    assert explained(document, width=None) == SHOWN


def test_on_a_narrow_terminal_tables_are_cut_and_sentences_go_on_in_the_next_line(document):
    text = explained(document, width=40)
    assert all(len(line) <= 40 for line in text.splitlines())
    assert "stage2/block1 cannot be deleted: it\n  makes 8x4x4 of 4x8x8, and no line\n  passes it by." in text


def test_what_was_not_measured_says_why(document):
    document |= {"lesions": [], "deletions": [], "order_reason": "it has 1 block", "lengths": [], "paths_reason": "no line"}
    text = explained(document, width=None)
    assert "It has no blocks: no layers stand under one name." in text
    assert "Nothing was swapped: it has 1 block." in text
    assert "The gradient by path length is not shown: no line." in text
    assert "Without several" not in text


def test_of_many_lengths_some_are_shown(document):
    document["lengths"] = [document["lengths"][0] | {"blocks": at} for at in range(55)]
    text = explained(document, width=None)
    assert len(text.partition("of all gradient")[2].partition("95 %")[0].strip().splitlines()) == 14
