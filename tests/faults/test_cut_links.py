"""Clusters of several hosts on this machine, whose links are cut for a while or for good, lose packets, or are slow."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import patience
import pytest
from clusters import CARRIED_ON, TRIALS, Cluster, Searches, Searching, nodes, table
from hosts import Hosts, hosts, why_not
from settled import check_settled

import nas

pytestmark = pytest.mark.skipif(bool(why_not()), reason=why_not())

EPOCH_SECONDS = 1.0
FOR_GOOD = float("inf")
GONE_SECONDS = 120.0  # for the Ray of a node that hears that it was given up


@dataclass
class Spread:
    """A cluster over hosts: the head on host 0, without workers unless there is only one other; a node on each of the others.

    The last host is the one whose link suffers.
    """

    hosts: Hosts
    head: Cluster
    others: list[Cluster]
    victim: int
    folder: Path
    search: Searches

    def start(self, *options: str, on: int = 0) -> Searching:
        return self.search(
            f"address: {self.head.address}\nretries: 3",
            *options,
            environment=self.head.environment,
            epoch_seconds=EPOCH_SECONDS,
            before=self.hosts.inside(on),
        )

    def cut_in_mid_trial(self, found: Searching, *, late: bool, **link: float | bool) -> tuple[str, str]:
        """Change the link of the victim while it has begun a trial; gives the number of the trial and of its process.

        late: what that process writes from now on, it writes when another attempt has.
        """
        space = os.readlink(f"/proc/{self.hosts.holder(self.victim)}/ns/net")
        found.wait_until(lambda: any(line[0] == "begin" and line[4] == space for line in found.lines))
        seen = len(found.lines)  # a worker is there: the next trial comes at once
        found.wait_until(lambda: any(line[0] == "begin" and line[4] == space for line in found.lines[seen:]))
        number, _, process = next(line[1:4] for line in reversed(found.lines) if line[0] == "begin" and line[4] == space)
        if late:
            (self.folder / "late").write_text(process)
        self.hosts.link(self.victim, **link)  # type: ignore[arg-type]
        return number, process


@pytest.fixture
def spread(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Spread]:
    """Its parameter: how many hosts."""
    count: int = request.param
    # Nodes inherit the environment of their starter, and evaluators read it.
    for name, value in {"LOG": tmp_path / "log", "LATE": tmp_path / "late", "EPOCH_SECONDS": EPOCH_SECONDS}.items():
        monkeypatch.setenv(name, str(value))
    with ExitStack() as stack:
        net = stack.enter_context(hosts(count))
        head = stack.enter_context(nodes("--host", net.address(0), before=net.inside(0)))
        joining = (head.address, head.environment["RAY_AUTH_TOKEN_PATH"])
        others = [
            stack.enter_context(nodes("--host", net.address(host), *joining, before=net.inside(host))) for host in range(1, count)
        ]
        for node in others if len(others) > 1 else [head, *others]:
            node.add()
        search = Searches(tmp_path, CARRIED_ON)
        stack.callback(search.end)
        yield Spread(net, head, others, count - 1, tmp_path, search)


@pytest.fixture
def unbroken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[nas.Run]:
    """The same search without a cluster."""
    folder = tmp_path / "unbroken"
    folder.mkdir()
    (folder / "struck.yaml").write_text(CARRIED_ON)
    with monkeypatch.context() as patch:
        for name, value in {"LOG": folder / "log", "LATE": folder / "late", "EPOCH_SECONDS": 0}.items():
            patch.setenv(name, str(value))
        yield nas.search(folder / "struck.yaml", runner="local", out=folder / "run", trials=TRIALS, allow_code=True)


def seconds_until(what: object, condition, *, seconds: float) -> float:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"{what} takes more than {seconds:g} s"
        time.sleep(0.1)
    return time.monotonic() - began


def check(found: Searching, unbroken: nas.Run) -> Counter[str]:
    """What every search must have come to; gives how often each epoch of each attempt was saved, refused, overwritten."""
    assert found.process.wait(patience.SECONDS) == 0, found.told
    assert [trial.state for trial in found.run.trials] == ["finished"] * TRIALS
    assert all(sorted(trial.curve) == [1, 2, 3] for trial in found.run.trials)
    assert table(found.run) == table(unbroken)
    check_settled(found.run)
    kinds = Counter(line[0] for line in found.lines)
    assert kinds["overwrote"] == 0, "a worker that was given up wrote the checkpoint of the one that took over"
    return kinds


def trained_twice(found: Searching) -> int:
    epochs = Counter((line[1], line[3]) for line in found.lines if line[0] == "epoch")
    return sum(count - 1 for count in epochs.values())


CUTS = [
    pytest.param(3, FOR_GOOD, marks=pytest.mark.long),
    pytest.param(2, FOR_GOOD, marks=pytest.mark.long),
    pytest.param(3, 90.0, marks=pytest.mark.long),
    pytest.param(3, 20.0, marks=pytest.mark.long),
    pytest.param(2, 20.0, marks=pytest.mark.long),
]


@pytest.mark.parametrize(("spread", "seconds"), CUTS, indirect=["spread"])
def test_a_node_that_is_cut_off_is_given_up_and_what_it_writes_late_is_refused(spread: Spread, unbroken, record, seconds):
    found = spread.start()
    count = spread.head.alive
    number, _ = spread.cut_in_mid_trial(found, late=True, up=False)
    began = time.monotonic()
    noticed = seconds_until("giving it up", lambda: spread.head.alive < count, seconds=30)
    found.wait_until(lambda: any(line[:3] == ["begin", number, "2"] for line in found.lines))
    again = time.monotonic() - began
    if seconds < FOR_GOOD:
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        spread.hosts.link(spread.victim)
    kinds = check(found, unbroken)
    fate = "never healed"
    if seconds < FOR_GOOD:
        seconds_until("its end", lambda: spread.others[-1].ask("left 0") == "0", seconds=GONE_SECONDS)
        fate = "when it healed, its Ray ended by itself"
    assert spread.head.alive == count - 1  # it does not come back
    assert found.run.trials[int(number)].attempt == 2
    refused = sum(line[:2] == ["refused", number] for line in found.lines)
    assert kinds["refused"] == refused
    assert refused == 1 or seconds < FOR_GOOD, "it was ended before it could write"
    assert noticed < 10
    cut = "for good" if seconds == FOR_GOOD else f"for {seconds:g} s"
    record(
        "P7",
        f"the link of one of {len(spread.others) + 1} hosts cut {cut}",
        times=1,
        promised="noticed within 10 s; goes on elsewhere, 0 double results, a late one refused",
        found=f"noticed after {noticed:.1f} s, working again after {again:.1f} s; {refused} late writes refused, 0 double, "
        f"table as unbroken; {fate}",
    )


WEAK = {
    "cut for 5 s": ({"up": False}, 5.0),
    "with 30 % loss": ({"loss": 0.3}, FOR_GOOD),
    "with a delay of 500 ms": ({"delay_seconds": 0.5}, FOR_GOOD),
}


@pytest.mark.long
@pytest.mark.parametrize("spread", [3], indirect=True)
@pytest.mark.parametrize("fault", WEAK)
def test_a_weak_link_changes_nothing_of_the_result(spread: Spread, unbroken, record, fault):
    found = spread.start()
    link, seconds = WEAK[fault]
    spread.cut_in_mid_trial(found, late=False, **link)
    began = time.monotonic()
    if seconds < FOR_GOOD:
        time.sleep(seconds)
        spread.hosts.link(spread.victim)
    check(found, unbroken)
    taken = time.monotonic() - began
    again = sum(trial.attempt > 1 for trial in found.run.trials)
    twice = trained_twice(found)
    record(
        "P7",
        f"the link of one of {len(spread.others) + 1} hosts {fault}",
        times=1,
        promised="the search ends, 0 double results",
        found=f"{again} trials begun again, {twice} epochs trained twice; table as unbroken; {taken:.0f} s to the end",
    )


@pytest.mark.long
@pytest.mark.parametrize("spread", [3], indirect=True)
def test_a_node_that_is_started_anew_where_one_was_given_up_is_given_trials(spread: Spread, record):
    found = spread.start("--trials", "24")
    count = spread.head.alive
    _, process = spread.cut_in_mid_trial(found, late=False, up=False)
    seconds_until("giving it up", lambda: spread.head.alive < count, seconds=30)
    spread.hosts.link(spread.victim)
    gone = seconds_until("its end", lambda: spread.others[-1].ask("left 0") == "0", seconds=GONE_SECONDS)
    seconds_until("the end of its trial's process", lambda: not os.path.exists(f"/proc/{process}"), seconds=GONE_SECONDS)
    before = len(found.lines)
    spread.others[-1].add()
    space = os.readlink(f"/proc/{spread.hosts.holder(spread.victim)}/ns/net")
    found.wait_until(lambda: any(line[0] == "begin" and line[4] == space for line in found.lines[before:]))
    assert found.process.wait(patience.SECONDS) == 0, found.told
    assert [trial.state for trial in found.run.trials] == ["finished"] * 24
    check_settled(found.run)
    record(
        "P7",
        "a link that heals after its node was given up",
        times=1,
        promised="that node's Ray ends with its trials; one that is started in its place is used",
        found=f"ended {gone:.1f} s after the link healed; the new one is given trials",
    )


@pytest.mark.long
@pytest.mark.parametrize("spread", [3], indirect=True)
def test_a_search_that_is_cut_off_from_its_head_ends_with_status_3(spread: Spread, unbroken, record):
    found = spread.start(on=spread.victim)
    spread.cut_in_mid_trial(found, late=False, up=False)
    began = time.monotonic()
    assert found.process.wait(timeout=70) == 3, found.told
    ended = time.monotonic() - began
    assert f"the head of the Ray cluster at {spread.head.address} is gone" in found.told
    resumed = nas.resume(found.folder / "run", runner="local", allow_code=True)
    assert table(resumed) == table(unbroken)
    check_settled(resumed)
    record(
        "P8",
        "the link between the search and the head cut for good",
        times=1,
        promised="status 3 within 70 s, resumable",
        found=f"status 3 after {ended:.1f} s; resumed, table as unbroken",
    )
