"""The staged space: structure first, then the width that the budget leaves."""

from __future__ import annotations

from collections import Counter
from typing import Any

import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.errors import DocumentError, OverBudget
from nas.genome import ops
from nas.motif import compose, measure
from nas.space.drawing import RandomTrial, every
from nas.space.solve import widest


def structures(space: Any) -> list[dict[str, Any]]:
    return list(every(space.kind.structure))


def wrong(make: Any, *network: str, **options: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        make(*network, **options)
    return str(caught.value)


def test_a_condition_decides_whether_a_choice_is_drawn(make: Any) -> None:
    space = make("block: {choice: [basic, inception]}", "branches: {int: [2, 4], when: {block: inception}}")
    found = [(values["block"], values.get("branches")) for values in structures(space)]
    assert found == [("basic", None), ("inception", 2), ("inception", 3), ("inception", 4)]


def test_a_condition_may_name_several_values_and_several_positions(make: Any) -> None:
    space = make(
        "block: {choice: [basic, preact, inception]}",
        "depth: {int: [1, 2]}",
        "kernel: {choice: [3, 5], when: {block: [basic, preact], depth: 1}}",
    )
    with_kernel = {(values["block"], values["depth"]) for values in structures(space) if "kernel" in values}
    assert with_kernel == {("basic", 1), ("preact", 1)}


def test_a_condition_holds_stage_by_stage_where_both_are_drawn_so(make: Any) -> None:
    space = make(
        "stages: 2",
        "block: {choice: [basic, inception], each: stage}",
        "branches: {int: [1, 2], each: stage, when: {block: inception}}",
    )
    for values in structures(space):
        for stage in (1, 2):
            assert (f"stage{stage}.branches" in values) == (values[f"stage{stage}.block"] == "inception")
    assert len(structures(space)) == (1 + 2) ** 2


def test_a_condition_on_what_is_drawn_later_is_refused(make: Any) -> None:
    text = wrong(make, "block: {choice: [basic, preact], when: {depth: 2}}")
    assert text.startswith("made.yaml:4:10: network.block: 'when' takes a position that is drawn before it (stages), got 'depth'")


def test_a_condition_that_can_never_hold_is_refused(make: Any) -> None:
    text = wrong(make, "block: {choice: [basic, inception]}", "branches: {int: [2, 4], when: {block: incepton}}")
    assert text.startswith("made.yaml:5:13: network.branches: 'when' asks for an unknown block, incepton")
    assert text.endswith("did you mean 'inception'?")


def test_each_stage_draws_for_itself(make: Any) -> None:
    space = make("stages: {int: [1, 3]}", "depth: {int: [1, 2], each: stage}")
    assert Counter(values["stages"] for values in structures(space)) == {1: 2, 2: 4, 3: 8}


def test_a_list_has_a_value_or_a_choice_for_each_stage(make: Any) -> None:
    space = make("stages: 3", "depth: [2, {int: [1, 3]}, 2]", "block: [basic, preact, basic]", "width: [4, 8, 8]")
    found = [tuple(values[f"stage{n}.depth"] for n in (1, 2, 3)) for values in structures(space)]
    assert found == [(2, 1, 2), (2, 2, 2), (2, 3, 2)]
    drawn = space.draw(RandomTrial(0))
    assert [drawn.genome.shapes[f"stage{n}/block1/conv1"][0] for n in (1, 2, 3)] == [4, 8, 8]


@pytest.mark.parametrize("given_depths", ["[1, 2]", "[1, 2, 3, 4]"])
def test_a_list_that_is_not_as_long_as_the_stages_is_refused(given_depths: str, make: Any) -> None:
    text = wrong(make, "stages: 3", f"depth: {given_depths}")
    assert text.startswith("made.yaml:5:10: network.depth: one value for each stage, so 3 of them, got ")


def test_enumeration_is_the_product_of_the_options(make: Any) -> None:
    space = make(
        "stages: {int: [1, 2]}",
        "block: {choice: [basic, preact, bottleneck]}",
        "connect: {choice: [plain, residual, merge-and-run, dense]}",
        "depth: {int: [1, 5], step: 2}",
        "width: {int: [4, 7]}",
    )
    found = [drawn.choices for drawn in every(space.draw)]
    assert len(found) == len({tuple(choices.items()) for choices in found}) == 2 * 3 * 4 * 3 * 4
    assert set(found[0]) == {"stages", "block", "connect", "depth", "width"}


def test_the_stem_has_its_own_width(make: Any) -> None:
    assert make("stem: {width: 5, conv: 5x5}").genome(RandomTrial(0))["stem/conv"].op == ops.Conv2d(5, kernel=5, padding=2)
    assert make("width: 7").genome(RandomTrial(0))["stem/conv"].op == ops.Conv2d(7)
    drawn = [make("stem: {width: {int: [2, 3]}}").draw(RandomTrial(seed)) for seed in range(20)]
    assert {one.choices["stem.width"] for one in drawn} == {2, 3}
    assert all(one.genome.shapes["stem/conv"][0] == one.choices["stem.width"] for one in drawn)


EVERYTHING = (
    "stages: {int: [1, 3]}",
    "depth: {int: [1, 4]}",
    "block: {choice: [basic, preact, bottleneck, inception]}",
    "connect: {choice: [plain, residual, merge-and-run, dense], each: stage}",
    "branches: {int: [1, 4], when: {block: inception}}",
    'shares: {choice: ["2:4:1:1", "1:9:3:2"], when: {block: inception}}',
)


def test_the_solved_width_fits_and_the_next_does_not(make: Any) -> None:
    budget = {"params": 30_000, "macs": 3_000_000}
    space = make(*EVERYTHING, "width: {solve: params}", budget="{params: 30k, macs: 3M}")
    for seed in range(60):
        values = space.kind.structure(RandomTrial(seed))
        try:
            (width,) = space.kind.widths(RandomTrial(seed), values)
        except OverBudget:
            width = 3  # the narrowest that is tried is 4
        for candidate in range(4, width + 9):  # each of them, costed by composing the network
            genome = space.kind.compose(values, [candidate]).genome()
            fits = genome.params <= budget["params"] and genome.macs <= budget["macs"]
            assert fits == (candidate <= width), (values, width, candidate)


def test_measuring_counts_what_composing_makes(make: Any) -> None:
    space = make(*EVERYTHING, "width: {int: [4, 30]}", "stem: {pool: true, stride: 2}", "dropout: 0.1", shape=(3, 33, 47))
    for seed in range(80):
        trial = RandomTrial(seed)
        values = space.kind.structure(trial)
        plan = space.kind.plan(values, space.kind.widths(trial, values))
        made = compose(plan, input_shape=(3, 33, 47), classes=10)
        assert measure(plan, input_shape=(3, 33, 47), classes=10) == (made.params, made.macs, made.activations)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=40), st.integers(0, 5))
