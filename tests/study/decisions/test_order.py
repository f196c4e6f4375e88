"""One order: which outcomes a decision knows."""

from __future__ import annotations

from nas.study.decisions.order import Order
from nas.study.trial import Trial


def begun(order: Order, count: int) -> list[Trial]:
    """So many trials of one leg each."""
    trials = [Trial(number, "running") for number in range(count)]
    for trial in trials:
        order.begin(trial, None)
    return trials


def test_a_decision_has_to_know_the_legs_that_lie_a_window_before_it():
    order = Order(window=3)
    dues = []
    for number in range(5):
        dues.append(order.due)
        order.begin(Trial(number, "running"), None)
    assert dues == [0, 0, 0, 1, 2]


def test_legs_become_known_in_their_order_up_to_the_first_that_is_open():
    order = Order(window=1)
    trials = begun(order, 4)
    for number in (0, 2, 3):
        trials[number].state = "finished"
    assert [trial.number for trial, _ in order.learn(4)] == [0]
    assert [trial.number for trial in order.running] == [1]
    trials[1].state = "failed"
    assert [trial.number for trial, _ in order.learn(3)] == [1, 2]
    assert order.known == 3


def test_a_paused_trial_has_a_second_leg_behind_those_that_were_begun_meanwhile():
    order = Order(window=2)
    first, second = begun(order, 2)
    first.state = "paused"
    list(order.learn(1))
    order.begin(first, 3)
    assert [(trial.number, leg.place, leg.known, leg.until) for trial, leg in order.legs] == [
        (0, 0, 0, None),
        (1, 1, 0, None),
        (0, 2, 1, 3),
    ]
    assert not order.is_open(0)
    assert order.running == [second, first]


def test_stored_legs_come_back_in_their_places_and_say_what_was_known():
    order, again = Order(window=2), Order(window=2)
    trials = begun(order, 2)
    trials[0].state = "paused"
    list(order.learn(1))
    order.begin(trials[0], None)
    assert again.restore(reversed(trials)) == 1
    assert again.legs == order.legs
    assert Order(window=2).restore([]) == 0
