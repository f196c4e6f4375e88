"""What a comparison will train, and what it refuses before it starts."""

from __future__ import annotations

import pytest

from nas.comparison.plan import plan
from nas.errors import InputError


def test_every_combination_is_planned_with_what_it_spends(comparison):
    found = plan(comparison())
    assert [one.name for one in found.networks] == ["depth 1, plain", "depth 2, plain", "depth 1, residual", "depth 2, residual"]
    assert all(one.spent == one.params / 40_000 and 0.99 <= one.spent <= 1 for one in found.networks)
    assert (found.trainings, found.left_out, found.warnings) == (12, (), ())


def test_several_budgets_are_groups_of_their_own(comparison):
    found = plan(comparison("compare.budgets=[40k, 60k]"))
    assert [one.group for one in found.networks] == ["40,000 params"] * 4 + ["60,000 params"] * 4
    assert all(0.99 <= one.spent <= 1 for one in found.networks)


def test_macs_may_be_what_is_held_equal(comparison):
    found = plan(comparison("compare.equal=macs", "compare.budgets=[400k]"))
    assert all(0.99 * 400_000 <= one.macs <= 400_000 for one in found.networks)


def test_networks_as_they_stand_in_the_file_spend_what_they_cost(comparison):
    found = plan(comparison("compare={equal: width, seeds: 2}", "network.width=8"))
    assert {one.spent for one in found.networks} == {None}
    assert len({one.params for one in found.networks}) == 4


def test_one_seed_is_planned_with_a_warning(comparison):
    assert "no intervals" in plan(comparison("compare.seeds=1")).warnings[0]


def test_a_budget_that_nothing_comes_near_is_refused_with_the_nearest(comparison):
    text = r"compare.budgets: 4 of 4 networks cannot be within 1.0% .* depth 1, plain: its narrowest form costs [\d,]+ params"
    with pytest.raises(InputError, match=text):
        plan(comparison("compare.budgets=[300]"))


def test_networks_that_come_not_near_enough_are_refused_or_left_out_as_the_file_says(comparison):
    coarse = ("network.width={solve: params, multiple: 8}", "compare.tolerance=0.001")
    with pytest.raises(InputError, match=r"of 4 networks cannot be within 0.1%.*the nearest that any widths come is"):
        plan(comparison(*coarse))
    found = plan(comparison(*coarse, "compare.unmet=leave-out", "compare.tolerance=0.02"))
    assert found.left_out and len(found.networks) + len(found.left_out) == 4
    assert all(int(width) % 8 == 0 for one in found.networks for name, width in one.choices.items() if "width" in name)


@pytest.mark.parametrize(
    ("overrides", "text"),
    [
        (["network.depth=2", "network.connect=plain"], "1 network to train compares nothing; give a position"),
        (["network.depth={int: [1, 90]}", "network.kernel={choice: [1, 3, 5, 7, 9, 11]}"], "more than 1,000 combinations"),
    ],
)
def test_grids_of_nothing_and_of_too_much_are_refused(comparison, overrides, text):
    with pytest.raises(InputError, match=text):
        plan(comparison(*overrides))


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("compare.budgets=[]", "compare: takes budgets, such as"),
        ("compare.budgets=[40k, 40k]", "must differ, got 40,000, 40,000"),
        ("compare.seeds=0", "greater than or equal to 1"),
        ("network.width=12", "is solved for where compare.equal is params; leave it out"),
        ("network.dropout={float: [0.0, 0.5]}", "any number of a range, and a comparison lists them"),
        ("budget.params=40k", "a comparison spends compare.budgets"),
        ("stop.name=successive-halving", "trains every network to the end"),
        ("strategy.name=tpe", "of this section it takes the seed alone"),
        ("strategy.reuse=[elsewhere]", "of this section it takes the seed alone"),
        ("train.inherit=true", "compares networks by whose weights they had"),
        ("compare.networks={a: {b: zoo:lenet5}}", "published networks are compared as they are: write width"),
    ],
)
def test_what_cannot_be_compared_is_refused_at_its_place(comparison, override, text):
    with pytest.raises(InputError, match=text):
        comparison(override)


PUBLISHED = """\
name: published
kind: comparison
data: {name: cifar10}
compare:
  equal: width
  networks:
    small: {ResNet: "zoo:resnet_cifar(depth=20)", DMRNet: "zoo:dmrnet(depth=14)"}
"""


def test_published_networks_are_planned_by_row_and_column(comparison):
    found = plan(comparison(text=PUBLISHED).bound(input_shape=(3, 32, 32), classes=10))
    assert [(one.group, one.name, one.depth) for one in found.networks] == [("small", "ResNet", 20), ("small", "DMRNet", 14)]
    # He et al. 2016, table 6: 0.27M; the authors' code of DMRNet prints 0.3494M.
    assert [round(one.params / 1e6, 4) for one in found.networks] == [0.2697, 0.3494]


def test_an_unknown_published_network_is_named_with_its_place(comparison):
    with pytest.raises(InputError, match=r"compare: networks.small.DMRNet: .*did you mean 'dmrnet'"):
        plan(comparison(text=PUBLISHED.replace("zoo:dmrnet(", "zoo:dmrnett(")))


def test_a_row_of_one_network_compares_nothing(comparison):
    with pytest.raises(InputError, match=r"small: compares nothing; name two networks at least"):
        comparison(text=PUBLISHED.replace(', DMRNet: "zoo:dmrnet(depth=14)"', ""))


def test_a_network_under_two_names_is_refused(comparison):
    twice = PUBLISHED.replace("zoo:dmrnet(depth=14)", "zoo:resnet_cifar-20")
    with pytest.raises(InputError, match=r"ResNet \(small\) and DMRNet \(small\) are the same network; leave one of them out"):
        plan(comparison(text=twice).bound(input_shape=(3, 32, 32), classes=10))


def test_published_networks_are_of_the_zoo_and_no_files(comparison):
    with pytest.raises(InputError, match=r"compare.networks.small.DMRNet"):
        comparison(text=PUBLISHED.replace("zoo:dmrnet(depth=14)", "/etc/passwd"))


@pytest.mark.parametrize(("reference", "count"), [("{depth: 7}", 0), ("{depth: 2}", 2), ("{depth: 2, connect: plain}", 1)])
def test_a_reference_is_one_network(comparison, reference, count):
    space = comparison(f"compare.reference={reference}")
    if count == 1:
        assert len(plan(space).networks) == 4
        return
    with pytest.raises(InputError, match=f"compare.reference: .* is {count} networks of 40,000 params, and must be one"):
        plan(space)
