"""nas train and nas export: taking a network away."""

from __future__ import annotations

import json

import pytest

from nas.study import Run


def test_the_final_training_measures_on_the_test_part_and_is_kept(command, own_run):
    result = command("train", own_run, "best", "--json")
    metrics = json.loads(result.out)["metrics"]
    best = Run.open(own_run).best.number
    assert result.status == 0
    assert Run.open(own_run).store.finals()[str(best)]["metrics"] == metrics
    assert f"test error {100 * metrics['test_error']:.2f} %" in result.err
    assert f"Final training of trial {best}: test error {100 * metrics['test_error']:.2f} %." in command("show", own_run).out


def test_the_test_part_is_looked_at_once_unless_asked_again(command, own_run):
    command("train", own_run, 0)
    result = command("train", own_run, 0)
    assert result.status == 2
    assert result.err.startswith("nas: trial 0 had its final training: test error ")
    assert len(result.err.splitlines()) == 1
    assert command("train", own_run, 0, "--again").status == 0


def test_a_final_training_that_fails_is_status_1(command, own_run, monkeypatch):
    from nas.evaluate import Outcome

    failed = Outcome(status="failed", reason="not a number: loss", seconds=1.0)
    monkeypatch.setattr("nas.evaluate.train_final", lambda job, report: failed)
    result = command("train", own_run, 0)
    assert (result.status, result.err.splitlines()[-1]) == (1, "nas: the final training of trial 0 failed: not a number: loss")


def test_an_export_writes_every_format_and_says_how_it_was_checked(command, own_run):
    pytest.importorskip("onnxruntime")
    result = command("export", own_run, "best", "--json")
    folder = own_run / "exports" / str(Run.open(own_run).best.number)
    manifest = json.loads(result.out)
    assert result.status == 0, result.err
    assert {path.name for path in folder.iterdir()} == {"genome.yaml", "model.safetensors", "model.onnx", "manifest.json"}
    assert manifest == json.loads((folder / "manifest.json").read_text())
    assert manifest["provenance"]["trial"] == Run.open(own_run).best.number
    assert "largest difference" in result.err


def test_an_export_takes_a_folder_and_formats(command, own_run, here):
    assert command("export", own_run, 1, "--to", "genome", "--out", "taken").status == 0
    assert sorted(path.name for path in (here / "taken").iterdir()) == ["genome.yaml", "manifest.json"]
    shown = command("genome", "show", "taken/genome.yaml", "--json")
    assert json.loads(shown.out)["fingerprint"] == Run.open(own_run).trial(1).fingerprint


def test_a_trial_without_weights_is_refused(command, space):
    command("search", space, "--runner", "local", "--out", "run", "--trials", 1)
    result = command("export", "run", 0, "--to", "genome")
    assert (result.status, result.err) == (2, "nas: trial 0 (finished) left no weights; `nas train run 0` makes some\n")


def test_damaged_weights_are_refused(command, own_run):
    path = own_run / "checkpoints" / "0" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    result = command("export", own_run, 0, "--to", "genome")
    assert result.status == 2
    assert result.err.startswith(f"nas: {path} does not hold the weights of trial 0: ")
    assert len(result.err.splitlines()) == 1
