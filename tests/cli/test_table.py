"""A search whose results come from a table: it needs no images, and can be resumed, shown and reported."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import nas
from nas import shipped
from nas.cli import main


def test_a_search_of_a_table_needs_no_images(tmp_path: Path) -> None:
    said: list[str] = []
    run = nas.search("nasbench201-tiny", runner="inline", out=tmp_path / "run", trials=5, say=said.append)
    table = Path(run.space.file.evaluator.partition(":")[2])
    assert table.name == "nasbench201-tiny.npz" and table.is_absolute()
    assert f"results    of {table}, after 200 epochs" in said
    assert [trial.state for trial in run.trials if trial.trains] == ["finished"] * 5
    first = [trial.fingerprint for trial in run.trials if trial.trains]
    longer = [trial for trial in nas.resume(run.folder, runner="inline", trials=7).trials if trial.trains]
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


def search(command, *arguments: object):
    return command("search", "nasbench201", "--runner", "inline", "--out", "run", *arguments)


def test_nas_bench_201_is_searched_from_the_shipped_table(command, here):
    result = search(command, "--strategy", "evolution", "--trials", 5)
    assert result.status == 0
    assert "table      729 of 15,625 cells are searched: nasbench201-tiny.npz has no 'avg_pool_3x3', 'none'\n" in result.err
    assert result.err.splitlines()[-1] == "next: nas report run"  # there are no images to train on
    run = nas.Run.open("run")
    assert [trial.state for trial in run.trials if trial.trains] == ["finished"] * 5
    assert {op for trial in run.trials for op in trial.choices.values()} <= {"skip_connect", "nor_conv_1x1", "nor_conv_3x3"}


def test_a_longer_search_of_a_part_of_the_space_is_of_the_same_part(command, here):
    search(command, "--trials", 8, "--set", "strategy.name=random")
    command("search", "nasbench201", "--runner", "inline", "--out", "short", "--trials", 3, "--strategy", "random")
    assert command("resume", "short", "--runner", "inline", "--trials", 8).status == 0
    one, other = (nas.Run.open(name).trials for name in ("run", "short"))
    assert [trial.fingerprint for trial in one] == [trial.fingerprint for trial in other]


def tiny(here: Path, keep: Callable[[dict[str, np.ndarray]], np.ndarray], **columns: float) -> str:
    """An override that names the shipped table with only some of its rows, and other columns."""
    with np.load(shipped.folder("search_spaces") / "tables/nasbench201-tiny.npz", allow_pickle=False) as archive:
        table = dict(archive)
    rows = keep(table)
    table |= {name: np.full(729, value) for name, value in columns.items()}
    np.savez(here / "mine.npz", **{name: column[rows] for name, column in table.items()})
    return "evaluator=table:mine.npz"


def test_trials_of_networks_that_the_table_lacks_fail_with_the_reason(command, here):
    gaps = tiny(here, lambda table: np.random.default_rng(0).random(729) < 0.6)
    result = search(command, "--set", gaps, "--trials", 12, "--strategy", "random")
    assert result.status == 0
    assert re.search(
        r"^warning: mine\.npz lacks \d+ of 12 random networks of this space; trials of such", result.err, re.MULTILINE
    )
    states = Counter(trial.state for trial in nas.Run.open("run").trials)
    assert states["failed"] > 0 and states["finished"] > 0
    assert "error: InputError: mine.npz lacks this network (edge0-1 " in result.err


def test_a_table_without_any_number_fails_every_trial(command, here):
    nothing = tiny(here, lambda table: np.full(729, True), error_200=float("nan"), error_12=float("nan"))
    result = search(command, "--set", nothing, "--trials", 3)
    assert result.status == 1
    assert result.err.splitlines()[-1] == "3 of 3 trials failed: not a number: accuracy = nan after epoch 200"


def test_a_space_of_fewer_networks_than_trials_ends_with_what_there_is(command, here):
    edges = [f"network.cell.edges.edge{edge}=skip_connect" for edge in ("0-1", "0-2", "1-2", "0-3")]
    fixed = [part for edge in edges for part in ("--set", edge)]
    result = search(command, *fixed, "--strategy", "evolution", "--trials", 50)
    assert result.status == 0
    trained = {trial.fingerprint for trial in nas.Run.open("run").trials if trial.trains}
    assert 1 < len(trained) <= 9
    assert f"The search ended with {len(trained)} of 50 networks" in result.err


def test_an_option_that_a_strategy_lacks_is_said_with_its_place(command, here):
    result = search(command, "--strategy", "evolution", "--set", "strategy.options.populaton=9")
    assert (result.status, result.err) == (
        2,
        "nas: --set strategy.options.populaton: 'evolution' has no option 'populaton'; did you mean 'population'?\n",
    )
    assert not Path("run").exists()
