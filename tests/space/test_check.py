"""The check of a space against counting by hand and by brute force."""

from __future__ import annotations

import json
from math import prod
from typing import Any

import pytest

from nas.errors import SpaceError
from nas.space.check import check
from nas.space.drawing import every
from nas.space.report import Count

SMALL = ("stages: 2", "depth: {int: [1, 4]}", "block: {choice: [basic, bottleneck]}")


def test_a_small_space_is_counted() -> None:
    assert str(Count(12_345, True)) == "12,345"
    assert str(Count(12_345.6, False)) == "about 12,346"


def test_genomes_are_counted_as_brute_force_counts_them(make: Any) -> None:
    space = make(*SMALL, "width: {int: [4, 40]}", budget="{params: 15k}")
    costs = {}
    for values in every(space.kind.structure):
        for width in range(4, 41):
            costs[values["depth"], values["block"], width] = space.kind.compose(values, [width]).params
    fitting = {key: params for key, params in costs.items() if params <= 15_000}
    report = check(space)
    assert report.structures == Count(8, True)
    assert report.genomes == Count(len(fitting), True)
    assert report.cheapest is not None
    assert report.dearest is not None
    assert (report.cheapest.params, report.dearest.params) == (min(fitting.values()), max(fitting.values()))
    choices = report.cheapest.choices
    assert costs[choices["depth"], choices["block"], choices["width"]] == report.cheapest.params


def test_widths_of_stages_are_counted_together(make: Any) -> None:
    space = make("stages: 2", "depth: 1", "width: {int: [4, 12], each: stage}", budget="{params: 5k}")
    (values,) = every(space.kind.structure)
    fitting = [(a, b) for a in range(4, 13) for b in range(4, 13) if space.kind.compose(values, [a, b]).params <= 5000]
    assert 0 < len(fitting) < 81
    assert check(space).genomes == Count(len(fitting), True)


def test_the_feasible_share_is_said_for_each_depth(make: Any) -> None:
    space = make(*SMALL, "width: 8", budget="{params: 11k}")
    expected = {}
    for values in every(space.kind.structure):
        fit, of = expected.get(2 * values["depth"], (0, 0))
        expected[2 * values["depth"]] = fit + (space.kind.compose(values, [8]).params <= 11_000), of + 1
    assert check(space).feasible == expected
    assert {fit for fit, _ in expected.values()} == {1, 2}


def test_a_large_space_is_estimated_without_bias(make: Any) -> None:
    space = make(
        "stages: 2",
        "depth: {int: [1, 20], each: stage}",
        "block: {choice: [basic, inception], each: stage}",
        "branches: {int: [1, 4], each: stage, when: {block: inception}}",
        "kernel: {choice: [3, 5, 7]}",
        "width: {int: [4, 13], each: stage}",
    )
    report = check(space)
    known = (20 * (1 + 4)) ** 2 * 3
    assert not report.genomes.exact
    assert report.structures.number == pytest.approx(known, rel=0.1)
    assert report.genomes.number == pytest.approx(known * 100, rel=0.1)


def test_a_range_of_fractions_is_named(make: Any) -> None:
    report = check(make("dropout: {float: [0.0, 0.5]}", "depth: {int: [1, 4]}"))
    assert report.continuous == ("dropout",)
    assert "dropout: any number of a range" in report.text()


def test_the_use_of_the_budget_is_at_most_all_of_it(make: Any) -> None:
    use = check(make(*SMALL, "width: {solve: macs}", budget="{macs: 1M, params: 1M}")).use
    least, middle, most = use["macs"]
    assert 0.7 < least <= middle <= most <= 1
    assert use["params"][2] < 0.5


def test_the_limit_on_depth_counts(make: Any) -> None:
    # Depth d makes 2 * 2 * d + 2 weighted layers.
    report = check(make("stages: 2", "depth: {int: [1, 4]}", budget="{depth: 10}"))
    assert report.feasible == {2: (1, 1), 4: (1, 1), 6: (0, 1), 8: (0, 1)}


def test_a_space_that_nothing_fits_is_refused(make: Any) -> None:
    with pytest.raises(SpaceError, match=r"made.yaml:2:9: budget: no genome of 'made' meets it, of 8 structures"):
        check(make(*SMALL, budget="{params: 100}"))


def test_the_report_is_data_and_text_and_alike_each_time(make: Any) -> None:
    space = make(*SMALL, "width: {solve: params}", budget="{params: 20k}")
    report = check(space)
    data = json.loads(json.dumps(report.to_dict()))
    assert data["genomes"] == {"number": 8, "exact": True}
    assert data["feasible"][0] == {"blocks": 2, "fit": 2, "of": 2, "share": 1.0}
    assert prod(data["input_shape"]) == 256
    assert "structures  8, which is all choices but the width" in report.text()
    assert check(space) == report


def test_choices_that_make_no_other_network_are_found(make: Any) -> None:
    # A basic block has no branches, so each of the two widths is drawn with any of three numbers of them.
    report = check(make("stages: 1", "depth: 1", "branches: {int: [1, 3]}", "width: {int: [4, 5]}"))
    assert report.distinct == (2, 6)
    assert "genomes     6 that meet the budget; 2 different networks in 6 random draws" in report.text()
    assert report.to_dict()["distinct"] == {"distinct": 2, "of": 6}


def test_many_depths_are_put_together_in_the_text(make: Any) -> None:
    text = check(make("stages: 1", "depth: {int: [1, 40]}", "width: 4")).text()
    assert "      1-4 blocks  100.0% of 4" in text
