"""Numbers as people read them, and axes."""

from __future__ import annotations

import pytest

from nas.drawing.numbers import Axis, percent, short, shower


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (12, "12"),
        (999.9, "1k"),
        (1_534_000, "1.53M"),
        (0.0512, "0.0512"),
        (-2500, "-2.5k"),
        (4e9, "4G"),
    ],
)
def test_three_digits_and_a_prefix_are_shown(value, text):
    assert short(value) == text


def test_errors_are_percentages_and_costs_are_not():
    assert shower("test_error", [0.05])(0.05) == percent(0.05) == "5 %"
    assert shower("error", [5.0])(5.0) == "5"
    assert shower("latency_ms", [0.5])(0.5) == "0.5"


def test_ticks_are_round_and_within_the_axis():
    axis = Axis.over("depth", [3, 47])
    assert axis.ticks() == [0, 10, 20, 30, 40, 50]
    assert axis.low == 0
    assert axis.high >= 50


def test_a_wide_range_is_logarithmic():
    axis = Axis.over("params", [1e3, 1e6])
    assert axis.log
    assert axis.ticks() == [1e3, 1e4, 1e5, 1e6]
    assert axis.place(1e5) - axis.place(1e4) == pytest.approx(axis.place(1e4) - axis.place(1e3))


def test_a_whole_axis_has_only_whole_ticks():
    assert Axis.over("depth", [2, 4], whole=True).ticks() == [2, 3, 4]


@pytest.mark.parametrize("values", [[], [0.0], [5.0, 5.0], [-3.0, -3.0], [1e-9, 1e9], [0.0, 1e12], [1e-30, 1e30]])
def test_any_values_are_placed_inside_with_few_ticks(values):
    axis = Axis.over("x", values)
    assert all(0 <= axis.place(value) <= 1 for value in values)
    assert len(axis.ticks()) <= 6
    assert all(0 <= axis.place(tick) <= 1.000001 for tick in axis.ticks())


def test_ticks_of_a_narrow_range_have_as_many_digits_as_tell_them_apart():
    axis = Axis.over("params", [39_736, 39_856])
    assert axis.ticks() == [39_750, 39_800, 39_850]
    assert axis.labels() == ["39.75k", "39.8k", "39.85k"]
    assert Axis.over("error", [0.10001, 0.10009]).labels()[:2] == ["10.002 %", "10.004 %"]
