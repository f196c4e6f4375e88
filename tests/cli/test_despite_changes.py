"""nas resume on a run that is not what it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from nas.study import Run


def run_of(command, *, images: int = 0) -> None:
    """A finished run of two trials on images of a file."""
    rng = np.random.default_rng(images)
    np.savez("mine.npz", images=rng.integers(0, 255, (60, 8, 8)).astype(np.uint8), labels=np.arange(60) % 3)
    if not Path("run").exists():
        data = "data={name: npz, path: mine.npz}"
        result = command(
            "search", "quick.yaml", "--runner", "inline", "--out", "run", "--trials", 2, "--set", data, "--allow-code"
        )
        assert result.status == 0, result.err


def resumed(command, *options: str):
    return command("resume", "run", "--runner", "inline", "--trials", 3, "--allow-code", *options)


def test_other_images_under_the_same_name_are_refused_unless_they_are_accepted(command, space):
    run_of(command)
    run_of(command, images=1)
    result = resumed(command)
    assert result.status == 2
    assert result.err.startswith("nas: run would go on as another search: data (the images): was ")
    assert len(Run.open("run", allow_code=True).trials) == 2
    assert resumed(command, "--despite-changes").status == 0
    assert len(Run.open("run", allow_code=True).trials) >= 3


def test_what_was_accepted_is_shown(command, space):
    run_of(command)
    path = Path("run/search.yaml")
    path.write_text(path.read_text().replace("epochs: 2", "epochs: 3"))
    result = resumed(command)
    assert result.err == (
        "nas: run would go on as another search: train.epochs: was 2, is 3. "
        "Restore that, or go on all the same: nas resume run --despite-changes\n"
    )
    assert resumed(command, "--despite-changes").status == 0
    assert "despite changes: train.epochs: was 2, is 3." in command("show", "run", "--allow-code").out
    assert resumed(command).status == 0  # it is accepted once
