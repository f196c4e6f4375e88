"""The space of edits: what is drawn, how wide, within which budget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest

from nas.edit import deepen, fit, scale_width, widen
from nas.errors import OverBudget
from nas.genome import Genome, ops, save
from nas.motif import Builder
from nas.space import SearchSpace
from nas.space.drawing import RandomTrial
from nas.zoo import load as published

START = "start: zoo:resnet_cifar-20"
SHAPE = (1, 8, 8)
PARAMS = 269_434  # of ResNet-20 on images of one channel: 2 * 9 * 16 fewer than on three

Make = Callable[..., SearchSpace]


def draws(space: SearchSpace, count: int = 40) -> list[Any]:
    return [space.draw(RandomTrial(seed)) for seed in range(count)]


def fixed(**values: Any) -> Any:
    """A trial of Optuna's that takes these values."""
    return optuna.trial.FixedTrial({name.replace("_", ".", 1) if "_" in name else name: v for name, v in values.items()})


# What is drawn


def test_no_edits_give_the_start_itself(edited: Make) -> None:
    space = edited(START, "edits: 0")
    drawn = space.draw(RandomTrial(0))
    assert drawn.choices == {"edits": 0}
    assert drawn.genome.params == PARAMS
    assert drawn.genome == fit(published("zoo:resnet_cifar-20"), input_shape=SHAPE, classes=10)


def test_a_trial_says_kind_and_place_of_each_edit(edited: Make) -> None:
    space = edited(START, "edits: 2")
    # Seven lines can be widened, each by 1.5 and 2: the last place is the second half of the last line.
    drawn = space.draw(fixed(edits=2, edit1_kind="widen", edit1_place=0.0, edit2_kind="deepen", edit2_place=1.0))
    assert drawn.choices == {"edits": 2, "edit1": "widen stem/conv x1.5", "edit2": "deepen stage3/block3/conv2"}
    start = fit(published("zoo:resnet_cifar-20"), input_shape=SHAPE, classes=10)
    assert drawn.genome == deepen(widen(start, "stem/conv", 1.5), "stage3/block3/conv2")


def test_places_go_through_the_network_from_the_image_to_the_classes(edited: Make) -> None:
    space = edited(START, "edits: 1", "kinds: [deepen]")
    found = [space.draw(fixed(edits=1, edit1_kind="deepen", edit1_place=p / 19 + 0.001)).choices["edit1"] for p in range(19)]
    nodes = [node.name for node in published("zoo:resnet_cifar-20").nodes if isinstance(node.op, ops.Conv2d)]
    assert found == [f"deepen {name}" for name in nodes]


def test_a_place_means_about_the_same_behind_another_edit(edited: Make) -> None:
    space = edited(START, "edits: 2", "kinds: [deepen]")
    for place in (0.1, 0.5, 0.9):
        alone = space.draw(fixed(edits=1, edit1_kind="deepen", edit1_place=place)).choices["edit1"]
        behind = space.draw(fixed(edits=2, edit1_kind="deepen", edit1_place=0.3, edit2_kind="deepen", edit2_place=place)).choices[
            "edit2"
        ]
        stage = alone.split("/")[0]
        assert behind.startswith(stage), (alone, behind)


def test_draws_are_alike_for_one_seed_and_differ_between_seeds(edited: Make) -> None:
    space = edited(START, "edits: 3")
    first, again = draws(space, 12), draws(edited(START, "edits: 3"), 12)
    assert [one.genome for one in first] == [one.genome for one in again]
    assert [one.choices for one in first] == [one.choices for one in again]
    assert len({one.genome.fingerprint for one in first}) >= 8


def test_draws_are_networks_for_the_images(edited: Make) -> None:
    for drawn in draws(edited(START, "edits: 6"), 20):
        assert (drawn.genome.input_shape, drawn.genome.classes) == (SHAPE, 10)
        assert Genome.from_dict(drawn.genome.to_dict()) == drawn.genome


def test_only_some_kinds_are_drawn(edited: Make) -> None:
    words = [str(word) for one in draws(edited(START, "kinds: [deepen, swap-op]")) for word in list(one.choices.values())[1:]]
    assert {word.split()[0] for word in words} == {"deepen", "swap-op"}


def test_an_edit_that_nowhere_fits_is_said(edited: Make) -> None:
    space = edited(START, "edits: 1", "kinds: [deepen]", budget="{depth: 20}")
    drawn = space.draw(fixed(edits=1, edit1_kind="deepen", edit1_place=0.5))
    assert drawn.choices["edit1"] == "deepen: nowhere"
    assert drawn.genome.depth == 20


def test_optuna_proposes_and_learns(edited: Make) -> None:
    space = edited(START, "edits: 2", "width: {float: [0.25, 1.0], log: true}")
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=4))
    for _ in range(8):
        trial = study.ask()
        drawn = space.draw(trial)
        assert set(drawn.choices) >= {"width", "edits"}
        study.tell(trial, drawn.genome.params)
    again = space.draw(optuna.trial.FixedTrial(study.trials[-1].params))
    assert again.genome == drawn.genome


