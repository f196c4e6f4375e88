"""A search whose results come from a table: it needs no images, and can be resumed, shown and reported."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import nas
from nas.cli import main


def test_a_search_of_a_table_needs_no_images(tmp_path: Path) -> None:
    said: list[str] = []
    run = nas.search("nasbench201-tiny", runner="local", out=tmp_path / "run", trials=5, say=said.append)
    table = Path(run.space.file.evaluator.partition(":")[2])
    assert table.name == "nasbench201-tiny.npz" and table.is_absolute()
    assert f"results    of {table}, after 200 epochs" in said
    assert [trial.state for trial in run.trials if trial.trains] == ["finished"] * 5
    first = [trial.fingerprint for trial in run.trials if trial.trains]
    longer = [trial for trial in nas.resume(run.folder, runner="local", trials=7).trials if trial.trains]
    assert [trial.state for trial in longer] == ["finished"] * 7
    assert [trial.fingerprint for trial in longer[:5]] == first


def test_a_table_that_is_missing_is_said_before_the_search_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["search", "nasbench201-tiny", "--set", "evaluator=table:none.csv", "--out", str(tmp_path / "run")]
    monkeypatch.setattr(sys, "argv", ["nas", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "--set evaluator: " in (printed := capsys.readouterr().err) and "none.csv: no such file" in printed
    assert not (tmp_path / "run").exists()
