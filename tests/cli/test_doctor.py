"""nas doctor: what is installed and what works."""

from __future__ import annotations

import json
from importlib import metadata

import pytest

from nas.runner.interrupt import Terminated
from nas.runner.machine import Machine


@pytest.fixture(autouse=True)
def _no_gpu(monkeypatch):
    monkeypatch.setattr("nas.runner.machine.here", lambda: Machine(cores=3, gpus=0))


def test_findings_are_one_json_document(command):
    result = command("doctor", "--no-ray", "--json")
    findings = json.loads(result.out)
    assert (result.status, findings["ray"]) == (0, "not tried")
    assert findings["versions"]["optuna"] == metadata.version("optuna")
    assert findings["devices"] == ["cpu, 3 cores"]


def test_findings_are_lines_for_a_person(command):
    lines = command("doctor", "--no-ray").out.splitlines()
    assert f"torch          {metadata.version('torch')}" in lines
    assert "device         cpu, 3 cores" in lines


def test_what_is_missing_is_named_with_its_extra(command, monkeypatch):
    monkeypatch.setattr("nas.cli.doctor.util.find_spec", lambda name: None if name == "onnxruntime" else name)
    out = command("doctor", "--no-ray").out
    assert "extra onnx     missing onnxruntime: pip install 'deepwide[onnx]'" in out


@pytest.mark.parametrize(("signal", "status"), [(KeyboardInterrupt, 130), (Terminated, 143)])
def test_a_signal_while_ray_is_tried_ends_it_with_its_status(command, monkeypatch, signal, status):
    pytest.importorskip("ray")

    def struck() -> None:
        raise signal

    monkeypatch.setattr("nas.runner.ray.try_out", struck)
    assert command("doctor").status == status


def test_a_ray_that_does_not_start_is_status_1(command, monkeypatch):
    pytest.importorskip("ray")

    def fails() -> None:
        raise RuntimeError("no room in /dev/shm")

    monkeypatch.setattr("nas.runner.ray.try_out", fails)
    result = command("doctor")
    assert result.status == 1
    assert "ray            failed: RuntimeError: no room in /dev/shm" in result.out


def test_a_missing_package_is_status_1(command, monkeypatch):
    monkeypatch.setattr("nas.cli.doctor.PACKAGES", ("torch", "no-such-package"))
    result = command("doctor", "--no-ray")
    assert result.status == 1
    assert "no-such-package missing" in result.out