def test_widest_is_what_a_walk_through_all_finds(costs: list[float], least: int) -> None:
    shares = sorted(costs)
    most = least + len(shares) - 1
    fitting = [least + place for place, share in enumerate(shares) if share <= 1]
    assert widest(lambda at: shares[at - least], least, most) == (fitting[-1] if fitting else None)


@pytest.mark.parametrize("flat", [1e-9, 0.5, 0.999999])
def test_widest_takes_few_steps_where_cost_hardly_grows(flat: float) -> None:
    asked = []

    def share(at: int) -> float:
        asked.append(at)
        return flat if at <= 90_000 else 2.0

    assert widest(share, 1, 100_000) == 90_000
    assert len(asked) < 30


def test_a_width_is_drawn_evenly_from_those_that_the_budget_allows(make: Any) -> None:
    space = make("stages: 2", "depth: 2", "width: {int: [4, 64]}", budget="{params: 60k}")
    values = space.kind.structure(RandomTrial(0))
    fitting = [w for w in range(4, 65) if space.kind.compose(values, [w]).params <= 60_000]
    counts = Counter(space.draw(RandomTrial(seed)).choices["width"] for seed in range(1500))
    assert sorted(counts) == fitting
    expected = 1500 / len(fitting)
    assert 10 < len(fitting) < 61
    assert all(abs(count - expected) < 5 * expected**0.5 for count in counts.values())


def test_depth_is_drawn_evenly_under_a_tight_budget(make: Any) -> None:
    space = make("stages: 2", "depth: {int: [1, 10]}", "width: {int: [4, 64]}", budget="{params: 20k}")
    counts = Counter(space.draw(RandomTrial(seed)).choices["depth"] for seed in range(1000))
    assert sorted(counts) == list(range(1, 11))
    assert all(abs(count - 100) < 5 * 9.5 for count in counts.values())
    # Drawing everything and rejecting what costs too much would have been shallow.
    fitting = Counter[int]()
    for seed in range(1000):
        trial = RandomTrial(seed)
        values = space.kind.structure(trial)
        fitting[values["depth"]] += space.kind.cost(values, [trial.suggest_int("width", 4, 64)]).params <= 20_000
    assert fitting[1] > 4 * fitting[10]


def test_widths_of_stages_leave_room_for_the_later_ones(make: Any) -> None:
    space = make("stages: 3", "width: {int: [4, 64], each: stage}", budget="{params: 30k}")
    drawn = [space.draw(RandomTrial(seed)) for seed in range(100)]
    assert max(one.genome.params for one in drawn) <= 30_000
    assert {one.choices["stage3.width"] for one in drawn} > {4, 5, 6}


def test_what_costs_too_much_at_any_width_says_what_it_costs(make: Any) -> None:
    space = make("depth: 9", "width: {int: [8, 16]}", budget="{params: 1k, macs: 1G}")
    with pytest.raises(OverBudget) as caught:
        space.draw(RandomTrial(0))
    narrowest = space.kind.compose(space.kind.structure(RandomTrial(0)), [8])
    text = f"its narrowest form costs {narrowest.params:,} params (limit 1,000), {narrowest.macs:,} macs (limit 1,000,000,000)"
    assert str(caught.value) == text
    assert caught.value.excess == pytest.approx(narrowest.params / 1000 - 1)


def test_a_genome_that_is_too_deep_is_over_budget(make: Any) -> None:
    with pytest.raises(OverBudget, match=r"it is 14 weighted layers deep \(limit 9\)"):
        make("stages: 2", "depth: 3", budget="{depth: 9}").draw(RandomTrial(0))


def test_branches_that_cannot_share_a_width_are_refused_before_a_search(make: Any) -> None:
    text = wrong(make, "block: inception", 'shares: "1:2"', "branches: {int: [1, 3]}")
    assert text.startswith("made.yaml:5:11: network.shares: 3 branches take as many shares of the width, got 1:2")
    text = wrong(make, "block: {choice: [basic, inception]}", "width: {int: [2, 8]}")
    assert "network.width: an inception block of 4 branches is at least 4 channels wide, got 2" in text


def test_optuna_draws_too(make: Any) -> None:
    space = make(*EVERYTHING, "width: {int: [4, 64], log: true}", "dropout: {float: [0.0, 0.5]}", budget="{params: 50k}")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(10):
        trial = study.ask()
        drawn = space.draw(trial)
        assert drawn.genome.params <= 50_000
        assert drawn.choices.items() >= {name: value for name, value in trial.params.items() if "width" not in name}.items()
