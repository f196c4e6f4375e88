"""What is joined as a cluster, and what is refused before Ray is asked."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nas import plugins
from nas.errors import InputError
from nas.runner.ray import cluster
from nas.runner.ray.cluster import found, luggage


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Every host answers and takes this process; gives those that were asked."""
    asked: list[tuple[str, int]] = []
    monkeypatch.setattr(cluster, "speaks", lambda host, port, seconds: asked.append((host, port)) or True)
    monkeypatch.setattr(cluster, "refused", lambda address, seconds: "")
    return asked


@pytest.mark.parametrize(
    ("address", "host"), [("10.0.0.1:6379", "10.0.0.1"), ("head.example:6379", "head.example"), ("[fe80::1]:6379", "fe80::1")]
)
def test_a_host_and_a_port_are_asked(answered, address, host):
    assert found(address) == address
    assert answered == [(host, 6379)]


@pytest.mark.parametrize("address", ["locl", "10.0.0.1", "10.0.0.1:0", "10.0.0.1:70000", "http://10.0.0.1:6379", "10.0.0.1:six"])
def test_what_is_no_address_is_asked_nothing(answered, address):
    with pytest.raises(InputError, match=r"must be local, auto, or HOST:PORT such as 10\.0\.0\.1:6379; got '"):
        found(address)
    assert answered == []


def test_rays_client_is_refused_with_another_way(answered):
    with pytest.raises(InputError, match="ray job submit"):
        found("ray://10.0.0.1:10001")


def test_auto_is_the_cluster_of_the_environment(answered, monkeypatch):
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.9:6379")
    assert found("auto") == "10.0.0.9:6379"


def test_auto_without_a_cluster_says_what_would_do(answered, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr(cluster, "find_bootstrap_address", lambda folder: None)
    with pytest.raises(InputError, match="auto finds no Ray cluster: RAY_ADDRESS is not set"):
        found("auto")


def test_a_cluster_that_refuses_is_named_with_its_reason(answered, monkeypatch):
    monkeypatch.setattr(cluster, "refused", lambda address, seconds: "it is full")
    with pytest.raises(InputError, match=r"^address: the Ray cluster at 10\.0\.0\.1:6379 cannot be joined: it is full$"):
        found("10.0.0.1:6379")


def test_nodes_are_sent_the_library_and_modules_of_ones_own_but_none_that_is_installed(tmp_path: Path, monkeypatch):
    (tmp_path / "my_own_module.py").write_text("def measure(): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(plugins, "_allowed", {"my_own_module:measure", "yaml", "json"})
    (tmp_path / "scratch").mkdir()
    sent = luggage(tmp_path / "scratch")["py_modules"]
    assert [Path(path).name for path in sent] == ["nas", "my_own_module.py"]
    assert Path(sent[0], "runner").is_dir()
    assert "my_own_module" not in sys.modules  # to be sent it need not be run
