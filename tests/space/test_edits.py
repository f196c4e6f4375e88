"""The space of edits: what is drawn, what it may cost, and what its file may say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import optuna
import pytest

import nas
from nas.edit import fit, scale_width, widen
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

Make = Callable[..., SearchSpace]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """write(START, "edits: 2", budget="{params: 10k}"): a file with these lines as its network section."""

    def written(*network: str, budget: str = "{}", kind: str = "kind: edits", more: str = "") -> Path:
        lines = ["name: made", kind, "network:", *(f"  {line}" for line in network), f"budget: {budget}", more]
        path = tmp_path / "made.yaml"
        path.write_text("\n".join(lines))
        return path

    return written


@pytest.fixture
def made(write: Callable[..., Path]) -> Make:
    """The space of such a file, for images of 1x8x8 in 10 classes."""
    return lambda *network, **options: load(write(*network, **options)).bound(input_shape=SHAPE, classes=10)


def draws(space: SearchSpace, count: int = 40) -> list[Any]:
    return [space.draw(RandomTrial(seed)) for seed in range(count)]


def fixed(**values: Any) -> Any:
    """A trial of Optuna's that takes these values."""
    return optuna.trial.FixedTrial({name.replace("_", ".", 1) if "_" in name else name: v for name, v in values.items()})


# What is drawn


def test_no_edits_give_the_start_itself(made: Make) -> None:
    space = made(START, "edits: 0")
    drawn = space.draw(RandomTrial(0))
    assert drawn.choices == {"edits": 0}
    assert drawn.genome.params == PARAMS
    assert drawn.genome == fit(published("zoo:resnet_cifar-20"), input_shape=SHAPE, classes=10)


def test_a_trial_says_kind_and_place_of_each_edit(made: Make) -> None:
    space = made(START, "edits: 2")
    # Seven lines can be widened, each by 1.5 and 2: the last place is the second half of the last line.
    drawn = space.draw(fixed(edits=2, edit1_kind="widen", edit1_place=0.0, edit2_kind="deepen", edit2_place=1.0))
    assert drawn.choices == {"edits": 2, "edit1": "widen stem/conv x1.5", "edit2": "deepen stage3/block3/conv2"}
    start = fit(published("zoo:resnet_cifar-20"), input_shape=SHAPE, classes=10)
    assert drawn.genome == nas.edit.deepen(widen(start, "stem/conv", 1.5), "stage3/block3/conv2")


def test_places_go_through_the_network_from_the_image_to_the_classes(made: Make) -> None:
    space = made(START, "edits: 1", "kinds: [deepen]")
    found = [space.draw(fixed(edits=1, edit1_kind="deepen", edit1_place=p / 19 + 0.001)).choices["edit1"] for p in range(19)]
    nodes = [node.name for node in published("zoo:resnet_cifar-20").nodes if isinstance(node.op, ops.Conv2d)]
    assert found == [f"deepen {name}" for name in nodes]


def test_a_place_means_about_the_same_behind_another_edit(made: Make) -> None:
    space = made(START, "edits: 2", "kinds: [deepen]")
    for place in (0.1, 0.5, 0.9):
        alone = space.draw(fixed(edits=1, edit1_kind="deepen", edit1_place=place)).choices["edit1"]
        behind = space.draw(fixed(edits=2, edit1_kind="deepen", edit1_place=0.3, edit2_kind="deepen", edit2_place=place)).choices[
            "edit2"
        ]
        stage = alone.split("/")[0]
        assert behind.startswith(stage), (alone, behind)


def test_draws_are_alike_for_one_seed_and_differ_between_seeds(made: Make) -> None:
    space = made(START, "edits: 3")
    first, again = draws(space, 12), draws(made(START, "edits: 3"), 12)
    assert [one.genome for one in first] == [one.genome for one in again]
    assert [one.choices for one in first] == [one.choices for one in again]
    assert len({one.genome.fingerprint for one in first}) >= 8


def test_draws_are_networks_for_the_images(made: Make) -> None:
    for drawn in draws(made(START, "edits: 6"), 20):
        assert (drawn.genome.input_shape, drawn.genome.classes) == (SHAPE, 10)
        assert Genome.from_dict(drawn.genome.to_dict()) == drawn.genome


