"""Trials that raise, or measure NaN, in their first, middle and last epoch; a clock that jumps back."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest
from commands import ForkServer, Home, RealCommand, serving
from harness import RULES, Broken, check_clean, check_over, rows
from records import Record
from settled import check_settled

from nas.study import Run

RAY = "engine: ray\nworkers: 2\ncpus: 1"
SECONDS = 60


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    with serving() as server:
        yield server


@pytest.mark.parametrize(
    "runner", ["engine: inline", pytest.param("local", marks=pytest.mark.long), pytest.param(RAY, marks=pytest.mark.long)]
)
def test_a_trial_that_fails_in_any_epoch_is_recorded_with_its_reason_and_last_metrics(server, tmp_path, record: Record, runner):
    command = server if runner == "engine: inline" else RealCommand()
    search = Broken(command, Home(tmp_path), ("evaluator=trials:raising", "strategy.trials=12"), runner=runner)
    assert search.go_on() == 0
    trials = Run.open(search.run, allow_code=True).trials
    for number, epoch in enumerate((1, 2, 4)):
        raised, measured = trials[number], trials[number + 3]
        assert (raised.state, raised.reason) == ("failed", f"error: ArithmeticError: in epoch {epoch}")
        assert (measured.state, measured.reason) == ("failed", f"not a number: error = nan after epoch {epoch}")
        for trial in (raised, measured):
            assert list(trial.curve) == list(range(1, epoch))
            assert trial.metrics == trial.curve.get(epoch - 1, {})
    assert {trial.state for trial in trials[6:]} == {"finished"}
    assert rows(search.run) == ["FAIL"] * 6 + ["COMPLETE"] * 6
    check_settled(Run.open(search.run, allow_code=True))
    check_clean(search.home, search.run)
    fault = f"a trial raises, or measures NaN, in its first, middle and last epoch ({runner.splitlines()[0]})"
    record(
        "P5",
        fault,
        times=6,
        promised="recorded with reason and last metrics; the others go on",
        found="6 of 6; 6 others finished",
    )


CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
#include <sys/time.h>
static long asked;
static long shift(void) { return asked++ / 5 % 2 ? -3600 : 0; }  /* back by an hour, and forth, each 5 times it is asked */
int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int answer = real(clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec += shift();
    return answer;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""


@pytest.mark.skipif(shutil.which("cc") is None, reason="no compiler for a clock that jumps")
def test_a_clock_that_jumps_back_changes_nothing(server, tmp_path, record: Record):
    (tmp_path / "clock.c").write_text(CLOCK)
    clock = tmp_path / "clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", clock, tmp_path / "clock.c", "-ldl"], check=True)
    twin = Broken(server, Home(tmp_path / "twin"), RULES["pause"])
    assert twin.go_on() == 0
    with serving(extra={"LD_PRELOAD": str(clock)}) as forked:
        jumping = Broken(forked, Home(tmp_path / "jumping"), RULES["pause"])
        jumping.go_on(kill_when=9)
        assert jumping.kills == 1
        assert jumping.go_on() == 0
        assert forked.wait(forked.start(["show", "run", "--allow-code"], jumping.home)) == 0, jumping.home.err.read_text()
    check_over(jumping, twin.run)
    run = Run.open(jumping.run, allow_code=True)
    assert all(0 <= trial.seconds < SECONDS for trial in run.trials)
    stored = run.store._study.get_trials(deepcopy=False)
    back = sum(row.datetime_complete < row.datetime_start for row in stored if row.datetime_complete and row.datetime_start)
    assert back > 0, "the clock did not jump"
    found = f"equal; {back} rows end before they begin, no trial took less than 0 s"
    fault = "a clock that jumps back by an hour every 5 times it is asked; the driver killed once"
    record("P2", fault, times=1, promised="the table of the unbroken search", found=found)
