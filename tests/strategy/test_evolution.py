"""Regularised evolution: who is a parent, what a child inherits, and what it finds."""

from __future__ import annotations

import math

import optuna
import pytest

from nas.strategy import View
from nas.strategy.directed import Directed
from nas.strategy.evolution import PARENTS, Evolution, crowding, evolution

LETTERS = "abcde"
VIEW = View(lambda trial: None)


def ops(number: int) -> dict[str, str]:
    return {"op1": LETTERS[number // 5 % 5], "op2": LETTERS[number % 5]}


def child(seed: int, **settings):
    return Directed(rule=Evolution(**settings), seed=seed)


def differences(one: dict, other: dict) -> int:
    return sum(one[name] != other[name] for name in one)


def test_a_child_differs_from_its_parent_in_one_choice(told, ask):
    for seed in range(50):
        rows = [{"depth": n + 1, "share": n / 100, "branches": 2 + n % 8} for n in range(10)]
        params, attrs = ask(told((row, [1.0]) for row in rows), child(seed, crossover=0.0), *rows[0])
        (parent,) = attrs[PARENTS]
        assert differences(params, rows[parent]) == 1


def test_a_tournament_of_all_takes_the_best(told, ask):
    for direction, best in (("minimize", 3), ("maximize", 7)):
        values = dict.fromkeys(range(10), 5.0) | {3: 1.0, 7: 9.0}
        study = told(((ops(n), [values[n]]) for n in range(10)), directions=[direction])
        assert ask(study, child(0, tournament=10, crossover=0.0), "op1", "op2")[1][PARENTS] == [best]


def test_the_old_die_however_good_they_are(told, ask):
    study = told(({"depth": n + 1}, [float(n)]) for n in range(40))  # the first is the best
    parents = {ask(study, child(seed, crossover=0.0), "depth")[1][PARENTS][0] for seed in range(60)}
    assert min(parents) >= 10  # 40 told, and 30 live
    assert 10 in parents


def test_whoever_breaks_a_constraint_or_was_stopped_or_runs_or_is_infinite_is_no_parent(told, ask):
    bad = [(ops(20), [-9.0], 0.5), (ops(21), None), (ops(22), "running"), (ops(23), [-math.inf])]
    for seed in range(30):
        study = told([*((ops(n), [float(n)]) for n in range(10)), *bad])
        assert max(ask(study, child(seed), "op1", "op2")[1][PARENTS]) < 10


def test_the_first_trials_are_random_until_a_tournament_can_be_held(told, ask):
    assert PARENTS not in ask(told((ops(n), [0.0]) for n in range(9)), evolution(0, VIEW), "op1", "op2")[1]
    assert PARENTS in ask(told((ops(n), [0.0]) for n in range(10)), evolution(0, VIEW), "op1", "op2")[1]


def test_a_child_of_two_takes_choices_from_both_and_one_that_is_new(told, ask):
    shared = 0
    for seed in range(60):
        study = told(({"depth": n + 1, "share": n / 100, "branches": 2 + n % 8}, [1.0]) for n in range(20))
        params, attrs = ask(study, child(seed, crossover=1.0), "depth", "share", "branches")
        rows = [study.get_trials(deepcopy=False)[number].params for number in attrs[PARENTS]]
        inherited = [name for name, value in params.items() if any(row[name] == value for row in rows)]
        assert len(inherited) >= 2
        shared += len(rows) == 2 and any(params[n] == rows[0][n] for n in params) and any(params[n] == rows[1][n] for n in params)
    assert shared > 15


def test_a_choice_that_the_parent_lacks_is_drawn_at_random(told, ask):
    drawn = set()
    for seed in range(60):
        study = told((ops(n), [float(n)]) for n in range(10))
        drawn.add(ask(study, evolution(seed, VIEW), "op1", "op2", "branches")[0]["branches"])
    assert drawn == set(range(2, 10))


def test_the_last_assignment_that_is_left_is_found(told, ask):
    study = told((ops(n), [float(n)]) for n in range(25) if n != 13)
    assert ask(study, evolution(0, VIEW), "op1", "op2")[0] == ops(13)


def test_trials_that_run_are_not_proposed_again(told, ask):
    rows = [(ops(n), [float(n)] if n < 12 else "running") for n in range(25) if n not in (8, 14)]
    study = told(rows)
    assert {str(ask(study, evolution(seed, VIEW), "op1", "op2")[0]) for seed in range(2)} == {str(ops(8)), str(ops(14))}


def test_with_two_objectives_the_front_stays_among_the_parents(told, ask):
    front = [({"depth": n + 1}, [float(n), float(-n)]) for n in range(5)]
    beaten = [({"depth": 50 + n}, [9.0, 9.0]) for n in range(40)]
    parents = set()
    for seed in range(100):
        study = told(front + beaten, directions=["minimize", "minimize"])
        parents |= set(ask(study, child(seed, crossover=0.0), "depth")[1][PARENTS])
    assert set(range(5)) <= parents


def test_of_two_on_the_front_the_less_crowded_is_the_parent(told, ask):
    # Five lie within 0.1, and one alone between them and the far end.
    points = [(0.0, 1.0), (0.02, 0.98), (0.04, 0.96), (0.06, 0.94), (0.5, 0.5), (1.0, 0.0)]
    counts = dict.fromkeys(range(6), 0)
    for seed in range(200):
        study = told((({"depth": n + 1}, list(p)) for n, p in enumerate(points)), directions=["minimize", "minimize"])
        counts[ask(study, child(seed, tournament=6, crossover=0.0), "depth")[1][PARENTS][0]] += 1
    assert min(counts[0], counts[4], counts[5]) > max(counts[1], counts[2], counts[3])


def test_crowding_by_hand():
    # Deb et al. 2002, section III.B: the ends infinite, else the sum of the neighbours' distances in shares of the range
    room = crowding([(0.0, 10.0), (1.0, 6.0), (4.0, 5.0), (10.0, 0.0)])
    assert room == {(0.0, 10.0): math.inf, (1.0, 6.0): 0.4 + 0.5, (4.0, 5.0): 0.9 + 0.6, (10.0, 0.0): math.inf}


@pytest.mark.parametrize("directions", [["minimize"], ["maximize"]])
def test_it_finds_better_ones_than_random_draws_do(directions):
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sign = 1 if directions == ["minimize"] else -1

    def best(sampler: optuna.samplers.BaseSampler) -> float:
        def value(trial: optuna.Trial) -> float:
            worth = sum((trial.suggest_int(f"n{i}", 0, 9) - 6) ** 2 for i in range(6))
            return sign * (worth + (trial.suggest_float("x", -1, 1) - 0.3) ** 2)

        study = optuna.create_study(directions=directions, sampler=sampler)
        study.optimize(value, n_trials=150)
        return sign * study.best_value

    ours = [best(evolution(seed, VIEW)) for seed in range(5)]
    assert max(ours) < min(best(optuna.samplers.RandomSampler(seed=seed)) for seed in range(5))
