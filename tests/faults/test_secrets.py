"""A password is nowhere to be found: in no file, output, report or command line, whatever becomes of its database."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import patience
import pytest
from driving import command, little, started
from postgres import PASSWORD, Server, server

from nas.study.ledger import ledger

SECRET = PASSWORD.encode()
LONG = pytest.mark.long
PROFILE = "name: pg\nengine: {engine}\nstudy: {study}\n"
EVALUATOR = "def quick(genome, context):\n    return {'error': 0.5}\n"
SEARCH = ("search", "little.yaml", "--set", "evaluator=made_up:quick", "--trials", "2", "--runner")


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    """A private server, and the password where a person would put it."""
    with server() as one, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PGPASSWORD", PASSWORD)
        yield one


@pytest.fixture
def temporary(short_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where processes have their temporary files, those of Ray too."""
    monkeypatch.setenv("TMPDIR", str(short_folder))
    return short_folder


class Watch:
    """Looks at all command lines, and all files that come and go in some folders, as long as it is open."""

    def __init__(self, *folders: Path) -> None:
        self.found: set[str] = set()  # where the secret was seen
        self.lines: set[bytes] = set()
        self.files: set[Path] = set()
        self._folders = folders
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.look_at_files()

    def _look(self) -> None:
        while not self._stop.wait(0.2):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):  # it ended
                    self.lines.add(path.read_bytes())
            self.look_at_files()
        self.found |= {line.decode(errors="replace") for line in self.lines if SECRET in line}

    def look_at_files(self) -> None:
        for folder in self._folders:
            for around, _, names in os.walk(folder):
                for path in (Path(around, name) for name in names):
                    with contextlib.suppress(OSError):  # a socket, or it was deleted
                        if path.is_file() and SECRET in path.read_bytes():
                            self.found.add(str(path))
                        self.files.add(path)


def forked(*arguments: str, output: Path, seconds: float | None = None) -> int | None:
    """The exit status of `nas` in a process that was forked; seconds: how long it waits for its database."""

    def impatient() -> None:
        ledger.SECONDS = seconds or ledger.SECONDS
        command(*arguments, output=output)

    process = started(impatient)
    process.join(patience.SECONDS)
    return process.exitcode


def anew(*arguments: str, output: Path) -> int:
    """The exit status of `nas` as a person starts it."""
    with output.open("wb") as file:
        return subprocess.run([sys.executable, "-m", "nas", *arguments], stdout=file, stderr=file).returncode


@pytest.mark.parametrize("engine", ["inline", pytest.param("local", marks=LONG), pytest.param("ray", marks=LONG)])
def test_a_password_is_nowhere(postgres, tmp_path, temporary, monkeypatch, record, engine):
    """Of a search that works, is shown and reported, one that is refused by the database, and one whose URL holds it."""
    monkeypatch.chdir(tmp_path)
    little(tmp_path)
    Path("made_up.py").write_text(EVALUATOR)
    said = tmp_path / "said"
    said.mkdir()
    for name, study in (("right", postgres.url), ("wrong", postgres.url.replace("sweeps@", "nobody@"))):
        Path(f"{name}.yaml").write_text(PROFILE.format(engine=engine, study=study))
    search = forked if engine == "inline" else anew
    with Watch(tmp_path, temporary) as watch:
        assert search(*SEARCH, "right.yaml", "--out", "run", output=said / "right") == 0, (said / "right").read_text()
        assert forked(*SEARCH, "wrong.yaml", "--out", "none", output=said / "wrong") == 2
        for words in (("show", "run", "--json"), ("show", "run", "0"), ("report", "run"), ("runs", ".")):
            assert forked(*words, "--allow-code", output=said / "-".join(words).replace("/", "")) in (0, 2)
        postgres.stop(signal.SIGQUIT)
        try:
            assert forked("show", "run", "--allow-code", output=said / "away", seconds=0.5) == 2, (said / "away").read_text()
        finally:
            postgres.start()
    assert watch.found == set()
    assert engine != "ray" or any("session_" in str(path) for path in watch.files), "the files of Ray were not looked at"
    assert {"search.yaml", "study.url", "environment.json", "report.html", "wrong", "away"} <= {p.name for p in watch.files}
    Path("holding.yaml").write_text(PROFILE.format(engine=engine, study=postgres.url.replace("sweeps@", f"sweeps:{PASSWORD}@")))
    assert forked(*SEARCH, "holding.yaml", output=said / "holding") == 2
    text = (said / "holding").read_text()
    assert "holding.yaml:3:8: study: a password in a URL" in text and PASSWORD not in text
    record(
        "P17",
        f"a password in PGPASSWORD, and in the URL of a runner's file; the database refuses, and goes away; {engine}",
        times=8,
        promised="in no file, output, report or command line",
        found=f"0 hits in {len(watch.files)} files, outputs and reports, and {len(watch.lines)} command lines",
    )