def test_only_some_kinds_are_drawn(made: Make) -> None:
    words = [str(word) for one in draws(made(START, "kinds: [deepen, swap-op]")) for word in list(one.choices.values())[1:]]
    assert {word.split()[0] for word in words} == {"deepen", "swap-op"}


def test_an_edit_that_nowhere_fits_is_said(made: Make) -> None:
    space = made(START, "edits: 1", "kinds: [deepen]", budget="{depth: 20}")
    drawn = space.draw(fixed(edits=1, edit1_kind="deepen", edit1_place=0.5))
    assert drawn.choices["edit1"] == "deepen: nowhere"
    assert drawn.genome.depth == 20


def test_optuna_proposes_and_learns(made: Make) -> None:
    space = made(START, "edits: 2", "width: {float: [0.25, 1.0], log: true}")
    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0, n_startup_trials=4))
    for _ in range(8):
        trial = study.ask()
        drawn = space.draw(trial)
        assert set(drawn.choices) >= {"width", "edits"}
        study.tell(trial, drawn.genome.params)
    again = space.draw(optuna.trial.FixedTrial(study.trials[-1].params))
    assert again.genome == drawn.genome


# Width


def test_a_width_scales_the_start(made: Make) -> None:
    half = made(START, "width: 0.5", "edits: 0").genome(RandomTrial(0))
    assert (
        half.fingerprint
        == made("start: zoo:resnet_cifar(depth=20, widths=[8, 16, 32])", "edits: 0").genome(RandomTrial(0)).fingerprint
    )


def test_a_width_is_drawn_from_a_range_or_a_list(made: Make) -> None:
    widths = [one.choices["width"] for one in draws(made(START, "width: {float: [0.25, 0.75]}", "edits: 0"))]
    assert 0.25 <= min(widths) < 0.35 and 0.65 < max(widths) <= 0.75
    chosen = draws(made(START, "width: {choice: [0.5, 1.0]}", "edits: 0"))
    assert {one.choices["width"] for one in chosen} == {0.5, 1.0}
    assert {one.genome.params == PARAMS for one in chosen if one.choices["width"] == 1.0} == {True}


@pytest.mark.parametrize("limit", ["params", "macs", "activations"])
def test_the_solved_width_is_the_widest_within_the_budget(limit: str, made: Make) -> None:
    most = {"params": 50_000, "macs": 500_000, "activations": 20_000}[limit]
    space = made(START, f"width: {{solve: {limit}}}", "edits: 3", budget=f"{{{limit}: {most}}}")
    for drawn in draws(space, 10):
        assert 0.5 * most < getattr(drawn.genome, limit) <= most
    start = fit(published("zoo:resnet_cifar-20"), input_shape=SHAPE, classes=10)
    steps = round(space.draw(fixed(edits=0)).choices["width"] * 32)
    assert getattr(scale_width(start, steps / 32), limit) <= most < getattr(scale_width(start, (steps + 1) / 32), limit)


def test_a_solved_width_keeps_to_the_other_limits_too(made: Make) -> None:
    space = made(START, "width: {solve: params}", "edits: 2", budget="{params: 100k, macs: 400k, depth: 22}")
    for drawn in draws(space, 15):
        assert drawn.genome.params <= 100_000 and drawn.genome.macs <= 400_000 and drawn.genome.depth <= 22


def test_a_solved_width_has_an_end(made: Make) -> None:
    space = made(START, "width: {solve: params, most: 2}", "edits: 0", budget="{params: 1G}")
    assert space.draw(RandomTrial(0)).choices["width"] == 2.0


# Budget


@pytest.mark.parametrize(("limit", "most"), [("params", 300_000), ("macs", 8_000_000), ("depth", 20), ("activations", 100_000)])
def test_no_draw_is_over_its_budget(limit: str, most: int, made: Make) -> None:
    costs = [getattr(one.genome, limit) for one in draws(made(START, "edits: 4", budget=f"{{{limit}: {most}}}"), 30)]
    free = [getattr(one.genome, limit) for one in draws(made(START, "edits: 4"), 30)]
    assert max(costs) <= most < max(free)


