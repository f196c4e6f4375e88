"""`--reuse`: results of other runs that stand for trainings of a search."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nas


def test_a_second_search_reuses_the_first_and_says_so(command: Callable[..., Any], space: Path) -> None:
    assert command("search", space, "--runner", "inline", "--out", "first", "--seed", 3).status == 0
    planned = command("search", space, "--runner", "inline", "--seed", 3, "--reuse", "first", "--dry-run")
    assert "reuses     of first: 4 results of 4 trials" in planned.err
    result = command(
        "search", space, "--runner", "inline", "--out", "second", "--seed", 3, "--reuse", "first", "--trials", 6, "--json"
    )
    assert result.status == 0
    document = json.loads(result.out)
    assert [trial["reused"] for trial in document["trials"][:4]] == [f"first, trial {number}" for number in range(4)]
    assert document["states"] == {"finished": 6}
    assert sum("reused" in line for line in result.err.splitlines() if line.startswith("trial ")) == 4
    assert "reused       the result of first, trial 0; it was not trained here" in command("show", "second", 0).out
    assert command("show", "second").out.count("  reused  ") == 4


def test_it_is_gone_on_with_when_the_other_run_is_gone(command: Callable[..., Any], space: Path) -> None:
    command("search", space, "--runner", "inline", "--out", "first", "--seed", 3)
    command("search", space, "--runner", "inline", "--out", "second", "--seed", 3, "--reuse", "first", "--trials", 2)
    for path in sorted(Path("first").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    result = command("resume", "second", "--runner", "inline", "--trials", 4, "--allow-code")
    assert result.status == 0
    assert [trial.reused for trial in nas.Run.open("second", allow_code=True).trials] == [f"first, trial {n}" for n in range(4)]


def test_a_run_that_differs_is_passed_over_and_the_search_goes_on(command: Callable[..., Any], space: Path) -> None:
    command("search", space, "--runner", "inline", "--out", "first")
    result = command("search", space, "--runner", "inline", "--out", "second", "--reuse", "first", "--set", "train.epochs=3")
    assert result.status == 0
    assert "reuses     nothing of first:" in result.err
    assert "other training: train.epochs 2 there, 3 here" in result.err


def test_a_folder_that_is_no_run_ends_with_status_2(command: Callable[..., Any], space: Path) -> None:
    result = command("search", space, "--runner", "inline", "--reuse", "nowhere")
    assert result.status == 2
    assert result.err.startswith("nas: --set strategy.reuse: ") and "nowhere is no run" in result.err
    assert len(result.err.splitlines()) == 1
