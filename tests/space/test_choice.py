"""What may stand at a position, and what a choice draws."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from nas.errors import DocumentError
from nas.space.choice import IntChoice, OneOf, Solve
from nas.space.drawing import ContinuousError, RandomTrial, every


def wrong(make: Any, *network: str, **options: Any) -> str:
    with pytest.raises(DocumentError) as caught:
        make(*network, **options)
    return str(caught.value)


def test_a_position_takes_a_value_or_a_choice(make: Any) -> None:
    network = make("stages: 2", "depth: {int: [1, 9]}", "block: {choice: [basic, preact]}", "kernel: 5x5").file.network
    assert network.stages == 2
    assert network.depth == IntChoice(int=(1, 9))
    assert isinstance(network.block, OneOf)
    assert network.block.choice == ("basic", "preact")
    assert network.kernel == 5


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("depth: {int: [9, 1]}", "made.yaml:4:10: network.depth: a range goes from low to high, got [9, 1]"),
        ("depth: {int: [1, 9], step: 2, log: true}", "a logarithmic range starts at 1 or above and has no step"),
        ("depth: {int: [0, 3]}", "made.yaml:4:17: network.depth.int.0: must be greater than or equal to 1, got 0"),
        ("depth: {int: [1, 1000000]}", "must be less than or equal to 100000"),
        ("dropout: {float: [0.5, 0.1]}", "a range goes from low to high"),
        ("dropout: 1.0", "network.dropout: must be less than 1, got 1.0"),
        ("block: {choice: []}", "network.block.choice: "),
        ("block: {choice: [basic, basic]}", "the values of a choice differ, got ['basic', 'basic']"),
        ("block: {choice: [basic, preactt]}", "'preactt' is not a known block; did you mean 'preact'?"),
        ("connect: merge_run", "network.connect: 'merge_run' is not a known connectivity; did you mean 'merge-and-run'?"),
        ("kernel: 4", "a kernel is an odd number from 1 to 31, or such as 3x3, got 4"),
        ("kernel: 3x5", "a block's kernel is square, got 3x5"),
        ('shares: "1:0"', "shares are whole numbers above 0 joined by colons, such as 2:4:1:1, got 1:0"),
        ("width: {solve: parms}", "made.yaml:4:18: network.width.solve: 'parms' is not known here; did you mean 'params'?"),
        ("width: {solve: params, least: 9, most: 10, multiple: 8}", "no multiple of 8 lies between least (9) and most (10)"),
        ("dept: 3", "unknown key 'dept'; did you mean 'depth'?"),
        ("depth: {int: [1, 9], each: block}", "'block' is not known here; known: network, stage"),
        ("depth: true", "network.depth: "),
    ],
)
def test_a_wrong_position_is_refused_where_it_stands(line: str, text: str, make: Any) -> None:
    found = wrong(make, line)
    assert text in found
    assert found.startswith("made.yaml:4:")


def test_options_are_all_values_and_draws_are_among_them() -> None:
    choice = IntChoice(int=(1, 10), step=4)
    assert list(choice.options()) == [1, 5, 9]
    assert {choice.draw(RandomTrial(seed), "depth") for seed in range(60)} == {1, 5, 9}


def test_a_solved_width_is_a_multiple_within_its_range() -> None:
    assert list(Solve(solve="params", least=9, most=33, multiple=8).options()) == [16, 24, 32]


def test_a_logarithmic_range_draws_small_numbers_more_often() -> None:
    choice = IntChoice(int=(1, 64), log=True)
    drawn = [choice.draw(RandomTrial(seed), "width") for seed in range(2000)]
    assert {1, 64} <= set(drawn)
    # Half of log(65) lies below 8.06; evenly drawn it would be an eighth.
    assert sum(value < 8 for value in drawn) / 2000 == pytest.approx(0.498, abs=0.04)


def test_a_random_trial_draws_evenly_and_alike_for_one_seed() -> None:
    counts = Counter(RandomTrial(seed).suggest_categorical("block", ["a", "b", "c", "d"]) for seed in range(4000))
    assert all(abs(count - 1000) < 5 * 27.4 for count in counts.values())  # five standard deviations
    assert [RandomTrial(7).suggest_int("n", 1, 10**6) for _ in range(2)] == [RandomTrial(7).suggest_int("n", 1, 10**6)] * 2


def test_every_combination_comes_once() -> None:
    def draw(trial: Any) -> tuple[Any, ...]:
        first = trial.suggest_categorical("first", ["a", "b"])
        return first, trial.suggest_int("second", 2, 6, step=2), trial.suggest_int("third", 1, 2) if first == "b" else None

    found = list(every(draw))
    assert found == [("a", n, None) for n in (2, 4, 6)] + [("b", n, m) for n in (2, 4, 6) for m in (1, 2)]


def test_a_range_of_fractions_has_no_list() -> None:
    with pytest.raises(ContinuousError):
        list(every(lambda trial: trial.suggest_float("rate", 0.0, 0.5)))
