"""nas export: a trained network in files that run without us."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from nas.cli.export import _ALL
from nas.data import load
from nas.data.cache import default_cache
from nas.exports import formats
from nas.study import Run


def test_an_export_writes_every_format_and_says_how_it_was_checked(command, own_run):
    pytest.importorskip("onnxruntime")
    result = command("export", own_run, "best", "--json")
    run = Run.open(own_run)
    folder = own_run / "exports" / str(run.best.number)
    manifest = json.loads(result.out)
    assert result.status == 0, result.err
    assert {path.name for path in folder.iterdir()} == {"genome.yaml", "model.safetensors", "model.onnx", "manifest.json"}
    assert manifest == json.loads((folder / "manifest.json").read_text())
    validation = len(load(run.space.file.data, cache=default_cache()).validation)
    right = round((1 - run.best.metrics["error"]) * validation)  # as the search counted
    assert manifest["files"]["model.onnx"]["check"]["accuracy"] == {
        "part": "validation", "images": validation, "right": right, "right_of_the_network": right,
    }  # fmt: skip
    assert "onnxruntime alone" in result.err and f"{right} of {validation}\n" in result.err
    assert "the test part is for a network that had its final training" in result.err


def test_the_help_names_every_format():
    assert sorted(_ALL.split(", ")) == formats.names()


def test_after_the_final_training_right_answers_are_counted_on_the_test_part(command, own_run):
    metrics = json.loads(command("train", own_run, 0, "--seed", 5, "--json").out)["metrics"]
    result = command("export", own_run, 0, "--to", "safetensors", "--json")
    manifest = json.loads(result.out)
    accuracy = manifest["files"]["model.safetensors"]["check"]["accuracy"]
    assert accuracy["part"] == "test"
    assert accuracy["right"] == round((1 - metrics["test_error"]) * accuracy["images"])
    assert manifest["metrics"]["test_error"] == metrics["test_error"]
    assert manifest["provenance"]["weights"] == "final" and manifest["provenance"]["seeds"]["final"] == 5
    assert "the test part is for" not in result.err


def test_the_manifest_says_where_the_network_comes_from(command, own_run):
    manifest = json.loads(command("export", own_run, 1, "--to", "genome", "--json").out)
    run = Run.open(own_run)
    provenance, trial = manifest["provenance"], run.trial(1)
    assert provenance["choices"] == trial.choices and provenance["space"] == run.space.name
    assert provenance["seeds"] == {"search": 5, "data": run.space.file.data.seed, "trial": trial.seed}
    assert provenance["lineage"] == {"parents": [], "inherits": None, "repeats": None, "edits": []}
    assert provenance["images"] == run.store.about()["data"]


def test_norms_are_folded_and_pixels_taken_where_that_is_asked(command, own_run):
    onnxruntime = pytest.importorskip("onnxruntime")
    result = command("export", own_run, 0, "--to", "onnx", "--fold", "--normalise", "uint8", "--int8")
    assert result.status == 0, result.err
    assert "batch norms into convolutions" in result.err and "model.int8.onnx" in result.err
    session = onnxruntime.InferenceSession(own_run / "exports/0/model.onnx")
    assert session.get_inputs()[0].type == "tensor(uint8)"
    (logits,) = session.run(None, {"images": np.zeros((3, 1, 8, 8), np.uint8)})
    assert logits.shape == (3, 10)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", "genome", "--int8"], "int8 is of the ONNX graph, and the formats are genome; add onnx to them"),
        (
            ["--to", "genome", "--normalise", "unit"],
            "normalise is of the ONNX graph, and the formats are genome; add onnx to them",
        ),
        (["--to", ","], "an export needs at least one format of: genome, hub, onnx, pt2, python, safetensors"),
    ],
)
def test_options_that_fit_no_format_are_refused(command, own_run, options, said):
    result = command("export", own_run, 0, *options)
    assert (result.status, result.err) == (2, f"nas: {said}\n")
    assert not (own_run / "exports" / "0").exists()


def test_an_export_takes_a_folder_and_formats(command, own_run, here):
    assert command("export", own_run, 1, "--to", "genome", "--out", "taken").status == 0
    assert sorted(path.name for path in (here / "taken").iterdir()) == ["genome.yaml", "manifest.json"]
    shown = command("genome", "show", "taken/genome.yaml", "--json")
    assert json.loads(shown.out)["fingerprint"] == Run.open(own_run).trial(1).fingerprint


def test_a_trial_without_weights_is_refused(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 1)
    result = command("export", "run", 0, "--to", "genome")
    assert (result.status, result.err) == (2, "nas: trial 0 (finished) left no weights; `nas train run 0` makes some\n")


def test_damaged_weights_are_refused(command, own_run):
    path = own_run / "checkpoints" / "0" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    result = command("export", own_run, 0, "--to", "genome")
    assert result.status == 2
    assert result.err.startswith(f"nas: {path} is damaged: its checksum does not agree; ")
    assert len(result.err.splitlines()) == 1


def test_missing_weights_say_how_new_ones_are_made(command, own_run):
    (own_run / "checkpoints" / "0" / "weights.safetensors").unlink()
    result = command("export", own_run, 0, "--to", "genome")
    assert (result.status, result.err) == (2, f"nas: trial 0 (finished) left no weights; `nas train {own_run} 0` makes some\n")


def test_a_trial_that_failed_says_why(command, space):
    command("search", space, "--set", "evaluator=instant:failing", "--runner", "inline", "--out", "run", "--trials", 1)
    result = command("export", "run", 0, "--allow-code")
    assert result.status == 2
    assert result.err.startswith("nas: trial 0 (failed) left no weights: ") and result.err.endswith(
        "; `nas train run 0` makes some\n"
    )
    result = command("export", "run", "--allow-code")
    assert (result.status, result.err) == (2, "nas: run: no trial has finished yet; go on with it: nas resume run\n")


def test_images_that_are_gone_are_asked_for(command, here, finished):
    shutil.copytree(finished, here / "run")
    np.savez("mine.npz", x=np.zeros((30, 8, 8), np.uint8), y=np.arange(30) % 10)
    path = here / "run" / "search.yaml"
    path.write_text(path.read_text().replace("name: digits", f"name: npz\n  path: {here}/mine.npz"))
    result = command("export", "run", 0, "--to", "genome")
    assert result.status == 2 and "are not those that it was trained on" in result.err
    (here / "mine.npz").unlink()
    result = command("export", "run", 0, "--to", "genome")
    assert result.status == 2
    assert "mine.npz does not exist" in result.err
    assert result.err.endswith("; an export is proved on the images of its run: put them back\n")
    assert not (here / "run/exports").exists()
