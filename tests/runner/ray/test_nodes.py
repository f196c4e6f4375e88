"""What is asked of a cluster's nodes before the first trial, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from nas.errors import InputError
from nas.runner.machine import Machine
from nas.runner.plan import Limits, Plan
from nas.runner.ray.nodes import PROBE, Node, check, facts, holds


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


@pytest.mark.parametrize(("name", "text"), [("python", "python 3.99 (here "), ("torch", "torch 3.99 (here ")])
def test_a_node_of_another_version_is_refused_by_name(seen: Path, name, text):
    with pytest.raises(InputError) as caught:
        check([NODE], [facts(str(seen)) | {name: "3.99"}], place=str(seen))
    assert "node 10.0.0.7 has " + text in str(caught.value)


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
