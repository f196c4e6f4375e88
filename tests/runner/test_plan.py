"""The plan: who gets what, and what is said before anything starts."""

from __future__ import annotations

import pytest

from nas.data import DataInfo
from nas.errors import InputError
from nas.runner.lines import duration
from nas.runner.machine import Machine
from nas.runner.plan import make
from nas.runner.profile import Profile, load
from nas.space import load as load_space

INFO = DataInfo("digits", (1, 8, 8), tuple("0123456789"))


def plan(profile: Profile, machine: Machine, *overrides: str):
    space = load_space("deeper-vs-wider", overrides=overrides).bound(input_shape=INFO.shape, classes=10)
    return make(profile, space, INFO, images=1151, machine=machine, trials=24)


def test_as_many_trials_at_once_as_cores_when_each_takes_one():
    found = plan(load("laptop"), Machine(cores=6, gpus=0))
    assert (found.workers, found.cpus, found.gpus, found.device) == (6, 1.0, 0.0, "cpu")


def test_threads_of_a_trial_are_its_cores():
    assert plan(load("laptop"), Machine(cores=6, gpus=0), "train.threads=4").workers == 1


def test_trials_share_a_gpu_where_there_is_one():
    found = plan(load("laptop"), Machine(cores=16, gpus=2), "strategy.window=16")
    assert (found.workers, found.gpus, found.device) == (8, 0.25, "cuda:0")
    assert not found.warnings


def test_an_unused_gpu_is_said():
    profile = load("laptop", overrides=["gpus=0"])
    assert "this machine has 1 GPU(s), and this search uses none" in plan(profile, Machine(cores=2, gpus=1)).warnings[0]


def test_a_trial_that_asks_for_a_gpu_that_is_not_there_is_refused():
    with pytest.raises(InputError, match=r"each trial asks for 0\.25 GPU, and this machine has 0"):
        plan(load("workstation"), Machine(cores=8, gpus=0))


def test_a_trial_that_asks_for_more_cores_than_there_are_is_refused():
    with pytest.raises(InputError, match="each trial asks for 9 CPU cores, and this machine has 8"):
        plan(load("laptop"), Machine(cores=8, gpus=0), "train.threads=9")


def test_more_workers_than_fit_are_cut_and_it_is_said():
    found = plan(load("laptop", overrides=["workers=5"]), Machine(cores=2, gpus=0))
    assert found.workers == 2
    assert "5 workers were asked for and 2 fit" in found.warnings[0]


@pytest.mark.parametrize(
    ("window", "said"),
    [(3, "1 of 4 workers will be idle; make it 12"), (7, "some of 4 workers will at times be idle; make it 12"), (8, "")],
)
def test_a_window_below_twice_the_workers_is_said(window, said):
    found = plan(load("laptop"), Machine(cores=4, gpus=0), f"strategy.window={window}")
    assert said in "".join(found.warnings)
    assert bool(found.warnings) == bool(said)


def test_the_lines_say_what_runs_where_and_for_how_long():
    text = "\n".join(plan(load("laptop"), Machine(cores=2, gpus=0)).lines)
    for part in ("24 trials by tpe", "1x8x8, 10 classes, 1,151 images", "40,000 params", "2 at once, each 1 CPU", "device cpu"):
        assert part in text
    assert "about " in text


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (89, "89 s"), (600, "10 min"), (36000, "10.0 h")])
def test_durations_read_as_a_person_says_them(seconds, text):
    assert duration(seconds) == text
