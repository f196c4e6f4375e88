"""Stage widths that spend a budget to the percent."""

from __future__ import annotations

from collections.abc import Sequence

from nas.space.equal import matched


def squares(budget: int):
    """A cost that grows with the square of each width."""
    return lambda widths: sum(width * width for width in widths) / budget


def test_a_pattern_that_is_near_enough_stays():
    assert matched(squares(500), [10, 20], least=1, step=1, tolerance=0.01) == [10, 20]


def test_stages_depart_from_their_proportions_as_little_as_will_do():
    # 10:20 spends 500 of 545. 11:20 is 521, 10:21 is 541 and within the percent; 11:21, which departs less, is over it.
    assert matched(squares(545), [10, 20], least=1, step=1, tolerance=0.01) == [10, 21]


def test_where_nothing_is_near_enough_it_is_what_spends_the_most():
    found = matched(squares(509), [10, 20], least=1, step=1, tolerance=0.0001)
    others = [(a, b) for a in range(4, 17) for b in range(14, 27) if a * a + b * b <= 509]
    assert sum(width * width for width in found) == max(a * a + b * b for a, b in others)


def test_widths_are_multiples_and_not_below_the_least():
    asked: list[Sequence[int]] = []

    def share(widths: Sequence[int]) -> float:
        asked.append(widths)
        return 0.5

    matched(share, [16, 32], least=12, step=4, tolerance=0.01)
    assert {width % 4 for widths in asked for width in widths} == {0}
    assert min(width for widths in asked for width in widths) == 12


def test_widths_that_make_no_network_are_passed_over():
    def share(widths: Sequence[int]) -> float | None:
        return None if widths[0] % 2 else squares(541)(widths)

    assert matched(share, [10, 20], least=1, step=1, tolerance=0.01) == [10, 21]


def test_only_the_last_three_stages_change():
    asked: list[Sequence[int]] = []
    matched(lambda widths: asked.append(widths) or 0.5, [4, 8, 16, 32], least=1, step=1, tolerance=0.01)
    assert {widths[0] for widths in asked} == {4}
