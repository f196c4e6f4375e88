"""nas search --learn-from RUN: what is told, what is refused, and that the other run may be deleted afterwards."""

from __future__ import annotations

import shutil
from pathlib import Path

import instant
import pytest

import nas
from nas.strategy import strategies
from nas.strategy.learner import learner
from nas.study import Run


@pytest.fixture(autouse=True)
def _apprentice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A strategy that learns from other runs in the plainest way: it takes over the best network's choices."""
    monkeypatch.setitem(strategies._items, "apprentice", learner(instant.apprentice))


@pytest.fixture
def first(command, space) -> Path:
    """A finished run of four trials."""
    assert command("search", space, "--runner", "inline", "--out", "first").status == 0
    return Path("first")


def learn(command, space, *arguments: object, out: str = "second"):
    """Search with what the first run knows."""
    asked = ("--strategy", "apprentice", "--learn-from", "first", "--trials", 1)
    return command("search", space, "--runner", "inline", "--out", out, *asked, *arguments)


def test_the_strategy_gets_what_the_other_run_found(command, space, first):
    assert learn(command, space).status == 0
    assert Run.open("second").trials[0].fingerprint == Run.open(first).best.fingerprint


def test_the_plan_says_what_is_learned_from_and_what_differs(command, space, first):
    result = learn(command, space, "--set", "network.depth=2", "--set", "train.epochs=1", "--dry-run")
    assert result.status == 0
    lines = result.err.splitlines()
    place = lines.index("learns     from first: 4 results of 4 trials")
    assert lines[place + 1 :] == [
        "           other choices: depth {int: [1, 3]} there, 2 here",
        "           other training: train.epochs 2 there, 1 here",
    ]
    assert not Path("second").exists()


def test_several_runs_can_be_learned_from(command, space, first):
    command("search", space, "--runner", "inline", "--out", "other", "--seed", 8, "--trials", 2)
    result = learn(command, space, "--learn-from", "other")
    assert "learns     from first: 4 results of 4 trials\nlearns     from other: 2 results of 2 trials\n" in result.err
    assert [Path(run).name for run in Run.open("second").space.file.strategy.learn_from] == ["first", "other"]


def test_the_other_run_may_be_deleted_and_a_longer_search_is_the_same(command, space, first):
    learn(command, space, "--trials", 3, "--set", "strategy.repeats=retrain")
    learn(command, space, "--set", "strategy.repeats=retrain", out="third")
    shutil.rmtree(first)
    result = command("resume", "third", "--runner", "inline", "--trials", 3)
    assert result.status == 0
    assert "learns     from first: 4 results of 4 trials\n" in result.err
    second, third = (Run.open(run).trials for run in ("second", "third"))
    assert [trial.fingerprint for trial in third] == [trial.fingerprint for trial in second]
    assert len({trial.fingerprint for trial in second}) == 1


def test_a_file_may_say_it_with_a_path_relative_to_itself(command, space, first, here):
    (here / "deep").mkdir()
    (here / "deep/mine.yaml").write_text(
        space.read_text().replace("name: random,", "name: apprentice, learn_from: [../first],").replace("trials: 4", "trials: 1")
    )
    assert command("search", "deep/mine.yaml", "--runner", "inline", "--out", "second").status == 0
    assert Run.open("second").trials[0].fingerprint == Run.open(first).best.fingerprint


def test_the_same_in_python(command, space, first):
    run = nas.search(space, runner="inline", out="second", trials=1, strategy="apprentice", learn_from=first)
    assert run.trials[0].fingerprint == Run.open(first).best.fingerprint


def refused(result) -> str:
    assert (result.status, result.out) == (2, "")
    assert not Path("second").exists()
    (line,) = result.err.splitlines()
    return line


def test_a_strategy_that_learns_from_no_other_run_is_not_given_one(command, space, first):
    line = refused(learn(command, space, "--strategy", "tpe"))
    assert line.startswith("nas: --set strategy.learn_from: 'tpe' learns from no other run; ") and "apprentice" in line


def test_a_folder_that_is_no_run_is_refused(command, space, here):
    line = refused(learn(command, space))
    assert line.startswith(f"nas: --set strategy.learn_from: strategy.learn_from.0: {here}/first is no run")


@pytest.mark.parametrize(
    ("override", "text"),
    [
        ("objectives=[error, seconds]", "its trials have no 'seconds', an objective here"),
        ("data={name: npz, path: blobs.npz}", "its results are for other data: data set digits there, npz here"),
    ],
)
def test_results_that_mean_something_else_here_are_refused(command, space, first, here, override, text):
    import numpy as np

    labels = np.arange(60) % 10
    np.savez(here / "blobs.npz", x=np.zeros((60, 8, 8), np.uint8), y=labels)
    assert text in refused(learn(command, space, "--set", override))


def test_a_run_in_which_every_trial_failed_has_nothing_to_learn_from(command, space):
    command("search", space, "--runner", "inline", "--out", "first", "--set", "evaluator=instant:failing")
    assert refused(learn(command, space)).endswith("first has nothing to learn from: 4 failed")
