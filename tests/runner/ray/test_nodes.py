"""What is asked of a cluster's nodes before the first trial, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas.errors import InputError, SearchError
from nas.runner.machine import Machine
from nas.runner.plan import Limits, Plan
from nas.runner.ray import nodes
from nas.runner.ray.nodes import PROBE, Capacity, Node, check, facts, holds
from nas.runner.ray.versions import versions


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    """A folder with the file that nodes are asked for."""
    (tmp_path / PROBE).touch()
    return tmp_path


NODE = Node("a", "10.0.0.7", Machine(8, 1), 16e9)


def plan(**fields: object) -> Plan:
    return Plan(**{"engine": "ray", "address": "auto", "workers": 0, "cpus": 1.0, "gpus": 0.0, "retries": 0,
                   "time_limit_seconds": None, "lines": ()} | fields)  # type: ignore[arg-type]  # fmt: skip


def test_nodes_like_this_machine_that_see_the_run_are_fine(seen: Path):
    check([NODE], [facts(str(seen))], place=str(seen))


@pytest.mark.parametrize("name", ["python", "torch", "deepwide"])
def test_a_node_of_another_version_is_refused_by_name(seen: Path, name):
    with pytest.raises(InputError) as caught:
        check([NODE], [facts(str(seen)) | {"versions": versions() | {name: "3.99"}}], place=str(seen))
    assert f"node 10.0.0.7 has {name} 3.99 (here " in str(caught.value)


def test_a_node_that_does_not_see_the_run_is_refused(seen: Path):
    (seen / PROBE).unlink()
    with pytest.raises(InputError, match=r"node 10\.0\.0\.7 does not see"):
        check([NODE], [facts(str(seen))], place=str(seen))


@pytest.mark.parametrize(
    ("fields", "fits"),
    [
        ({}, True),
        ({"cpus": 8.0}, True),
        ({"cpus": 9.0}, False),
        ({"gpus": 1.0}, True),
        ({"gpus": 2.0}, False),
        ({"limits": Limits(memory_bytes=int(8e9))}, True),
        ({"limits": Limits(memory_bytes=int(32e9))}, False),
    ],
)
def test_a_trial_has_to_fit_on_one_node(fields, fits):
    assert holds(NODE, plan(**fields)) is fits


def test_a_node_that_is_refused_does_not_count_gets_no_label_and_is_named_once(monkeypatch: pytest.MonkeyPatch):
    other = Node("b", "10.0.0.8", Machine(4, 0), 16e9)
    monkeypatch.setattr(nodes, "nodes", lambda: [NODE, other])
    counts: list[int] = []
    said: list[str] = []
    capacity = Capacity(plan(), counts.append, said.append)
    assert (capacity(), capacity.labels) == (12, {})
    for _ in range(2):
        capacity.refuse("b", "10.0.0.8", "torch 3.99 (here 2.13)")
    assert (capacity(), capacity.labels) == (8, {"ray.io/node-id": "!in(b)"})
    assert counts == [12, 8]
    assert len(said) == 1
    assert said[0].startswith("warning: node 10.0.0.8 joined with torch 3.99 (here 2.13) and gets no trials")


def test_a_search_whose_last_node_is_refused_ends_with_the_reason(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nodes, "nodes", lambda: [NODE])
    with pytest.raises(SearchError, match=r"every node that is left has other versions: node 10\.0\.0\.7 has torch"):
        Capacity(plan(), lambda count: None, lambda line: None).refuse("a", "10.0.0.7", "torch 3.99 (here 2.13)")
