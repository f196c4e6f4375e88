"""Which hyper-parameters are admissible, and what an error says of the others."""

from __future__ import annotations

from typing import Any

import pytest

from nas.errors import GenomeError
from nas.zoo.rules import at_least, one_of, repeats


def refused(rule: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(GenomeError) as caught:
        rule(*arguments, **options)
    return str(caught.value)


@pytest.mark.parametrize(("depth", "n"), [(8, 1), (20, 3), (110, 18), (1202, 200)])
def test_a_depth_says_how_often_a_stage_repeats(depth: int, n: int) -> None:
    assert repeats("depth", depth, step=6, plus=2) == n


@pytest.mark.parametrize(
    ("depth", "nearest"),
    [
        (19, "; the nearest are 14 and 20"),
        (21, "; the nearest are 20 and 26"),
        (22.5, "; the nearest are 20 and 26"),
        (7, "; the nearest is 8"),
        (2, "; the nearest is 8"),
        (-100, "; the nearest is 8"),
        (True, ""),
        ("20", ""),
        (None, ""),
        (float("nan"), ""),
        (float("inf"), ""),
    ],
)
def test_another_depth_shows_the_rule_and_the_nearest(depth: Any, nearest: str) -> None:
    assert refused(repeats, "depth", depth, step=6, plus=2) == f"depth must be 6n + 2, 8 at least, got {depth!r}{nearest}"


def test_a_rule_may_ask_for_several_repetitions() -> None:
    assert repeats("depth", 13, step=3, plus=4, least=3) == 3
    text = "depth must be 3n + 4, 13 at least, got 10; the nearest is 13"
    assert refused(repeats, "depth", 10, step=3, plus=4, least=3) == text


def test_a_known_value_is_admitted() -> None:
    one_of("shortcut", "A", ("A", "B"))
    one_of("shortcut", "A", {"A": 1})
    one_of("depth", 50, (18, 34, 50))


@pytest.mark.parametrize(
    ("value", "known", "text"),
    [
        ("C", ("A", "B"), "x must be one of A, B, got 'C'"),
        ("botleneck", ("basic", "bottleneck"), "x must be one of basic, bottleneck, got 'botleneck'; did you mean 'bottleneck'?"),
        (60, (18, 34, 50, 101), "x must be one of 18, 34, 50, 101, got 60; the nearest is 50"),
        (1.4, (0.5, 1.0, 2.0), "x must be one of 0.5, 1.0, 2.0, got 1.4; the nearest is 1.0"),
        (True, (1, 2), "x must be one of 1, 2, got True"),
        (["A"], ("A", "B"), "x must be one of A, B, got ['A']"),
        (3, ("A", "B"), "x must be one of A, B, got 3"),
        (None, (1, 2), "x must be one of 1, 2, got None"),
    ],
)
def test_another_value_shows_the_nearest(value: Any, known: tuple, text: str) -> None:
    assert refused(one_of, "x", value, known) == text


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "2", None])
def test_a_count_is_a_whole_number_of_at_least_one(value: Any) -> None:
    at_least("widen", 1, 1)
    assert refused(at_least, "widen", value, 1) == f"widen must be a whole number of at least 1, got {value!r}"
