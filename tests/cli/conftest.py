"""The command in this process, a search space that takes no time, and one finished run of real training."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # `instant`

from quick_space import INSTANT  # noqa: E402

import nas  # noqa: E402
from nas import plugins  # noqa: E402
from nas.cli import main  # noqa: E402

plugins.allow(["instant:by_cost"])  # tests/security asks whether code may be run; here it is


@dataclass(frozen=True)
class Result:
    """What a command left: its exit status, and what it wrote to standard output and standard error."""

    status: int | str | None
    out: str
    err: str


Command = Callable[..., Result]


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """`nas` with these arguments, through its entry, where errors become a line and a status."""

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["nas", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        written = capsys.readouterr()
        return Result(ended.value.code, written.out, written.err)

    return run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def space(here: Path) -> Path:
    """A search space of four instant trials."""
    path = here / "quick.yaml"
    path.write_text(INSTANT)
    return path


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of three networks that were trained; shared, so tests only read it."""
    folder = tmp_path_factory.mktemp("finished")
    path = folder / "little.yaml"
    path.write_text(INSTANT.replace("evaluator: instant:by_cost\n", "").replace("trials: 4", "trials: 3"))
    nas.search(path, runner="inline", out=folder / "run")
    return folder / "run"


@pytest.fixture
def own_run(finished: Path, here: Path) -> Path:
    """A copy of the finished run that a test may change."""
    shutil.copytree(finished, here / "run")
    return here / "run"
