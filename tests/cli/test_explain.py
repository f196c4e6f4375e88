"""nas explain: the analyses of a trial, printed, kept and drawn; and what it refuses."""

from __future__ import annotations

import json

import pytest

import nas
from nas.study import Run

QUICK = ("--images", 10, "--draws", 1)


def test_a_trial_is_explained_printed_and_kept_in_the_runs_folder(command, own_run):
    result = command("explain", own_run, 0, *QUICK)
    assert result.status == 0, result.err
    kept = json.loads((own_run / "explain" / "0.json").read_text())
    assert (kept["schema"], kept["trial"], kept["weights"], kept["images"]) == ("nas.explain/1", 0, "search", 10)
    assert kept["fingerprint"] == Run.open(own_run).trial(0).fingerprint
    assert result.out.startswith(f"trial 0 of {own_run}: error {100 * kept['error']:.1f} % on 10 validation images")
    assert all(each["block"] in result.out for each in kept["lesions"])
    assert result.err.splitlines()[0].startswith("deleting ")


def test_json_is_one_document_and_out_has_the_figures(command, own_run, here):
    result = command("explain", own_run, *QUICK, "--seed", 3, "--out", "why", "--json")
    document = json.loads(result.out)
    assert document == json.loads((here / "why" / "explain.json").read_text())
    assert (document["trial"], document["seed"]) == (Run.open(own_run).best.number, 3)
    assert {"explain.json", "lesions.svg", "paths.svg"} <= {path.name for path in (here / "why").iterdir()}


def test_its_figures_are_drawn_as_those_of_a_report_are(command, own_run, here):
    result = command("explain", own_run, *QUICK, "--figures", "drawn")
    names = {path.name for path in (here / "drawn").iterdir()}
    assert {"lesions.png", "lesions.svg", "paths.png", "paths.svg"} <= names
    assert result.err.splitlines()[-1] == f"wrote {len(names)} figures to drawn"


def test_the_same_in_python_gives_the_same_numbers(command, own_run):
    run = Run.open(own_run)
    document = nas.explain(run, run.trial(0), images=10, draws=1)
    printed = json.loads(command("explain", own_run, 0, *QUICK, "--json").out)
    timed = ("seconds", "stages", "threads")
    assert {k: v for k, v in document.items() if k not in timed} == {k: v for k, v in printed.items() if k not in timed}


def test_after_a_final_training_its_weights_are_explained_and_the_reader_is_warned(command, own_run):
    command("train", own_run, 0)
    result = command("explain", own_run, 0, *QUICK)
    assert "with the weights of the final training" in result.out
    assert "The final training saw these images: what a change does to the error counts" in result.out


def test_a_trial_without_weights_says_how_to_make_some(command, space):
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 1)
    result = command("explain", "run", 0)
    assert (result.status, result.err) == (2, "nas: trial 0 (finished) left no weights; `nas train run 0` makes some\n")


def test_a_run_without_a_finished_trial_says_so(command, space):
    text = space.read_text()
    assert "instant:by_cost" in text
    space.write_text(text.replace("instant:by_cost", "instant:failing"))
    command("search", space, "--runner", "inline", "--out", "run", "--trials", 1, "--allow-code")
    result = command("explain", "run")
    assert (result.status, result.err) == (2, "nas: run: no trial has finished yet; go on with it: nas resume run\n")


def test_damaged_weights_are_refused_and_nothing_is_left(command, own_run):
    path = own_run / "checkpoints" / "0" / "weights.safetensors"
    path.write_bytes(path.read_bytes()[:100])
    result = command("explain", own_run, 0)
    assert result.status == 2 and "is damaged: its checksum does not agree" in result.err
    assert not (own_run / "explain").exists()


def test_images_that_are_gone_are_named(command, own_run, monkeypatch):
    from nas.errors import DataError

    def gone(settings, **_):
        raise DataError("data.path: photos is no folder")

    monkeypatch.setattr("nas.data.load", gone)
    result = command("explain", own_run, 0)
    assert result.status == 2 and "data" in result.err and "photos is no folder" in result.err
    assert len(result.err.splitlines()) == 1 and not (own_run / "explain").exists()


def test_a_file_in_the_place_of_the_figures_is_refused_before_anything_is_measured(command, own_run, here):
    (here / "why").write_text("mine")
    result = command("explain", own_run, 0, "--out", "why")
    assert (result.status, result.err) == (2, "nas: why is a file; an explanation's figures need a folder\n")
    assert (here / "why").read_text() == "mine" and not (own_run / "explain").exists()


def test_too_few_images_or_draws_are_refused_in_python_too(own_run):
    run = Run.open(own_run)
    with pytest.raises(nas.InputError, match="at least 2 images and 1 draw, got 1 and 5"):
        nas.explain(run, run.trial(0), images=1)


def test_a_disk_that_fills_leaves_the_document_before(command, own_run, monkeypatch):
    command("explain", own_run, 0, *QUICK)
    before = (own_run / "explain" / "0.json").read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device", "0.json")

    monkeypatch.setattr("os.replace", full)
    result = command("explain", own_run, 0, *QUICK, "--seed", 1)
    assert (result.status, result.err.splitlines()[-1]) == (1, "nas: 0.json: No space left on device")
    assert [path.name for path in (own_run / "explain").iterdir()] == ["0.json"]
    assert (own_run / "explain" / "0.json").read_bytes() == before