def test_an_edit_that_ties_a_width_to_itself_ends_no_search(tmp_path: Path, edited: Make) -> None:
    """The stem is added to a join of its own half and 4 channels, w = w / 2 + 4: it can be 8 wide, and nothing else."""
    b = Builder()
    stem = b.conv_act("stem", b.add("input", ops.Input(SHAPE)), 8)
    join = b.concat("join", b.add("half", ops.ChannelSplit(2, 0), stem), b.conv("conv", stem, 4))
    b.classifier(b.sum("sum", join, b.conv("other", stem, 8)), 10)
    save(b.genome(), tmp_path / "split.yaml")
    values = {"edits": 2, "edit1_kind": "rewire", "edit1_place": 0.999, "edit2_kind": "widen", "edit2_place": 0.0}
    drawn = edited("start: split.yaml").draw(fixed(**values))
    assert drawn.choices == {"edits": 2, "edit1": "rewire sum from stem/act", "edit2": "widen: nowhere"}
    with pytest.raises(OverBudget, match=r"its width cannot be solved for: the width of '.*' depends on itself"):
        edited("start: split.yaml", "width: {solve: params}", budget="{params: 9k}").draw(fixed(**values))


# Width


def test_a_width_scales_the_start(edited: Make) -> None:
    half = edited(START, "width: 0.5", "edits: 0").genome(RandomTrial(0))
    assert (
        half.fingerprint
        == edited("start: zoo:resnet_cifar(depth=20, widths=[8, 16, 32])", "edits: 0").genome(RandomTrial(0)).fingerprint
    )


def test_a_width_is_drawn_from_a_range_or_a_list(edited: Make) -> None:
    widths = [one.choices["width"] for one in draws(edited(START, "width: {float: [0.25, 0.75]}", "edits: 0"))]
    assert 0.25 <= min(widths) < 0.35 and 0.65 < max(widths) <= 0.75
    chosen = draws(edited(START, "width: {choice: [0.5, 1.0]}", "edits: 0"))
    assert {one.choices["width"] for one in chosen} == {0.5, 1.0}
    assert {one.genome.params == PARAMS for one in chosen if one.choices["width"] == 1.0} == {True}


@pytest.mark.parametrize("limit", ["params", "macs", "activations"])
def test_the_solved_width_is_the_widest_within_the_budget(limit: str, edited: Make) -> None:
    most = {"params": 50_000, "macs": 500_000, "activations": 20_000}[limit]
    space = edited(START, f"width: {{solve: {limit}}}", "edits: 3", budget=f"{{{limit}: {most}}}")
    for drawn in draws(space, 10):
        assert 0.5 * most < getattr(drawn.genome, limit) <= most
    start = fit(published("zoo:resnet_cifar-20"), input_shape=SHAPE, classes=10)
    steps = round(space.draw(fixed(edits=0)).choices["width"] * 1024)
    assert getattr(scale_width(start, steps / 1024), limit) <= most < getattr(scale_width(start, (steps + 1) / 1024), limit)


def test_a_solved_width_keeps_to_the_other_limits_too(edited: Make) -> None:
    space = edited(START, "width: {solve: params}", "edits: 2", budget="{params: 100k, macs: 400k, depth: 20}")
    for drawn in draws(space, 15):
        assert drawn.genome.params <= 100_000 and drawn.genome.macs <= 400_000 and drawn.genome.depth <= 20


def test_a_solved_width_has_an_end(edited: Make) -> None:
    space = edited(START, "width: {solve: params, most: 2}", "edits: 0", budget="{params: 1G}")
    assert space.draw(RandomTrial(0)).choices["width"] == 2.0


# Budget


@pytest.mark.parametrize(("limit", "most"), [("params", 300_000), ("macs", 8_000_000), ("depth", 20), ("activations", 100_000)])
def test_no_draw_is_over_its_budget(limit: str, most: int, edited: Make) -> None:
    costs = [getattr(one.genome, limit) for one in draws(edited(START, "edits: 4", budget=f"{{{limit}: {most}}}"), 30)]
    free = [getattr(one.genome, limit) for one in draws(edited(START, "edits: 4"), 30)]
    assert max(costs) <= most < max(free)


def test_a_start_over_the_budget_says_what_it_costs(edited: Make) -> None:
    with pytest.raises(OverBudget) as caught:
        edited(START, budget="{params: 200k, depth: 30}").draw(RandomTrial(0))
    assert str(caught.value) == f"the start costs params {PARAMS:,} (limit 200,000), depth 20 (limit 30)"
    assert caught.value.excess == pytest.approx(PARAMS / 200_000 - 1)


def test_a_budget_that_no_width_meets_says_the_narrowest(edited: Make) -> None:
    with pytest.raises(OverBudget, match=r"its narrowest form costs params \d+ \(limit 100\)"):
        edited(START, "width: {solve: params}", budget="{params: 100}").draw(RandomTrial(0))
    with pytest.raises(OverBudget, match=r"it costs depth 20 \(limit 12\)"):
        edited(START, "width: {solve: params}", "edits: 0", budget="{params: 100k, depth: 12}").draw(RandomTrial(0))
