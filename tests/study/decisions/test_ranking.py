"""Who stands before whom, against countings by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nas.study.decisions.ranking import Arrivals, Fronts, Line, before


def test_of_one_value_the_smaller_ones_stand_before_and_equals_do_not():
    others = np.array([[0.1], [0.2], [0.2], [0.3]])
    assert [before((value,), others, enough=9) for value in (0.1, 0.2, 0.25, 0.4)] == [0, 1, 3, 4]


def test_of_two_values_the_fronts_before_count_and_within_a_front_the_lonelier_ones():
    first = [[0.0, 4.0], [4.0, 0.0]]
    assert before((5.0, 5.0), np.array(first), enough=9) == 2
    # On one front: its ends are lonelier than any; of the two within it the one with more room stands first.
    front = np.array([[0.0, 10.0], [10.0, 0.0], [1.0, 8.0]])
    assert before((5.0, 4.0), front, enough=9) == 2
    assert before((0.5, 9.0), front, enough=9) == 3


def test_arrivals_are_those_of_the_first_so_many_legs():
    arrivals = Arrivals(2)
    for place in (0, 3, 4):
        arrivals.add(place, (place / 10, 1.0))
    assert arrivals.of_first(4).tolist() == [[0.0, 1.0], [0.3, 1.0]]
    assert arrivals.of_first(0).shape == (0, 2)


@pytest.mark.parametrize("kind", [Line, Fronts])
def test_one_in_so_many_goes_on_the_best_first_and_never_more(kind):
    line = kind()
    for number, value in enumerate([0.5, 0.1, 0.3, 0.2]):
        line.add(number, (value,) if kind is Line else (value, value))
    promoted = []
    while (number := line.best(2)) is not None:
        promoted.append(number)
        line.promote(number)
    assert promoted == [1, 3]  # two of four
    line.add(4, (0.0,) if kind is Line else (0.0, 0.0))
    assert line.best(2) is None  # the best of all, and two of five went on already
    line.add(5, (0.9,) if kind is Line else (0.9, 0.9))
    assert line.best(2) == 4


@pytest.mark.parametrize("kind", [Line, Fronts])
def test_who_is_not_among_the_first_waits_and_of_equals_the_first_number_goes_on(kind):
    line = kind()
    assert line.best(1) is None
    for number in (2, 5):
        line.add(number, (0.5,) if kind is Line else (0.5, 0.5))
    assert line.best(3) is None
    assert line.best(2) == 2