def test_a_start_over_the_budget_says_what_it_costs(made: Make) -> None:
    with pytest.raises(OverBudget) as caught:
        made(START, budget="{params: 200k, depth: 30}").draw(RandomTrial(0))
    assert str(caught.value) == f"the start costs params {PARAMS:,} (limit 200,000), depth 20 (limit 30)"
    assert caught.value.excess == pytest.approx(PARAMS / 200_000 - 1)


def test_a_budget_that_no_width_meets_says_the_narrowest(made: Make) -> None:
    with pytest.raises(OverBudget, match=r"its narrowest form costs params \d+ \(limit 100\)"):
        made(START, "width: {solve: params}", budget="{params: 100}").draw(RandomTrial(0))
    with pytest.raises(OverBudget, match=r"it costs depth 20 \(limit 12\)"):
        made(START, "width: {solve: params}", "edits: 0", budget="{params: 100k, depth: 12}").draw(RandomTrial(0))


def test_a_search_that_cannot_begin_is_refused_before_it_does(write: Callable[..., Path], tmp_path: Path) -> None:
    path = write(START, budget="{params: 1k}")
    with pytest.raises(SpaceError, match=r"made.yaml:5:9: budget: no genome of 'made' meets it; the cheapest found \(zoo:res"):
        nas.search(path, runner="local", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


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


def test_a_check_counts_places_and_costs(made: Make) -> None:
    report = check(made(START, "edits: 2", "kinds: [deepen, widen]", budget="{params: 500k}"))
    data = report.to_dict()
    assert data["sites"] == {"deepen": 19, "widen": 24}  # 19 convolutions; 12 lines, each by 1.5 and 2
    assert data["costs"]["params"] == PARAMS and data["costs"]["depth"] == 20
    assert data["fit"] == {"fit": 60, "of": 60}
    assert PARAMS <= data["drawn"]["params"]["min"] <= data["drawn"]["params"]["max"] <= 500_000
    text = report.text()
    assert "edits       up to 2 of: deepen (19 places), widen (24 places)" in text
    assert f"start       zoo:resnet_cifar-20: {PARAMS:,} params" in text


def test_a_check_of_a_space_that_nothing_meets_is_refused(made: Make) -> None:
    with pytest.raises(
        SpaceError, match=r"made.yaml:5:9: budget: no genome of 'made' meets it, of 60 that were tried: the start"
    ):
        check(made(START, budget="{params: 1k}"))


@pytest.mark.parametrize("width", ["1.0", "{float: [0.5, 1.0]}", "{choice: [0.5, 1.0]}", "{solve: params}"])
def test_a_run_that_is_opened_again_has_the_same_space(width: str, write: Callable[..., Path], tmp_path: Path) -> None:
    space = load(write(START, f"width: {width}", budget="{params: 400k}")).bound(input_shape=SHAPE, classes=10)
    run = Run.create(tmp_path / "run", space)
    again = Run.open(run.folder).space
    assert again.file == space.file
    assert [one.genome for one in draws(again, 5)] == [one.genome for one in draws(space, 5)]


TRAINING = """
data: {name: digits, limit: 200}
train: {epochs: 1, precision: float32}
strategy: {name: random, trials: 2, seed: 1}
"""


def test_a_search_of_edits_trains_and_goes_on(write: Callable[..., Path], tmp_path: Path) -> None:
    start = "start: zoo:resnet_cifar(depth=8)"
    path = write(start, "width: {solve: params}", "edits: 2", budget="{params: 5k}", more=TRAINING)
    run = nas.search(path, runner="local", out=tmp_path / "run")
    assert [trial.state for trial in run.trials if trial.trains] == ["finished"] * 2
    assert all(trial.params <= 5000 and "edits" in trial.choices for trial in run.trials)
    first = [trial.fingerprint for trial in run.trials if trial.trains]
    longer = [trial for trial in nas.resume(run.folder, runner="local", trials=3).trials if trial.trains]
    assert [trial.state for trial in longer] == ["finished"] * 3
    assert [trial.fingerprint for trial in longer[:2]] == first
