"""Where stages halve and widen, and totals that are kept by construction."""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import prod
from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution

from nas.errors import DocumentError
from nas.space.drawing import RandomTrial, every

STRIDES = "stride: {choice: [1, 2], each: stage}"
GROWTHS = "growth: {choice: [1, 2], each: stage}"
A_TOTAL = "a total is a number of stages, or the least and the most of them, such as [1, 3]"


def wrong(make: Any, *network: str, **options: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        make(*network, **options)
    return str(caught.value)


def drawn(space: Any, name: str) -> list[tuple[int, ...]]:
    return [tuple(values[f"stage{n}.{name}"] for n in range(1, values["stages"] + 1)) for values in every(space.kind.structure)]


def shapes(genome: Any) -> list[tuple[int, ...]]:
    """Channels and side behind each stage."""
    last = {name.split("/")[0]: shape for name, shape in genome.shapes.items() if name.startswith("stage")}
    return [(shape[0], shape[1]) for shape in last.values()]


def test_left_out_every_stage_but_the_first_halves_and_doubles(make: Any) -> None:
    assert shapes(make("stages: 3", "width: 4").genome(RandomTrial(0))) == [(4, 16), (8, 8), (16, 4)]


def test_each_stage_has_the_stride_and_the_growth_that_it_is_given(make: Any) -> None:
    space = make("stages: 4", "stride: [2, 1, 2, 1]", "growth: [3, 1, 1, 2]", "stem: {width: 5}", "width: 4")
    genome = space.genome(RandomTrial(0))
    assert genome.shapes["stem/act"] == (5, 16, 16)
    assert shapes(genome) == [(12, 8), (12, 8), (12, 4), (24, 4)]


def test_one_stride_is_that_of_all_stages(make: Any) -> None:
    assert shapes(make("stages: 3", "stride: 1", "width: 4").genome(RandomTrial(0))) == [(4, 16), (8, 16), (16, 16)]
    assert shapes(make("stages: 3", "stride: 2", "width: 4").genome(RandomTrial(0))) == [(4, 8), (8, 4), (16, 2)]


def test_a_stage_whose_condition_does_not_hold_is_as_if_nothing_were_said(make: Any) -> None:
    space = make(
        "stages: 2",
        "block: {choice: [basic, preact], each: stage}",
        "stride: {choice: [1, 2], each: stage, when: {block: preact}}",
        "growth: {choice: [1, 3], each: stage, when: {block: preact}}",
        "width: 4",
    )
    for found in every(space.draw):
        assert all((f"stage{n}.stride" in found.choices) == (found.choices[f"stage{n}.block"] == "preact") for n in (1, 2))
        strides = found.choices.get("stage1.stride", 1), found.choices.get("stage2.stride", 2)
        growths = found.choices.get("stage1.growth", 1), found.choices.get("stage2.growth", 2)
        expected = [(4 * growths[0], 16 // strides[0]), (4 * prod(growths), 16 // prod(strides))]
        assert shapes(found.genome) == expected


@pytest.mark.parametrize(("least", "most"), [(0, 0), (0, 1), (1, 2), (2, 2), (1, 3), (3, 3)])
@pytest.mark.parametrize(("position", "total"), [(STRIDES, "halvings"), (GROWTHS, "widenings")])
def test_every_pattern_within_the_total_is_drawn_once(position: str, total: str, least: int, most: int, make: Any) -> None:
    space = make("stages: 3", position, f"{total}: [{least}, {most}]")
    expected = [pattern for pattern in product((1, 2), repeat=3) if least <= pattern.count(2) <= most]
    assert sorted(drawn(space, position.split(":")[0])) == expected


def test_a_number_is_a_total_of_just_so_many(make: Any) -> None:
    assert drawn(make("stages: 3", STRIDES, "halvings: 1"), "stride") == [(1, 1, 2), (1, 2, 1), (2, 1, 1)]


def test_what_a_stage_is_given_counts_too(make: Any) -> None:
    choice = "{choice: [1, 2]}"
    space = make("stages: 4", f"stride: [{choice}, 2, {choice}, 1]", "halvings: 2")
    assert drawn(space, "stride") == [(1, 2, 2, 1), (2, 2, 1, 1)]
    space = make("stages: 3", "growth: [{choice: [3, 1]}, {int: [1, 2]}, {choice: [4]}]", "widenings: 2")
    assert drawn(space, "growth") == [(3, 1, 4), (1, 2, 4)]


def test_a_total_holds_at_each_number_of_stages(make: Any) -> None:
    found = Counter(map(len, drawn(make("stages: {int: [2, 4]}", STRIDES, "halvings: [1, 2]"), "stride")))
    assert found == {2: 3, 3: 6, 4: 10}  # C(2,1) + C(2,2), and so on


def test_a_stage_with_one_value_left_is_not_asked(make: Any) -> None:
    """So the values of a question never change, which Optuna would refuse."""
    space = make("stages: {int: [2, 4]}", STRIDES, "halvings: [1, 2]", GROWTHS, "widenings: 1")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=5))
    for _ in range(40):
        trial = study.ask()
        choices = space.draw(trial).choices
        study.tell(trial, sum(value for value in choices.values() if isinstance(value, int)))
        assert {values for name, values in trial.distributions.items() if name != "stages"} <= {CategoricalDistribution((1, 2))}
        for name, most in (("stride", 2), ("growth", 1)):
            asked = [trial.params[f"stage{n}.{name}"] for n in range(1, 5) if f"stage{n}.{name}" in trial.params]
            assert asked[:-1].count(2) < most  # none behind the last that may count
        assert f"stage{choices['stages']}.growth" not in trial.params  # the last follows from the others


def test_the_first_stage_is_drawn_evenly(make: Any) -> None:
    space = make("stages: 4", STRIDES, "halvings: [1, 3]")
    counts = Counter(space.kind.structure(RandomTrial(seed))["stage1.stride"] for seed in range(1000))
    assert all(abs(counts[stride] - 500) < 5 * 250**0.5 for stride in (1, 2))


@pytest.mark.parametrize(
    ("network", "place", "text"),
    [
        (("stride: 3",), "4:11: network.stride", "3 is not known here; known: 1 or 2"),
        (("stride: {choice: [1, 3], each: stage}",), "4:24: network.stride.choice.1", "3 is not known here; known: 1 or 2"),
        (("stages: 3", "stride: [1, 2]"), "5:11: network.stride", "one value for each stage, so 3 of them, got 2"),
        (("stages: 2", "growth: [1, 2, 2]"), "5:11: network.growth", "one value for each stage, so 2 of them, got 3"),
        (("stages: 3", "stride: [1, 2]", "halvings: 1"), "5:11: network.stride", "one value for each stage, so 3 of them, got 2"),
        (
            ("stages: {int: [2, 4]}", STRIDES, "halvings: [3, 4]"),
            "6:13: network.halvings",
            "of 2 stages 0 to 2 can have a stride above 1, and it asks for 3 to 4; "
            "change it, or network.stages, or network.stride",
        ),
        (("stages: 2", "growth: [2, 2]", "widenings: 1"), "6:14: network.widenings", "of 2 stages 2 can have a growth above 1"),
        ((STRIDES, "halvings: [3, 1]"), "5:13: network.halvings", f"{A_TOTAL}, got [3, 1]"),
        ((STRIDES, "halvings: [1, 2, 3]"), "5:13: network.halvings", f"{A_TOTAL}, got [1, 2, 3]"),
        ((STRIDES, "halvings: -1"), "5:13: network.halvings", f"{A_TOTAL}, got -1"),
        ((STRIDES, "halvings: many"), "5:13: network.halvings", f"{A_TOTAL}, got many"),
        ((STRIDES, "halvings: {int: [1, 2]}"), "5:13: network.halvings", f"{A_TOTAL}, got a mapping of int"),
        (("halvings: 1",), "4:13: network.halvings", "is of what the stages choose: network.stride is to be"),
        (("growth: 2", "widenings: 1"), "5:14: network.widenings", "is of what the stages choose: network.growth is to be"),
        (
            ("growth: {int: [1, 3], each: stage}", "widenings: 1"),
            "4:11: network.growth",
            "each stage has 1 or one other value where network.widenings says how many have that, got [1, 2, 3]",
        ),
        (
            ("stages: 2", "stride: {choice: [1, 2], each: stage, when: {block: basic}}", "halvings: 1"),
            "5:11: network.stride",
            "takes no 'when' where network.halvings says how many stages have it",
        ),
        (
            ("growth: {choice: [1, 2], each: stage}", "width: {int: [4, 8], each: stage}"),
            "4:11: network.growth",
            "is of one width for all stages, and here each stage has a width of its own",
        ),
        (("stem: {convs: 4}",), "4:17: network.stem.convs", "must be less than or equal to 3, got 4"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_place(network: tuple[str, ...], place: str, text: str, make: Any) -> None:
    found = wrong(make, *network)
    assert found.startswith(f"made.yaml:{place}: {text}")


@pytest.mark.parametrize(
    ("network", "shape", "place", "text"),
    [
        (("stages: 5", STRIDES), (1, 16, 16), "stride", "stages halve a 16x16 image up to 5 times, below"),
        (("stages: 5", STRIDES, "halvings: [0, 3]"), (1, 8, 4), "halvings", "stages halve a 8x4 image up to 3 times"),
        (("stages: 2", "stride: 2", "connect: dense"), (1, 3, 3), "stride", "stages halve a 3x3 image up to 2 times"),
        (("stages: 2", "stride: 2", "stem: {stride: 4, convs: 2}"), (1, 8, 8), "stride", "stages halve a 8x8 image up to 2"),
        (("stages: 4", "stride: {choice: [1], each: stage, when: {stages: 2}}"), (1, 4, 4), "stride", "stages halve a 4x4 image"),
        (("stages: 4", "stem: {stride: 2}"), (1, 8, 8), "stages", "4 stages halve a 8x8 image below one pixel; at most 3 fit"),
    ],
)  # fmt: skip
def test_stages_that_shrink_an_image_below_one_pixel_are_refused(
    network: tuple[str, ...], shape: tuple[int, int, int], place: str, text: str, make: Any
) -> None:
    found = wrong(make, *network, shape=shape)
    assert f": network.{place}: {text}" in found
    assert "at most" in found


@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (("stages: 5", STRIDES, "halvings: [1, 4]"), (1, 16, 16)),
        (("stages: 2", "stride: 2", "connect: dense"), (1, 4, 4)),
        (("stages: 2", "stride: 2"), (1, 3, 3)),
        (("stages: 3", "stride: 1"), (1, 1, 1)),
        (("stages: 2", "stride: 2", "stem: {stride: 4, convs: 2}"), (1, 9, 9)),
    ],
)
def test_what_just_fits_an_image_is_drawn(network: tuple[str, ...], shape: tuple[int, int, int], make: Any) -> None:
    assert all(genome.depth > 0 for genome in every(make(*network, "width: 2", "depth: 1", shape=shape).genome))


def test_a_width_is_solved_for_each_pattern(make: Any) -> None:
    space = make("stages: 3", STRIDES, "halvings: 1", GROWTHS, "widenings: 1", "width: {solve: params}", budget="{params: 40k}")
    found = list(every(space.draw))
    assert len(found) == 9
    for one in found:
        values = {"stages": 3, **one.choices}
        width = values.pop("width")
        assert one.genome.params <= 40_000 < space.kind.compose({**values}, [width + 1]).params
