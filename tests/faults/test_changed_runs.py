"""A run that was broken off does not go on as another search: what changed is named, and nothing is done (P12)."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import serving
from harness import HALVING, table
from records import Record
from ruined import Ruined
from settled import check_settled

from nas.study import Run

# A place in search.yaml, another value there, and what must be said of it.
CHANGES: list[tuple[str, Any, str]] = [
    ("network.depth", {"int": [1, 4]}, "network.depth.int: was [1, 6], is [1, 4]"),
    ("network.block", "basic", "network.block: was not there, is basic"),
    ("budget.params", 50_000, "budget.params: was 60000, is 50000"),
    ("objectives", ["error", "params"], "objectives: was [{metric: error"),
    ("objectives", ["error"], "its study holds results for error (minimize), macs (minimize), and search.yaml says error"),
    ("strategy.seed", 4, "strategy.seed: was 3, is 4"),
    ("strategy.name", "tpe", "strategy.name: was random, is tpe"),
    ("strategy.window", 2, "strategy.window: was 4, is 2"),
    ("train.epochs", 5, "train.epochs: was 4, is 5"),
    ("train.lr", 0.5, "train.lr: was "),
    ("stop.name", "none", "stop.name: was successive-halving, is none"),
    ("stop.rungs", [1, 3], "stop.rungs: was [1, 2], is [1, 3]"),
    ("stop.factor", 3, "stop.factor: was 2, is 3"),
    ("data.seed", 9, "data.seed: was 0, is 9"),
    ("evaluator", "trials:raising", "evaluator: was trials:quick, is trials:raising"),
]
# What the study notes of where it was begun, as it would be had it been begun with something else.
NOTED: list[tuple[str, Any, str]] = [
    ("data", "00" * 8, "data (the images): was '0000000000000000', is "),
    ("versions", {"deepwide": "0.0.9"}, "version of deepwide: was 0.0.9, is "),
    ("versions", {"python": "3.9"}, "version of python: was '3.9', is "),
    ("versions", {"torch": "2.1"}, "version of torch: was '2.1', is "),
    ("versions", {"optuna": "4.9"}, "version of optuna: was '4.9', is "),
]
refused: set[str] = set()


@pytest.fixture(scope="module")
def ruined(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ruined]:
    with serving() as server:
        folder = tmp_path_factory.mktemp("changed")
        yield Ruined(server, folder, (*HALVING, "strategy.trials=8"), space=None, kill_when=7)


def check_refused(ruined: Ruined, name: str, content: bytes, text: str, record: Record) -> None:
    """`nas resume` says in one line what is not as it was, and leaves the run as it is (`Ruined.resumed` looks)."""
    status, said, _ = ruined.resumed(name, content)
    assert status == 2
    assert said.startswith("nas: run") and len(said.splitlines()) == 1
    assert text in said
    refused.add(text)
    record(
        "P12",
        "nas resume when one thing changed: choices, budget, objectives, strategy, seed, window, epochs, recipe, stop rule, "
        "data, images, evaluator, a version",
        times=len(refused),
        promised="refused, with what it was and what it is; the run is left as it was",
        found=f"{len(refused)} of {len(refused)} refused",
    )


@pytest.mark.parametrize(("key", "value", "text"), CHANGES, ids=[key for key, *_ in CHANGES])
def test_a_changed_search_is_refused(ruined: Ruined, record: Record, key, value, text):
    content = yaml.safe_load((ruined.broken.run / "search.yaml").read_text())
    *path, last = key.split(".")
    at = content
    for part in path:
        at = at[part]
    at[last] = value
    check_refused(ruined, "search.yaml", yaml.safe_dump(content).encode(), text, record)


@pytest.mark.parametrize(("name", "value", "text"), NOTED, ids=[text.partition(":")[0] for *_, text in NOTED])
def test_other_images_and_versions_are_refused(ruined: Ruined, tmp_path: Path, record: Record, name, value, text):
    shutil.copytree(ruined.broken.run, tmp_path / "run")
    store = Run.open(tmp_path / "run", allow_code=True).store
    store.note(name, {**store.about()[name], **value} if isinstance(value, dict) else value)
    check_refused(ruined, "study.journal", (tmp_path / "run" / "study.journal").read_bytes(), text, record)


def test_a_search_that_is_as_it_was_is_gone_on_with(ruined: Ruined):
    status, said, copy = ruined.resumed("search.yaml", (ruined.broken.run / "search.yaml").read_bytes())
    assert status == 0, said
    assert table(copy.run) == table(ruined.twin.run)
    check_settled(Run.open(copy.run, allow_code=True))
