"""What changed since a run was started is refused, field by field, unless somebody accepts it."""

from __future__ import annotations

import json

import pytest
import yaml

from nas.errors import RunError
from nas.study import Run, changes
from nas.study.folder import environment
from nas.study.folder.home import SEARCH, write_search


def edited(run: Run, key: str, value) -> Run:
    """The run with another value in its search.yaml."""
    content = yaml.safe_load((run.folder / SEARCH).read_text())
    at = content
    *path, last = key.split(".")
    for part in path:
        at = at[part]
    at[last] = value
    write_search(run.folder, content)
    return Run.open(run.folder)


def test_nothing_changed_is_nothing(start):
    assert changes.changes(Run.open(start().folder), None) == []


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        ("network.depth", {"int": [1, 4]}, "network.depth.int: was [1, 6], is [1, 4]"),
        ("network.block", "basic", "network.block: was not there, is basic"),
        ("budget.params", 50_000, "budget.params: was 60000, is 50000"),
        ("objectives", ["error", "params"], "objectives: was [{metric: error"),
        ("strategy.seed", 4, "strategy.seed: was 3, is 4"),
        ("strategy.name", "tpe", "strategy.name: was random, is tpe"),
        ("strategy.window", 2, "strategy.window: was 4, is 2"),
        ("stop.name", "successive-halving", "stop.name: was none, is successive-halving"),
        ("train.epochs", 5, "train.epochs: was 4, is 5"),
        ("train.lr", 0.5, "train.lr: was "),
        ("data.seed", 9, "data.seed: was 0, is 9"),
        ("evaluator", "zero-cost", "evaluator: was train, is zero-cost"),
        ("name", "other", "name: was little, is other"),
    ],
)
def test_a_changed_value_is_named_with_what_it_was(start, key, value, text):
    run = edited(start(), key, value)
    found = changes.changes(run, None)
    assert any(line.startswith(text) for line in found), found
    with pytest.raises(RunError, match="would go on as another search: ") as caught:
        changes.refuse(run, found, accepted=False)
    assert text in str(caught.value)
    assert str(caught.value).endswith(f"Restore that, or go on all the same: nas resume {run.folder} --despite-changes")


def test_other_images_are_named(space, tmp_path):
    run = Run.create(tmp_path / "run", space(), data="aa" * 8)
    assert changes.changes(run, "aa" * 8) == []
    assert changes.changes(run, "bb" * 8) == ["data (the images): was aaaaaaaaaaaaaaaa, is bbbbbbbbbbbbbbbb"]


def test_another_start_of_edits_under_the_same_name_is_named(tmp_path):
    import nas
    from nas.genome import save

    save(nas.zoo.lenet5(form="modern"), tmp_path / "start.yaml")
    path = tmp_path / "edits.yaml"
    path.write_text("name: e\nkind: edits\ndata: {name: digits}\nnetwork: {start: start.yaml}\n")
    run = Run.create(tmp_path / "run", nas.load(path).bound(input_shape=(1, 32, 32), classes=10))
    assert changes.changes(Run.open(run.folder), None) == []
    (run.folder / "start.yaml").unlink()
    save(nas.zoo.lenet5(form="original"), run.folder / "start.yaml")
    (line,) = changes.changes(Run.open(run.folder), None)
    assert line.startswith("network.start (the network): was ")


@pytest.mark.parametrize(
    ("package", "version", "text"),
    [
        ("deepwide", "0.1.1", "version of deepwide: was 0.1.1, is "),
        ("python", "3.10", "version of python: was '3.10', is "),
        ("torch", "2.1", "version of torch: was '2.1', is "),
        ("optuna", "4.9", "version of optuna: was '4.9', is "),
    ],
)
def test_another_version_is_named(start, package, version, text):
    run = start()
    run.store.note("versions", {**environment.compared(), package: version})
    (line,) = changes.changes(run, None)
    assert line.startswith(text)


def test_of_other_packages_the_version_before_the_second_dot_counts():
    found = environment.compared()
    assert {name: version.count(".") for name, version in found.items() if name != "deepwide"} == {
        "python": 1, "torch": 1, "optuna": 1,
    }  # fmt: skip


def test_changes_that_are_accepted_are_noted_and_are_none_any_more(start):
    run = edited(start(), "train.epochs", 5)
    found = changes.changes(run, None)
    changes.refuse(run, found, accepted=True)
    changes.note(run, found, None)
    again = Run.open(run.folder)
    assert changes.changes(again, None) == []
    (entry,) = again.store.about()["environment"]["changes"]
    assert entry["changes"] == ["train.epochs: was 4, is 5"]
    assert json.loads((run.folder / "environment.json").read_text())["changes"] == [entry]


def test_a_study_of_two_objectives_never_goes_on_with_one(start):
    run = edited(start(), "objectives", ["error"])
    with pytest.raises(RunError, match=r"holds results for error \(minimize\), macs \(minimize\), and search.yaml says error"):
        changes.refuse(run, changes.changes(run, None), accepted=True)
