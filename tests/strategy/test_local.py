"""Local search: neighbours of the best, each once, and then a new start."""

from __future__ import annotations

import optuna

from nas.strategy import View
from nas.strategy.local import START, WEIGHTS, local

OPS = ("a", "b", "c", "d", "e")
VIEW = View(lambda trial: None)


def climbed(objective, *, trials: int, seed: int = 0, directions=("minimize",)) -> list[optuna.trial.FrozenTrial]:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(directions=list(directions), sampler=local(seed, VIEW))
    study.optimize(objective, n_trials=trials)
    return study.trials


def smooth(trial: optuna.Trial) -> float:
    """One optimum, at (e, e, e)."""
    return -float(sum(OPS.index(trial.suggest_categorical(f"op{n}", OPS)) for n in range(3)))


def bumpy(trial: optuna.Trial) -> float:
    """Two optima of one choice, at 2 and at 8; 8 is the better one."""
    place = trial.suggest_int("place", 0, 10)
    return min(abs(place - 2) + 1.0, abs(place - 8) * 1.0)


def test_each_trial_differs_in_one_choice_from_the_best_before_it_or_starts_anew():
    rows = climbed(smooth, trials=60)
    for row in rows[1:]:
        if row.system_attrs[START] == row.number:
            continue
        before = [other for other in rows[: row.number] if other.system_attrs[START] == row.system_attrs[START]]
        best = min(before, key=lambda other: (other.values, other.number))
        assert sum(best.params[name] != value for name, value in row.params.items()) == 1


def test_an_optimum_without_hills_is_reached_within_its_neighbourhoods():
    for seed in range(10):
        rows = climbed(smooth, trials=60, seed=seed)
        first = [row for row in rows if row.system_attrs[START] == 0]
        assert min(row.value for row in first) == -12
        assert len(first) <= 60


def test_when_all_neighbours_of_the_best_were_tried_the_next_trial_starts_anew():
    rows = climbed(smooth, trials=60)
    second = next(row for row in rows[1:] if row.system_attrs[START] == row.number)
    tried = [tuple(row.params.values()) for row in rows[: second.number]]
    neighbours = {("e",) * n + (op,) + ("e",) * (2 - n) for n in range(3) for op in OPS}
    assert neighbours <= set(tried)


def test_a_new_start_leaves_the_worse_of_two_optima():
    for seed in range(10):
        rows = climbed(bumpy, trials=11, seed=seed)
        assert sorted(row.params["place"] for row in rows) == list(range(11))


def test_a_wide_range_of_numbers_is_climbed_in_large_steps_too():
    for seed in range(10):
        rows = climbed(lambda trial: -float(trial.suggest_int("n", 1, 1000)), trials=60, seed=seed)
        assert min(row.value for row in rows) <= -900


def test_a_result_that_comes_late_is_followed():
    """Neighbours are proposed without waiting; the climb goes on from the one that turned out better."""
    study = optuna.create_study()

    def ask() -> optuna.Trial:
        study.sampler = local(len(study.get_trials(deepcopy=False)), VIEW)
        trial = study.ask()
        trial.suggest_int("n", 0, 9)
        return trial

    study.enqueue_trial({"n": 5})
    first = ask()
    study.tell(first, 50.0)
    beside, other, elsewhere = ask(), ask(), ask()
    assert {beside.params["n"], other.params["n"]} == {first.params["n"] - 1, first.params["n"] + 1}
    study.tell(elsewhere, 80.0)
    study.tell(other, 49.0)
    assert abs(ask().params["n"] - other.params["n"]) == 1


def test_with_two_objectives_climbs_go_different_ways():
    def two(trial: optuna.Trial) -> tuple[float, float]:
        depth, width = (trial.suggest_int(name, 0, 20) for name in ("depth", "width"))
        return (depth - 20) ** 2 + width, (depth**2) + 20.0 - width

    rows = climbed(two, trials=150, directions=("minimize", "minimize"))
    starts = {row.system_attrs[START] for row in rows}
    ends = set()
    for start in starts:
        mine = [row for row in rows if row.system_attrs[START] == start]
        ends.add(mine[-1].params["depth"])
    assert len(starts) >= 3
    assert max(ends) - min(ends) > 5


def test_a_climb_follows_the_weights_of_its_start():
    values = {"n": optuna.distributions.IntDistribution(0, 9)}
    for weights, best in (([1.0, 0.0], 2), ([0.0, 1.0], 7)):
        study = optuna.create_study(directions=["minimize", "minimize"], sampler=local(0, VIEW))
        for number, (n, found) in enumerate([(5, [5.0, 5.0]), (2, [1.0, 9.0]), (7, [9.0, 1.0])]):
            attrs = {START: 0} | ({WEIGHTS: weights} if number == 0 else {})
            study.add_trial(optuna.trial.create_trial(params={"n": n}, distributions=values, values=found, system_attrs=attrs))
        assert abs(study.ask(values).params["n"] - best) == 1
