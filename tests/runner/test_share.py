"""Shares of a GPU: the arithmetic of what a training holds, and the eighths that follow."""

from __future__ import annotations

import pytest

from nas.runner.machine import Machine
from nas.runner.plan import Limits, Plan, by_memory, fit
from nas.runner.share import FIXED_BYTES, gpu_share, training_bytes
from nas.space.settings import TrainSettings

GPU = 16e9
BASE = Plan("ray", "local", 8, 1.0, 0.125, 0, None, (), limits=Limits(), gpu_bytes=GPU)


def test_sgd_holds_weights_gradients_momentum_and_the_outputs_of_a_batch():
    train = TrainSettings(batch=100, optimizer="sgd")
    # 1,000 weights: 4 bytes, three times; 5,000 outputs: 4 bytes for each of 100 images
    assert training_bytes(params=1000, activations=5000, train=train) == 12_000 + 2_000_000 + FIXED_BYTES


def test_adamw_with_an_average_holds_five_copies_and_bf16_half_of_the_outputs():
    train = TrainSettings(batch=10, optimizer="adamw", ema=0.99, precision="bf16")
    assert training_bytes(params=1000, activations=5000, train=train) == 20_000 + 100_000 + FIXED_BYTES


@pytest.mark.parametrize(
    ("needed", "share"), [(0.1e9, 0.125), (2e9, 0.125), (2.1e9, 0.25), (8e9, 0.5), (8.1e9, 0.625), (16e9, 1.0), (90e9, 1.0)]
)
def test_shares_are_rounded_up_to_eighths_and_end_at_a_whole_one(needed, share):
    assert gpu_share(needed, GPU) == share


def test_small_networks_share_a_gpu_and_large_ones_do_not_meet():
    train = TrainSettings(batch=128)
    small = BASE.share(params=20_000, activations=50_000, train=train)
    large = BASE.share(params=50_000_000, activations=20_000_000, train=train)
    assert small * 8 <= 1.0
    assert large * 2 > 1.0


def test_a_share_that_was_asked_for_is_what_every_trial_gets():
    plan = Plan("ray", "local", 8, 1.0, 0.5, 0, None, ())
    assert plan.share(params=1, activations=1, train=TrainSettings()) == 0.5


def test_without_gpus_there_are_no_shares():
    assert by_memory(BASE, 0, 0.0).gpus == 0.0
    assert by_memory(BASE, 0, 0.0).device == "cpu"


def test_where_a_gpu_does_not_say_its_size_four_share_it():
    assert by_memory(BASE, 2, 0.0).gpus == 0.25


def test_as_many_fit_as_cores_and_shares_allow():
    assert fit(BASE, Machine(cores=64, gpus=2)) == 16
    assert fit(BASE, Machine(cores=4, gpus=2)) == 4
    assert fit(Plan("ray", "local", 8, 1.0, 2.0, 0, None, ()), Machine(cores=64, gpus=5)) == 2
