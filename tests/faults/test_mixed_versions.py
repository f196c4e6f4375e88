"""Nodes with other versions: no result comes from them, whenever they join, and they are named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import clusters
import patience
import pytest
from clusters import Cluster, Searches
from settled import check_settled
from test_workers import SPACE

import nas

ROOT = Path(nas.__file__).parents[1]


@pytest.fixture
def search(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Searches]:
    # The nodes inherit the environment of their starter, and evaluators read it.
    for name, value in {"LOG": tmp_path / "log", "STRIKE": "raises:-1:0", "SAVES": "json", "EPOCH_SECONDS": "0.5"}.items():
        monkeypatch.setenv(name, str(value))
    found = Searches(tmp_path, SPACE)
    yield found
    found.end()


@pytest.fixture
def head(search: Searches) -> Iterator[Cluster]:
    with clusters.nodes() as found:
        yield found


@pytest.fixture
def other_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that start from now on find that another version of torch is installed."""
    place = tmp_path / "environment"
    (place / "torch-3.99.dist-info").mkdir(parents=True)
    (place / "torch-3.99.dist-info/METADATA").write_text("Metadata-Version: 2.1\nName: torch\nVersion: 3.99\n")
    monkeypatch.setitem(clusters.PATH, "PYTHONPATH", f"{place}:{clusters.PATH['PYTHONPATH']}")


def second(head: Cluster, *before: str):
    """A node of a process of its own, with the environment of now. before: the words of a command that runs it."""
    where = (head.address.partition(":")[0], head.address, head.environment["RAY_AUTH_TOKEN_PATH"])
    return clusters.nodes("--host", *where, before=before)


@pytest.mark.long
def test_a_node_with_another_torch_is_said_before_the_first_trial(head, search, request):
    head.add()
    environment = dict(head.environment)
    request.getfixturevalue("other_torch")
    with second(head) as other:
        other.add()
        found = search(f"address: {head.address}", environment=environment)
        assert found.process.wait(patience.SECONDS) == 2, found.told
    assert "has torch 3.99 (here " in found.told
    assert found.lines == []


@pytest.mark.long
def test_a_node_that_joins_with_another_torch_is_named_and_no_result_comes_from_it(head, search, request, record):
    head.add()
    found = search(f"address: {head.address}", environment=head.environment)
    found.wait_until(lambda: "holds 1 trials at once" in found.told)
    request.getfixturevalue("other_torch")
    with second(head) as other:
        other.add()
        found.wait_until(lambda: "joined with torch 3.99 (here " in found.told)
        assert found.process.wait(patience.SECONDS) == 0, found.told
    assert found.told.count("and gets no trials") == 1
    assert [trial.state for trial in found.run.trials] == ["finished"] * clusters.TRIALS
    began = [line[1] for line in found.lines if line[0] == "begin"]
    assert sorted(map(int, began)) == list(range(clusters.TRIALS))  # none began on the other node
    check_settled(found.run)
    record(
        "P7",
        "a node joins with another version of torch",
        times=1,
        promised="no result comes from it, and it is named",
        found=f"0 of {clusters.TRIALS} trials began there; named once",
    )


@pytest.mark.long
def test_a_node_with_another_checkout_on_its_path_runs_the_library_that_it_is_sent(head, search, tmp_path, monkeypatch):
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "nas", checkout / "nas", ignore=shutil.ignore_patterns("__pycache__"))
    with (checkout / "nas/errors.py").open("a") as file:
        file.write("# another version: the search would refuse a node that runs it\n")
    environment = dict(head.environment)
    monkeypatch.setitem(clusters.PATH, "PYTHONPATH", f"{clusters.PATH['PYTHONPATH']}:{checkout}")
    with second(head, "env", f"--chdir={checkout}") as other:
        other.add()
        found = search(f"address: {head.address}", environment=environment)
        assert found.process.wait(patience.SECONDS) == 0, found.told
    assert [trial.state for trial in found.run.trials] == ["finished"] * clusters.TRIALS
