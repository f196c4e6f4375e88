"""The macro space of TransNAS-Bench-101 against the paper's count and an independent network in torch."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from math import comb, exp, log
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from nas.genome import Genome
from nas.space import load
from nas.space.check import check
from nas.space.choice import Suggests
from nas.space.drawing import every
from nas.space.report import Count

Pattern = tuple[tuple[int, ...], tuple[int, ...]]


@pytest.fixture(scope="module")
def patterns() -> list[Pattern]:
    """Strides and growths of all networks."""
    return [
        tuple(tuple(values[f"stage{n}.{name}"] for n in range(1, values["stages"] + 1)) for name in ("stride", "growth"))
        for values in every(load("transnas-macro").kind.structure)  # type: ignore[attr-defined]
    ]  # type: ignore[return-value]


def test_it_holds_the_3256_networks_of_the_paper_each_once(patterns: list[Pattern]) -> None:
    assert len(patterns) == len(set(patterns)) == 3256
    by_length = Counter(len(strides) for strides, _ in patterns)
    assert by_length == {n: sum(comb(n, k) for k in range(1, 5)) * sum(comb(n, k) for k in range(1, 4)) for n in (4, 5, 6)}


def test_one_to_four_modules_halve_and_one_to_three_double(patterns: list[Pattern]) -> None:
    assert {strides.count(2) for strides, _ in patterns} == {1, 2, 3, 4}
    assert {growths.count(2) for _, growths in patterns} == {1, 2, 3}
    assert {value for pattern in patterns for values in pattern for value in values} == {1, 2}


def test_the_check_counts_them_and_finds_no_two_alike() -> None:
    report: Any = check(load("transnas-macro"))
    assert report.structures == report.genomes == Count(3256, True)
    assert report.feasible == {8: (210, 210), 10: (750, 750), 12: (2296, 2296)}
    assert report.distinct[0] == report.distinct[1] > 50
    # Cheapest: four modules, the last doubles. Dearest: six, the first three double, so that all six have 512 channels after.
    assert report.cheapest.choices["stages"] == 4
    assert [report.cheapest.choices[f"stage{n}.growth"] for n in range(1, 5)] == [1, 1, 1, 2]
    assert [report.dearest.choices[f"stage{n}.growth"] for n in range(1, 7)] == [2, 2, 2, 1, 1, 1]


class Counted:
    """Passes questions on, and knows how likely the answers are where each is drawn evenly."""

    def __init__(self, trial: Suggests) -> None:
        self.trial, self.chance = trial, 1.0

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        self.chance /= high - low + 1
        return self.trial.suggest_int(name, low, high)

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        raise AssertionError(f"{name} is no number with fractions")

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        self.chance /= len(choices)
        return self.trial.suggest_categorical(name, choices)


@pytest.mark.parametrize(("stages", "networks", "as_varied"), [(4, 210, 197), (5, 750, 664), (6, 2296, 1722)])
def test_random_draws_of_a_length_are_nearly_even(stages: int, networks: int, as_varied: int) -> None:
    kind: Any = load("transnas-macro", overrides=[f"network.stages={stages}"]).kind

    def chance(trial: Suggests) -> float:
        counted = Counted(trial)
        kind.structure(counted)
        return counted.chance

    chances = list(every(chance))
    assert len(chances) == networks
    assert sum(chances) == pytest.approx(1)
    assert exp(-sum(p * log(p) for p in chances)) == pytest.approx(as_varied, abs=0.5)  # of an even draw: all of them


def published(code: str, *, stem_stride: int, classes: int) -> nn.Module:
    """A network by its published code, such as 1234: 1 keeps, 2 doubles, 3 halves, 4 does both; in each two basic blocks.

    From the description alone: stem of 32 and 64 channels, projections where the shape changes, no bias but the last.
    """

    class Block(nn.Module):
        def __init__(self, before: int, after: int, stride: int) -> None:
            super().__init__()
            self.body = nn.Sequential(
                nn.Conv2d(before, after, 3, stride, 1, bias=False),
                nn.BatchNorm2d(after),
                nn.Conv2d(after, after, 3, 1, 1, bias=False),
                nn.BatchNorm2d(after),
            )
            changes = stride > 1 or before != after
            projection = (nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after)) if changes else ()
            self.shortcut = nn.Sequential(*projection)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.body(x) + self.shortcut(x)

    each = stem_stride // 2 or 1
    layers: list[nn.Module] = [nn.Conv2d(3, 32, 3, each, 1, bias=False), nn.BatchNorm2d(32)]
    layers += [nn.Conv2d(32, 64, 3, each, 1, bias=False), nn.BatchNorm2d(64)]
    widths = [64]
    for digit in code:
        widths.append(widths[-1] * (2 if digit in "24" else 1))
    for digit, (before, after) in zip(code, pairwise(widths), strict=True):
        layers += [Block(before, after, 2 if digit in "34" else 1), Block(after, after, 1)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(widths[-1], classes))


def coded(code: str, *, side: int, stem_stride: int, classes: int) -> Genome:
    """The same from the search space."""
    strides, growths = [2 if digit in "34" else 1 for digit in code], [2 if digit in "24" else 1 for digit in code]
    overrides = [f"network.stages={len(code)}", f"network.stem.stride={stem_stride}"]
    overrides += [f"network.stride={strides}", f"network.growth={growths}"]
    (genome,) = every(load("transnas-macro", overrides=overrides).bound(input_shape=(3, side, side), classes=classes).genome)
    return genome


@pytest.mark.parametrize(
    ("code", "side", "stem_stride", "classes"),
    [("1234", 32, 1, 10), ("1234", 256, 4, 75), ("41414", 256, 4, 47), ("222333", 32, 1, 10), ("313431", 256, 4, 47)],
)
def test_costs_are_those_of_the_published_network_as_torch_counts_them(
    code: str, side: int, stem_stride: int, classes: int
) -> None:
    genome = coded(code, side=side, stem_stride=stem_stride, classes=classes)
    with torch.device("meta"):
        network = published(code, stem_stride=stem_stride, classes=classes).eval()
        image = torch.empty(1, 3, side, side)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(image)
    assert genome.params == sum(weight.numel() for weight in network.parameters())
    assert genome.macs == counter.get_total_flops() // 2


def test_params_by_hand() -> None:
    """1234 and 75 classes: stem, two blocks of 64, to 128, two more of 128 with a projection, to 256, and the classifier."""

    def block(before: int, after: int, *, projected: bool) -> int:
        return 9 * before * after + 9 * after * after + 4 * after + projected * (before * after + 2 * after)

    stem = 9 * 3 * 32 + 2 * 32 + 9 * 32 * 64 + 2 * 64
    modules = (
        2 * block(64, 64, projected=False)
        + block(64, 128, projected=True) + block(128, 128, projected=False)
        + block(128, 128, projected=True) + block(128, 128, projected=False)
        + block(128, 256, projected=True) + block(256, 256, projected=False)
    )  # fmt: skip
    assert coded("1234", side=256, stem_stride=4, classes=75).params == stem + modules + 256 * 75 + 75
