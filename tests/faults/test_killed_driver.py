"""The driver is killed at any moment, and the resume too: nothing is lost, nothing runs twice, the table is the same (P1, P2)."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from commands import ForkServer, Home, RealCommand, kill_machine, serving
from harness import RULES, Broken, check_over
from records import Record
from settled import check_settled
from trials import PACE

from nas.study import Run


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with serving() as server:
        assert not server.has_torch
        yield server


@pytest.fixture
def unbroken(server: ForkServer, memory_folder: Path) -> Callable[[str], tuple[Path, float]]:
    """The run that was not broken off under a stop rule, and how many seconds it took."""
    found: dict[str, tuple[Path, float]] = {}

    def of(rule: str) -> tuple[Path, float]:
        if rule not in found:
            search = Broken(server, Home(memory_folder / rule), RULES[rule])
            began = time.monotonic()
            assert search.go_on() == 0
            found[rule] = search.run, time.monotonic() - began
        return found[rule]

    return of


@pytest.mark.parametrize("kills", [20, pytest.param(1000, marks=pytest.mark.long)])
def test_a_search_that_is_killed_at_random_moments_is_the_unbroken_one(server, unbroken, memory_folder, record: Record, kills):
    random_ = random.Random(5)
    done = runs = 0
    while done < kills:
        rule = list(RULES)[runs % len(RULES)]
        twin, seconds = unbroken(rule)
        home = Home(memory_folder / str(runs))
        search = Broken(server, home, RULES[rule])
        for _ in range(random_.randint(1, 3)):
            if random_.random() < 0.5:
                search.go_on(kill_after=random_.uniform(0, seconds))
            else:  # however busy the machine is
                search.go_on(kill_when=len(search.heard()) + random_.randint(1, 20))
        assert search.go_on() == 0
        check_over(search, twin)
        shutil.rmtree(home.folder)
        done, runs = done + search.kills, runs + 1
    found = f"0 lost, 0 run again, 0 left running, 0 of {runs} tables differ"
    fault = "the driver killed at random moments, the resume too; stop rules none, halving, pause"
    record("P1", fault, times=done, promised="nothing lost, nothing run again, the table of the unbroken search", found=found)


def test_rows_that_a_kill_left_running_are_found_and_settled_by_the_resume(server, memory_folder):
    search = Broken(server, Home(memory_folder / "rows", {PACE: "1"}), RULES["pause"])
    search.go_on(kill_when=1)
    search.home = Home(search.home.folder)
    with pytest.raises(AssertionError, match="rows are RUNNING"):
        check_settled(Run.open(search.run, allow_code=True))
    assert search.go_on() == 0
    check_settled(Run.open(search.run, allow_code=True))


def test_the_forked_driver_behaves_as_the_real_command(unbroken, memory_folder):
    twin, _ = unbroken("pause")
    search = Broken(RealCommand(), Home(memory_folder / "real"), RULES["pause"], runner="local")
    search.go_on(kill_when=9)
    assert search.kills == 1
    assert search.go_on() == 0
    check_over(search, twin)
    lines = [(home.folder / "err").read_text().splitlines() for home in (search.home, Home(twin.parent))]
    told = [{line for line in text if line.startswith("trial")} for text in lines]
    assert told[0] <= told[1]  # the same lines for a person, in whatever order of broken-off and resumed
    assert len(told[1] - told[0]) <= search.kills  # a kill may come when a trial is noted, and before its line is said


@pytest.mark.long
@pytest.mark.parametrize("workers", [1, 2, 4])
def test_a_search_on_ray_whose_machine_dies_is_the_unbroken_one(unbroken, short_folder, record: Record, workers):
    """All processes of the search are killed at once, as when the power fails; the run's folder is what remains."""
    random_ = random.Random(workers)
    profile = f"engine: ray\nworkers: {workers}\ncpus: {min(1.0, 2 / workers)}"
    kills, runs = 0, 0
    while kills < 10:
        rule = list(RULES)[runs % len(RULES)]
        twin, _ = unbroken(rule)
        search = Broken(RealCommand(), Home(short_folder / str(runs), {PACE: "0.02"}), RULES[rule], runner=profile)
        for _ in range(2):
            search.go_on(kill_after=random_.uniform(4, 14), kill=lambda pid, home=search.home: kill_machine(home))
            shutil.rmtree(search.home.temporary)  # a machine that died comes back with empty temporary folders
        assert search.go_on() == 0
        check_over(search, twin)
        kills, runs = kills + search.kills, runs + 1
    fault = f"all processes of a search with Ray killed at once, {workers} workers; stop rules none, halving, pause"
    found = f"0 lost, 0 run again, 0 left running, 0 of {runs} tables differ"
    record("P2", fault, times=kills, promised="the table of the unbroken search with one worker", found=found)
