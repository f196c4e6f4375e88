"""nas train: the final training of one network."""

from __future__ import annotations

import json

import numpy as np

from nas.study import Run


def test_the_final_training_measures_on_the_test_part_and_is_kept(command, own_run):
    result = command("train", own_run, "best", "--json")
    metrics = json.loads(result.out)["metrics"]
    best = Run.open(own_run).best.number
    assert result.status == 0
    assert Run.open(own_run).store.finals()[str(best)]["metrics"] == metrics
    assert result.err.startswith(f"final training of trial {best}: ")
    assert f"test error {100 * metrics['test_error']:.2f} %" in result.err
    assert f"Final training of trial {best}: test error {100 * metrics['test_error']:.2f} %." in command("show", own_run).out


def test_the_test_part_is_looked_at_once_unless_asked_again(command, own_run):
    command("train", own_run, 0)
    result = command("train", own_run, 0)
    assert result.status == 2
    assert result.err.startswith("nas: trial 0 had its final training: test error ")
    assert len(result.err.splitlines()) == 1
    assert command("train", own_run, 0, "--again").status == 0


def test_a_genomes_file_is_trained_on_the_data_of_a_space(command, own_run, space, here):
    command("export", own_run, 1, "--to", "genome", "--out", "taken")
    result = command("train", "taken/genome.yaml", "--space", space, "--out", "brought", "--json")
    assert result.status == 0, result.err
    run = Run.open("brought")
    assert [trial.state for trial in run.trials] == ["brought"]
    assert run.best.fingerprint == Run.open(own_run).trial(1).fingerprint
    assert run.store.finals()["0"]["metrics"] == json.loads(result.out)["metrics"]
    assert command("export", "brought", "best", "--to", "genome").status == 0
    assert command("show", "brought").out.splitlines()[1].split()[:2] == ["0", "brought"]


def test_a_genomes_file_is_refused_without_a_space(command, own_run, here):
    command("export", own_run, 1, "--to", "genome", "--out", "taken")
    result = command("train", "taken/genome.yaml")
    assert result.status == 2
    assert result.err.startswith("nas: taken/genome.yaml is a genome; say on which data")
    assert not (here / "results").exists()


def test_a_genome_for_other_images_is_refused(command, own_run, space, here):
    command("export", own_run, 1, "--to", "genome", "--out", "taken")
    np.savez("other.npz", x=np.zeros((30, 5, 5), np.uint8), y=np.arange(30) % 2)
    space.write_text(space.read_text().replace("{name: digits, limit: 60}", "{name: npz, path: other.npz}"))
    result = command("train", "taken/genome.yaml", "--space", space)
    assert result.status == 2
    assert "takes (1, 8, 8) and answers 10 classes; the images of other are (1, 5, 5) and of 2 classes" in result.err
    assert not (here / "results").exists()


def test_a_final_training_that_fails_is_status_1(command, own_run, monkeypatch):
    from nas.evaluate import Outcome

    failed = Outcome(status="failed", reason="not a number: loss", seconds=1.0)
    monkeypatch.setattr("nas.evaluate.train_final", lambda job, report: failed)
    result = command("train", own_run, 0)
    assert (result.status, result.err.splitlines()[-1]) == (1, "nas: the final training of trial 0 failed: not a number: loss")
