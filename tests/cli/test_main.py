"""The command's entry: errors become one line and an exit status, and help is quick."""

from __future__ import annotations

import subprocess
import sys

import pytest

from nas import errors
from nas.cli import runs

HEAVY = {"torch", "ray", "optuna", "pandas", "plotly", "sklearn", "networkx"}


def loaded_by(arguments: list[str]) -> set[str]:
    """The packages that a fresh process has loaded when the command ends."""
    code = f"""
import sys
sys.argv = ["nas", *{arguments!r}]
from nas.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write(",".join(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stderr.rpartition("\n")[2].split(","))


@pytest.mark.parametrize("arguments", [["--help"], ["search", "--help"], ["space", "--help"]])
def test_help_loads_nothing_heavy(arguments):
    assert not loaded_by(arguments) & HEAVY


def test_a_dry_run_loads_neither_torch_nor_ray_nor_optuna():
    assert not loaded_by(["search", "deeper-vs-wider", "--dry-run"]) & {"torch", "ray", "optuna"}


def test_every_command_has_one_short_line_in_the_overview(command):
    lines = command("--help").out.partition("Commands:")[2].strip().splitlines()
    assert [line for line in lines if line.endswith("...")] == []


def test_python_m_nas_is_the_command():
    done = subprocess.run([sys.executable, "-m", "nas", "genome", "show", "nowhere.yaml"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "nas: nowhere.yaml: no such file\n")


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (errors.RunError("the run is gone"), 2, "nas: the run is gone\n"),
        (errors.MissingExtraError("onnx", extra="onnx", purpose="an export"), 2,
         "nas: an export needs the package 'onnx': pip install 'deepwide[onnx]'\n"),
        (errors.SearchError("it cannot go on"), 1, "nas: it cannot go on\n"),
        (errors.ExportError("two lines\nof text"), 1, "nas: two lines of text\n"),
        (PermissionError(13, "Permission denied", "report.html"), 1, "nas: report.html: Permission denied\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)  # fmt: skip
def test_an_error_is_one_line_and_a_status(command, monkeypatch, error, status, line):
    def fails(folder):
        raise error

    monkeypatch.setattr("nas.study.folder.home.runs", fails)
    result = command("runs")
    assert (result.status, result.out, result.err) == (status, "", line)


def test_a_fault_of_ours_is_not_hidden(command, monkeypatch):
    monkeypatch.setattr("nas.study.folder.home.runs", lambda folder: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        command("runs")


def test_an_unknown_command_shows_the_nearest(command):
    result = command("serch")
    assert result.status == 2
    assert "'search'" in result.err


def test_the_shown_limit_of_the_help_is_the_real_one(command):
    assert f"the best {runs.SHOWN}" in command("show", "--help").out
