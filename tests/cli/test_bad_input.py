"""Bad input: exit status 2, one line that says where and what would do, nothing started and nothing written."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from nas.runner.machine import Machine


@pytest.fixture
def refused(command, space, here):
    """Search the space with these arguments; give the one line of the refusal, without the command's name."""

    def search(*arguments: object, of: str | Path = space) -> str:
        before = set(here.rglob("*"))
        result = command("search", of, *(() if "--runner" in arguments else ("--runner", "inline")), "--out", "run", *arguments)
        assert (result.status, result.out) == (2, "")
        lines = result.err.splitlines()
        assert len(lines) == 1, result.err
        assert lines[0].startswith("nas: ")
        assert set(here.rglob("*")) == before
        return lines[0].removeprefix("nas: ")

    return search


@pytest.fixture
def written(refused, here):
    """The same for a file with this text."""

    def search(text: str) -> str:
        path = here / "mine.yaml"
        path.write_text(text)
        return refused(of="mine.yaml")

    return search


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("netwrok.depth=3", "--set netwrok.depth: unknown key 'netwrok'; did you mean 'network'?"),
        ("network.conect=plain", "--set network.conect: unknown key 'conect'; did you mean 'connect'?"),
        (
            "network.connect=merge_run",
            "--set network.connect: 'merge_run' is not a known connectivity; did you mean 'merge-and-run'?",
        ),
        ("network.block=bottelneck", "--set network.block: 'bottelneck' is not a known block; did you mean 'bottleneck'?"),
        ("strategy.name=tpee", "--set strategy.name: 'tpee' is not a known strategy; did you mean 'tpe'?"),
        ("data.name=digts", "--set data.name: 'digts' is not a known data source; did you mean 'digits'?"),
        ("evaluator=trian", "--set evaluator: 'trian' is not a known evaluator; did you mean 'train'?"),
        ("train.optimizer=sdg", "--set train.optimizer: 'sdg' is not known here; did you mean 'sgd'?"),
        ("train.lr=-1", "--set train.lr: must be greater than 0, got -1"),
        ("train.epochs=0", "--set train.epochs: must be greater than or equal to 1, got 0"),
        ("network.depth={int: [9, 1]}", "--set network.depth: a range goes from low to high, got [9, 1]"),
        ("network.stages=9", "--set network.stages: 9 stages halve a 8x8 image below one pixel; at most 4 fit"),
        ("train.epochs", "--set train.epochs: an override is written path=value, as in --set train.epochs=3"),
        ("=3", "--set =3: an override is written path=value, as in --set train.epochs=3"),
        ("data.limit=3", "--set data.limit: 10 classes need at least 20 images, one to train"),
        ("data={name: npz, path: /nowhere.npz}", "--set data: data.path: /nowhere.npz does not exist"),
        ("evaluator=nomodule:train", "--set evaluator: evaluator 'nomodule:train': there is no module 'nomodule' in "),
    ],
)
def test_a_wrong_override_is_refused(refused, override, text):
    assert refused("--set", override).startswith(text)


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("objectives=[eror]", "--set objectives: objectives.0: 'eror' is not a metric; did you mean 'error'?"),
        (
            "stop={name: successive-halving, metric: eror}",
            "--set stop: stop.metric: 'eror' is not what rungs compare; did you mean 'error'?",
        ),
        (
            "stop={name: successive-halving, metric: accuracy}",
            "--set stop: stop.metric: 'accuracy' is not what rungs compare; known: error, loss, macs, train_loss",
        ),
        (
            "stop={name: successive-halving, min_epochs: 5}",
            "--set stop: stop.min_epochs: must be at most train.epochs, which is 2, got 5; or set stop.name to none",
        ),
        (
            "network.width={solve: macs}",
            "quick.yaml:8:9: budget: network.width is solved for macs, so it must say how many, such as {macs: 100k}",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(refused, override, text):
    assert refused("--set", "evaluator=train", "--set", override, of="quick.yaml") == text


def test_a_misspelt_key_is_refused_with_its_place(written):
    text = written("name: mine\ndata: {name: digits}\nnetwork:\n  stages: 2\n  conect: plain\n")
    assert text == "mine.yaml:5:3: network.conect: unknown key 'conect'; did you mean 'connect'?"


def test_a_duplicate_key_is_refused_with_both_places(written):
    text = written("name: mine\ntrain: {epochs: 1}\ntrain: {epochs: 2}\n")
    assert text == "mine.yaml:3:1: the key 'train' stands twice; first in line 2"


def test_a_bomb_of_aliases_is_refused(written):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert "aliases expand to more than" in written("\n".join(["name: bomb", *lines]))


def test_a_file_that_is_no_text_is_refused(refused, here):
    (here / "picture.yaml").write_bytes(b"\x89PNG\r\n")
    assert refused(of="picture.yaml") == "picture.yaml:1:1: must be UTF-8 text, got byte 0x89"


def test_a_missing_file_is_refused(refused):
    assert refused(of="quikc.yaml") == "quikc.yaml: no such file; did you mean 'quick.yaml'?"


def test_an_unknown_space_is_refused_with_the_nearest(refused):
    assert "did you mean 'deeper-vs-wider'?" in refused(of="deeper-vs-widr")


def test_a_budget_that_nothing_meets_says_the_cheapest_genome_and_its_cost(refused):
    """By hand: stem 9*4 + 8, two bottlenecks of width 4 and 8 (inner 1 and 2), their projection, the classifier."""
    text = refused("--set", "budget.params=100")
    assert "budget: no genome of 'quick' meets it" in text
    assert "block bottleneck" in text
    first = 4 * 1 + 2 + 9 * 1 + 2 + 1 * 4 + 8
    second = 4 * 2 + 4 + 9 * 4 + 4 + 2 * 8 + 16 + 4 * 8 + 16
    assert f"{9 * 4 + 8 + first + second + 8 * 10 + 10} params (limit 100)" in text


@pytest.mark.parametrize(("runner", "nearest"), [("laptp", "laptop"), ("mine.yaml", "quick.yaml")])
def test_an_unknown_runner_is_refused_with_the_nearest(refused, runner, nearest):
    assert nearest in refused("--runner", runner)


def test_a_runner_with_a_misspelt_key_is_refused_with_its_place(refused, here):
    (here / "r.yaml").write_text("name: mine\nengine: local\nworkrs: 2\n")
    assert refused("--runner", "r.yaml") == "r.yaml:3:1: workrs: unknown key 'workrs'; did you mean 'workers'?"


def test_a_trial_that_asks_for_a_gpu_that_is_not_there_is_refused(refused, monkeypatch):
    monkeypatch.setattr("nas.runner.machine.here", lambda: Machine(cores=2, gpus=0))
    text = refused("--runner", "workstation")
    assert text.startswith("runner 'workstation': each trial asks for 0.25 GPU, and this machine has 0")


def test_a_trial_that_asks_for_more_cores_than_there_are_is_refused(refused, monkeypatch):
    monkeypatch.setattr("nas.runner.machine.here", lambda: Machine(cores=2, gpus=0))
    text = refused("--set", "train.threads=64")
    assert text.startswith("runner 'inline': each trial asks for 64 CPU cores, and this machine has 2")


# Where the run is to be written


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_an_existing_run_is_refused_and_kept(command, space, finished, dry):
    before = {path: path.stat().st_mtime_ns for path in finished.rglob("*") if path.is_file()}
    result = command("search", space, "--runner", "inline", "--out", finished, *dry)
    assert (result.status, result.err) == (2, f"nas: {finished} is not empty; go on with it: nas resume {finished}\n")
    assert {path: path.stat().st_mtime_ns for path in finished.rglob("*") if path.is_file()} == before


def test_a_folder_that_holds_something_else_is_refused(refused, here):
    (here / "thesis").mkdir()
    (here / "thesis" / "chapter1.tex").write_text("")
    assert refused("--out", "thesis") == "thesis is not empty; choose another with --out"


def test_a_file_in_the_way_is_refused(refused, here):
    (here / "taken").write_text("")
    assert refused("--out", "taken") == "taken is a file; a run needs a new folder"
    assert refused("--out", "taken/run") == f"taken/run cannot be written: {here}/taken is a file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_to_is_refused(refused, here):
    (here / "locked").mkdir(mode=0o500)
    assert refused("--out", "locked/run") == f"locked/run cannot be written: {here}/locked may not be written to"


# Data


@pytest.fixture
def images(here):
    """A folder of class folders, with so many grey images of (height, width) in each class."""
    from PIL import Image

    def make(**classes: list[tuple[int, int]]) -> None:
        for name, sizes in classes.items():
            (here / "images" / name).mkdir(parents=True)
            for number, size in enumerate(sizes):
                Image.fromarray(np.full(size, number, np.uint8)).save(here / "images" / name / f"{number}.png")

    return make


DATA = "name: mine\ndata: {name: folder, path: images}\n"


def test_images_of_mixed_sizes_are_refused(written, images):
    images(ant=[(8, 8)] * 4, bee=[(8, 8), (8, 9), (8, 8), (8, 8)])
    text = written(DATA)
    assert text.startswith("mine.yaml:2:7: ")
    assert "one size, height x width; got 8x8 (7 of them), 8x9 (1 of them)" in text


def test_a_class_with_too_few_images_is_refused(written, images):
    images(ant=[(8, 8)] * 6, bee=[(8, 8)])
    text = written(DATA)
    assert text.startswith("mine.yaml:2:7: data 'images': class 'bee' has 1 image;")


def test_a_missing_folder_of_images_is_refused_at_its_place(written, here):
    assert written(DATA).startswith(f"mine.yaml:2:28: data.path: {here}/images does not exist")


# Genomes, trials and formats

GENOME = """\
schema: nas.genome/1
nodes:
  - {name: input, op: input, shape: [1, 8, 8]}
  - {name: first, op: activation, inputs: [second]}
  - {name: second, op: activation, inputs: [first]}
  - {name: output, op: output, inputs: [second]}
"""


def test_a_genome_with_a_cycle_is_refused(command, here):
    (here / "genome.yaml").write_text(GENOME)
    result = command("genome", "show", "genome.yaml")
    assert (result.status, result.out) == (2, "")
    assert "cycle" in result.err
    assert "first, second" in result.err
    assert len(result.err.splitlines()) == 1


def test_a_genome_with_an_unknown_op_is_refused_with_the_nearest(command, here):
    (here / "genome.yaml").write_text(GENOME.replace("op: activation, inputs: [second]", "op: activaton, inputs: [second]"))
    result = command("genome", "show", "genome.yaml")
    assert result.status == 2
    assert result.err.startswith("nas: genome.yaml:4:")
    assert result.err.endswith("'activaton' is not a known operation; did you mean 'activation'?\n")


@pytest.mark.parametrize("trial", ["7", "x", "1.5"])
@pytest.mark.parametrize("name", ["show", "train", "export"])
def test_a_wrong_trial_number_is_refused(command, finished, name, trial):
    result = command(name, finished, trial)
    assert (result.status, result.out) == (2, "")
    assert result.err == f"nas: {finished} has no trial '{trial}': its trials are best, and 0 to 2\n"


def test_an_unknown_format_is_refused(command, finished):
    result = command("export", finished, "best", "--to", "genome,onxx")
    assert (result.status, result.err) == (2, "nas: 'onxx' is not a known export format; did you mean 'onnx'?\n")
    assert not (finished / "exports").exists()


@pytest.mark.parametrize("name", ["show", "report", "train", "export", "resume"])
def test_a_folder_that_is_no_run_is_refused(command, here, name):
    result = command(name, here)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"nas: {here} is no run")
    assert list(here.iterdir()) == []
