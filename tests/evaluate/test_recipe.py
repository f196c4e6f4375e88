"""Schedules, optimisers and losses against torch's own and hand computation."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nas.evaluate import recipe
from nas.space.settings import TrainSettings


def rates(steps: int, epochs: int, **settings: object) -> list[float]:
    chosen = TrainSettings.model_validate({"lr": 0.4, **settings})
    return [recipe.learning_rate(chosen, step, steps_per_epoch=steps, epochs=epochs) for step in range(steps * epochs)]


def test_one_cycle_is_that_of_torch() -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.1)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.4, total_steps=50, cycle_momentum=False)
    expected = []
    for _ in range(50):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cycle.step()
    assert rates(10, 5, schedule="one-cycle") == pytest.approx(expected)


@pytest.mark.parametrize("total", [1, 2, 3, 4])
def test_a_cycle_of_few_steps_stays_within_its_bounds(total: int) -> None:
    assert all(0 < rate <= 0.4 for rate in rates(total, 1, schedule="one-cycle"))


def test_cosine_is_that_of_torch_after_a_linear_warm_up() -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.4)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=30)
    expected = []
    for _ in range(30):
        expected.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        cosine.step()
    got = rates(10, 4, schedule="cosine", warmup=1.0)
    assert got[:10] == pytest.approx([0.4 * step / 11 for step in range(1, 11)])
    assert got[10:] == pytest.approx(expected)


def test_constant_stays_after_the_warm_up() -> None:
    assert rates(4, 2, schedule="constant", warmup=0.5) == pytest.approx([0.4 / 3, 0.8 / 3] + [0.4] * 6)


def test_a_warm_up_longer_than_the_training_only_rises() -> None:
    got = rates(2, 2, warmup=5.0)
    assert got == sorted(got)
    assert got[-1] < 0.4


def network() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(8, 3))


def test_norms_and_biases_do_not_decay() -> None:
    model = network()
    groups = recipe.optimizer(TrainSettings(weight_decay=0.1), model).param_groups
    decayed = {id(weight) for group in groups for weight in group["params"] if group["weight_decay"] == 0.1}
    assert decayed == {id(model[0].weight), id(model[3].weight)}
    assert sum(len(group["params"]) for group in groups) == 6


@pytest.mark.parametrize("name", ["sgd", "adamw"])
def test_a_step_is_that_of_torchs_plain_optimiser(name: str) -> None:
    ours, theirs = nn.Linear(3, 2, bias=False), nn.Linear(3, 2, bias=False)
    theirs.load_state_dict(ours.state_dict())
    settings = TrainSettings.model_validate({"optimizer": name, "lr": 0.1, "momentum": 0.8, "weight_decay": 0.01})
    plain = {
        "sgd": lambda w: torch.optim.SGD(w, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.01, foreach=False),
        "adamw": lambda w: torch.optim.AdamW(w, lr=0.1, betas=(0.8, 0.999), weight_decay=0.01, foreach=False),
    }[name](theirs.parameters())
    for model, optimizer in ((ours, recipe.optimizer(settings, ours)), (theirs, plain)):
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.ones(1, 3)).square().sum().backward()
            optimizer.step()
    torch.testing.assert_close(ours.weight, theirs.weight)


def test_label_smoothing_by_hand() -> None:
    answers, labels = torch.tensor([[2.0, 0.0]]), torch.tensor([0])
    likely, unlikely = -math.log(1 / (1 + math.exp(-2))), -math.log(1 / (1 + math.exp(2)))
    assert recipe.loss(answers, labels, smoothing=0.2).item() == pytest.approx(0.9 * likely + 0.1 * unlikely)


def test_an_auxiliary_head_counts_a_third() -> None:
    first, second, labels = torch.randn(4, 3), torch.randn(4, 3), torch.tensor([0, 1, 2, 0])
    expected = F.cross_entropy(first, labels) + 0.3 * F.cross_entropy(second, labels)
    torch.testing.assert_close(recipe.loss((first, second), labels, smoothing=0.0), expected)


def test_an_average_follows_the_weights_and_counts_its_first_steps_short() -> None:
    model = nn.Linear(1, 1, bias=False)
    model.weight.data.fill_(0.0)
    average = recipe.Average(model, decay=0.5)
    model.weight.data.fill_(1.0)
    average.update(0)  # memory (1 + 0) / (10 + 0) = 0.1
    assert average.model.weight.item() == pytest.approx(0.9)
    average.update(100)  # memory min(0.5, 101 / 110)
    assert average.model.weight.item() == pytest.approx(0.95)
