"""A search that is extended is the longer one from the start, whatever decides what to try, killed in both parts (P13)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from commands import ForkServer, Home, serving
from harness import RULES, Broken, check_over, table
from records import Record

from nas.prepare import STRATEGIES

# How each strategy is tried: the stop rule, and settings; two objectives, where it takes them. A rule that pauses is
# not among them: the shorter search goes on with what was paused when it has begun all its trials (tests/study/test_pausing.py).
ONE, TWO = "objectives=[error]", "objectives=[error, macs]"
HOW = {
    "random": ("none", TWO),
    "tpe": ("halving", ONE),
    "nsga2": ("none", TWO),
    "gp": ("halving", ONE),
    "evolution": ("halving", ONE),
    "local": ("none", ONE),
    "surrogate": ("none", ONE),
    "grid": ("halving", ONE, "network.width=4", "network.depth={int: [1, 12]}"),  # all that is left can be counted
}
LONG = [pytest.param(name, 50, 100, marks=pytest.mark.long) for name in HOW]


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with serving() as server:
        yield server


def test_every_strategy_that_is_shipped_is_tried():
    assert set(HOW) == set(STRATEGIES)


@pytest.mark.parametrize(("strategy", "first", "trials"), [("evolution", 12, 24), ("random", 12, 24), *LONG])
def test_a_search_that_is_extended_is_the_longer_one(server, memory_folder, record: Record, strategy, first, trials):
    rule, *more = HOW[strategy]
    settings = (*RULES[rule], f"strategy.name={strategy}", *more)
    longer, shorter = (Broken(server, Home(memory_folder / name), settings) for name in ("longer", "shorter"))
    longer.settings = (*settings, f"strategy.trials={trials}")
    assert longer.go_on() == 0
    shorter.settings = (*settings, f"strategy.trials={first}")
    for planned in (first, trials):
        shorter.go_on(kill_when=len(shorter.heard()) + 9)
        assert shorter.go_on() == 0
        assert sum(row[2] in ("finished", "stopped") for row in table(shorter.run)) == planned
        shorter.more = ("--trials", str(trials))
    assert shorter.kills == 2
    check_over(shorter, longer.run)
    record(
        "P13",
        f"{first} trials, killed, extended to {trials}, killed; strategy {strategy}, stop rule {rule}",
        times=1,
        promised=f"the table of {trials} trials at once",
        found="equal",
    )
