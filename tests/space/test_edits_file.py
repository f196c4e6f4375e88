"""The file of a space of edits: what it starts from, what it may say, its report, and searches of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import optuna
import pytest

import nas
from nas.cli import main
from nas.errors import DocumentError, OverBudget, SpaceError
from nas.genome import Genome, ops, save
from nas.motif import Builder
from nas.space import SearchSpace, load
from nas.space.check import check
from nas.space.drawing import RandomTrial
from nas.study import Run
from nas.zoo import load as published

START = "start: zoo:resnet_cifar-20"
SHAPE = (1, 8, 8)
PARAMS = 269_434  # of ResNet-20 on images of one channel: 2 * 9 * 16 fewer than on three


def genomes(space: SearchSpace) -> list[Genome]:
    return [space.genome(RandomTrial(seed)) for seed in range(5)]


# Where it starts


def test_a_start_may_be_a_file_beside_the_space(write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("start: nets/mine.yaml", "edits: 0")
    (path.parent / "nets").mkdir()
    save(published("zoo:resnet_cifar-20"), path.parent / "nets" / "mine.yaml")
    monkeypatch.chdir("/")
    space = load(path).bound(input_shape=SHAPE, classes=10)
    assert space.genome(RandomTrial(0)).params == PARAMS
    assert space.file.network.start == str(path.parent / "nets" / "mine.yaml")  # type: ignore[attr-defined]


def test_an_overridden_start_is_taken_from_the_working_directory(
    write: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    save(published("zoo:resnet_cifar(depth=8)"), here / "other.json")
    monkeypatch.chdir(here)
    space = load(write(START, "edits: 0"), overrides=["network.start=other.json"])
    assert space.genome(RandomTrial(0)).depth == 8


def test_a_space_is_for_images_of_3x32x32_until_it_is_bound(write: Callable[..., Path]) -> None:
    space = load(write("start: zoo:googlenet", "edits: 0"))
    assert space.genome(RandomTrial(0)).input_shape == space.kind.input_shape == (3, 32, 32)


def test_a_start_without_a_form_for_such_images_keeps_its_own(write: Callable[..., Path]) -> None:
    space = load(write("start: zoo:lenet5-original", "edits: 0"))
    assert space.bound(input_shape=(1, 28, 28), classes=10).genome(RandomTrial(0)).input_shape == (1, 28, 28)
    with pytest.raises(DocumentError) as caught:
        space.bound(input_shape=(1, 28, 28), classes=26)
    text = "made.yaml:4:10: network.start: zoo:lenet5-original: the number of classes at 'output' is fixed at 10"
    assert str(caught.value).endswith(text)


def test_a_start_that_answers_a_map_cannot_be_searched(write: Callable[..., Path]) -> None:
    space = load(write("start: zoo:fcn-vgg"))
    with pytest.raises(DocumentError, match=r"it answers \(10, 4, 4\), and a search needs one number for each of 10 classes"):
        space.bound(input_shape=(3, 32, 32), classes=10)


def test_a_width_that_the_start_cannot_have_is_refused_where_it_stands(write: Callable[..., Path], tmp_path: Path) -> None:
    """A sum of 3 + 3 and 6 channels: half of each is 2 + 2 and 3."""
    b = Builder()
    stem = b.conv("stem", b.add("input", ops.Input(SHAPE)), 6)
    parts = b.concat("parts", b.conv("left", stem, 3), b.conv("right", stem, 3))
    others = b.concat("others", b.conv("one", stem, 4), b.conv("two", stem, 2))
    b.classifier(b.sum("sum", parts, others), 10)
    save(b.genome(), tmp_path / "sum.yaml")
    with pytest.raises(DocumentError, match=r"made.yaml:5:10: network.width: .*sum.yaml is no network at x0.5: lines that meet"):
        load(write("start: sum.yaml", "width: 0.5")).bound(input_shape=SHAPE, classes=10)
    space = load(write("start: sum.yaml", "width: {float: [0.4, 0.6]}", "edits: 0")).bound(input_shape=SHAPE, classes=10)
    with pytest.raises(OverBudget, match=r"the start is no network at x0\.5: lines that meet"):
        space.draw(optuna.trial.FixedTrial({"width": 0.5, "edits": 0}))
    solved = load(write("start: sum.yaml", "width: {solve: params}", "edits: 0", budget="{params: 400}"))
    assert solved.bound(input_shape=SHAPE, classes=10).genome(RandomTrial(0)).params <= 400


# What its file may say


@pytest.mark.parametrize(
    ("network", "text"),
    [
        (("start: zoo:resnet_cifr-20",), "4:10: network.start: 'resnet_cifr-20' is not a network of the zoo; did you mean"),
        (("start: zoo:resnet_cifar(depth=21)",), "4:10: network.start: depth must be 6n + 2, 8 at least, got 21; the"),
        (("start: zoo:resnet_cifar(deep=20)",), "resnet_cifar has no hyper-parameter 'deep'; did you mean 'depth'?"),
        (("start: zoo:resnet_cifar(20)",), "network.start: hyper-parameters are written key=value, got '20'"),
        (("start: nowhere.yaml",), "/nowhere.yaml: no such file"),
        (("start: resnet_cifar-20",), "/resnet_cifar-20: no such file; in the zoo there is zoo:resnet_cifar-20"),
        (("start: made.yaml",), "made.yaml:1:1: a genome opens with 'schema: nas.genome/1'"),
        (("edits: 2",), "4:3: network: missing key 'start'"),
        ((START, "kinds: [depen]"), "5:11: network.kinds.0: 'depen' is not a known kind of edit; did you mean 'deepen'?"),
        ((START, "kinds: []"), "5:10: network.kinds: must have at least 1 item"),
        ((START, "kinds: [widen, widen]"), "5:10: network.kinds: must differ, got widen, widen"),
        ((START, "edits: -1"), "5:10: network.edits: must be greater than or equal to 0, got -1"),
        ((START, "edits: 101"), "network.edits: must be less than or equal to 100, got 101"),
        ((START, "width: {solve: params}"), "6:9: budget: network.width is solved for params, so it must say how many"),
        ((START, "width: {solve: depth}"), "network.width.solve: 'depth' is not known here; known: activations, macs, params"),
        ((START, "width: {float: [0, 1]}"), "5:18: network.width.float: must lie above 0 and up to 16, got [0.0, 1.0]"),
        ((START, "width: {choice: [0.5, 17]}"), "network.width.choice.1: must be less than or equal to 16, got 17"),
        ((START, "width: 0"), "5:10: network.width: must be greater than 0, got 0"),
        ((START, "width: true"), "5:10: network.width: must be a number, got true"),
        ((START, "width: {float: [0.5, 1], each: stage}"), "network.width.each: is of stages alone"),
        ((START, "width: {choice: [0.5, 1], when: {depth: 1}}"), "network.width.when: is of stages alone"),
        ((START, "stages: 3"), "5:3: network.stages: unknown key 'stages'; did you mean 'start'?"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(network: tuple[str, ...], text: str, write: Callable[..., Path]) -> None:
    with pytest.raises(DocumentError) as caught:
        load(write(*network))
    assert text in str(caught.value)
    assert "made.yaml:" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("kind: edit", "2:7: kind: 'edit' is not a kind of search space; did you mean 'edits'?"),
        ("kind: [edits]", "2:7: kind: a list of 1 is not a kind of search space"),
        ("", "4:3: network.start: is of changes of a given network, which takes 'kind: edits'"),
    ],
)
def test_the_kind_of_space_is_checked(kind: str, text: str, write: Callable[..., Path]) -> None:
    with pytest.raises(DocumentError) as caught:
        load(write(START, kind=kind))
    assert text in str(caught.value)


# Its report, and searches of it


def test_a_search_that_cannot_begin_is_refused_before_it_does(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(START, budget="{params: 1k}")
    with pytest.raises(SpaceError, match=r"made.yaml:5:9: budget: no genome of 'made' meets it; the cheapest found \(zoo:res"):
        nas.search(path, runner="inline", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_check_counts_places_and_costs(edited: Callable[..., SearchSpace]) -> None:
    report = check(edited(START, "edits: 2", "kinds: [deepen, widen]", budget="{params: 500k}"))
    data = report.to_dict()
    assert data["sites"] == {"deepen": 19, "widen": 24}  # 19 convolutions; 12 lines, each by 1.5 and 2
    assert data["costs"]["params"] == PARAMS and data["costs"]["depth"] == 20
    assert data["fit"] == {"fit": 60, "of": 60}
    assert PARAMS <= data["drawn"]["params"]["min"] <= data["drawn"]["params"]["max"] <= 500_000
    text = report.text()
    assert "edits       up to 2 of: deepen (19 places), widen (24 places)" in text
    assert f"start       zoo:resnet_cifar-20: {PARAMS:,} params" in text


def test_a_check_of_a_space_that_nothing_meets_is_refused(edited: Callable[..., SearchSpace]) -> None:
    with pytest.raises(
        SpaceError, match=r"made.yaml:5:9: budget: no genome of 'made' meets it, of 60 that were tried: the start"
    ):
        check(edited(START, budget="{params: 1k}"))


@pytest.mark.parametrize("width", ["1.0", "{float: [0.5, 1.0]}", "{choice: [0.5, 1.0]}", "{solve: params}"])
def test_a_run_that_is_opened_again_has_the_same_space(width: str, write: Callable[..., Path], tmp_path: Path) -> None:
    space = load(write(START, f"width: {width}", budget="{params: 400k}")).bound(input_shape=SHAPE, classes=10)
    run = Run.create(tmp_path / "run", space)
    again = Run.open(run.folder).space
    assert again.file == space.file
    assert genomes(again) == genomes(space)


def test_the_command_checks_and_samples_it(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(START, "edits: 2", "width: {solve: params}", budget="{params: 50k}")
    printed = []
    for arguments in (["check", str(path)], ["sample", str(path), "-n", "3", "--json"]):
        monkeypatch.setattr(sys, "argv", ["nas", "space", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 0
        printed.append(capsys.readouterr().out)
    assert "for images of 1x8x8 in 10 classes" in printed[0]
    samples = json.loads(printed[1])
    assert [set(sample["choices"]) >= {"edits", "width"} for sample in samples] == [True] * 3
    assert all(Genome.from_dict(sample["genome"]).params == sample["params"] <= 50_000 for sample in samples)


TRAINING = """
data: {name: digits, limit: 200}
train: {epochs: 1, precision: float32}
strategy: {name: random, trials: 2, seed: 1}
"""


def test_a_search_of_edits_trains_and_goes_on(write: Callable[..., Path], tmp_path: Path) -> None:
    start = "start: zoo:resnet_cifar(depth=8)"
    path = write(start, "width: {solve: params}", "edits: 2", budget="{params: 5k}", more=TRAINING)
    run = nas.search(path, runner="inline", out=tmp_path / "run")
    assert [trial.state for trial in run.trials if trial.trains] == ["finished"] * 2
    assert all(trial.params <= 5000 and "edits" in trial.choices for trial in run.trials)
    first = [trial.fingerprint for trial in run.trials if trial.trains]
    longer = [trial for trial in nas.resume(run.folder, runner="inline", trials=3).trials if trial.trains]
    assert [trial.state for trial in longer] == ["finished"] * 3
    assert [trial.fingerprint for trial in longer[:2]] == first
