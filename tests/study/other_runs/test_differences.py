"""How two searches differ, in lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas.errors import InputError
from nas.space import load
from nas.study.other_runs.differences import check_alike, differences


def test_a_search_does_not_differ_from_itself(space):
    assert differences(space(), space()) == []


def test_choices_are_named_as_they_are_written_in_a_file(space):
    here = space("network.depth={int: [1, 4]}", "network.block=basic")
    assert differences(here, space("network.branches=3")) == [
        "other choices: block {choice: [basic, preact, bottleneck, inception]} there, basic here; "
        "depth {int: [1, 6]} there, {int: [1, 4]} here; branches 3 there, 4 here"
    ]


def test_positions_that_one_of_both_lacks_are_named_too(space):
    there = load("nasbench201-tiny").bound(input_shape=(1, 8, 8), classes=10)
    (line,) = [line for line in differences(space(), there) if line.startswith("other choices")]
    assert "kind cell there, staged here" in line
    assert "only there cell.nodes, cell.ops, repeats" in line
    assert "only here stem.conv" in line


def test_of_many_differences_the_first_are_named_and_the_others_counted(space):
    there = load("nasbench201-tiny").bound(input_shape=(1, 8, 8), classes=10)
    (line,) = [line for line in differences(space(), there) if line.startswith("other choices")]
    assert line.endswith(" more") and len(line) < 400


def test_training_budget_and_data_are_told(space):
    assert differences(space("train.epochs=9", "data.limit=100", "budget.macs=5M"), space()) == [
        "other budget: only here budget.macs",
        "other training: train.epochs 4 there, 9 here",
        "other data: only here data.limit",
    ]


def test_a_precision_that_is_not_decided_yet_is_no_difference(space):
    assert differences(space("train.precision=auto"), space("train.precision=bf16")) == []
    assert differences(space("train.precision=float32"), space("train.precision=bf16")) != []


def test_the_start_of_a_space_of_edits_is_compared_as_a_network_and_not_by_its_file(tmp_path: Path):
    import nas
    from nas.genome import save

    def edits(start: Path):
        path = tmp_path / "edits.yaml"
        path.write_text(f"name: e\nkind: edits\ndata: {{name: digits}}\nnetwork: {{start: {start}}}\n")
        return load(path).bound(input_shape=(1, 32, 32), classes=10)

    paths = [tmp_path / name for name in ("one.yaml", "same.yaml", "other.yaml")]
    for path, form in zip(paths, ("modern", "modern", "original"), strict=True):
        save(nas.zoo.lenet5(form=form), path)
    one, same, other = map(edits, paths)
    assert differences(one, same) == []
    assert differences(one, other)[0].startswith("other choices: start a network of fingerprint ")


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("data={name: npz, path: mine.npz}", "data set npz there, digits here"),
        (None, "images 3x32x32 there, 1x8x8 here; classes 100 there, 10 here"),
    ],
)
def test_results_for_other_images_are_refused(space, override, text):
    there = space(override) if override else space().bound(input_shape=(3, 32, 32), classes=100)
    with pytest.raises(InputError) as caught:
        check_alike(space(), there)
    assert str(caught.value) == f"its results are for other data: {text}"


def test_a_data_set_may_have_been_moved_and_not_be_another(space):
    def at(path: str):
        return space(f"data={{name: npz, path: {path}}}")

    check_alike(at("/here/mine.npz"), at("/there/mine.npz"))
    with pytest.raises(InputError, match=r"data set npz \(yours\.npz\) there, npz \(mine\.npz\) here"):
        check_alike(at("/here/mine.npz"), at("/here/yours.npz"))
