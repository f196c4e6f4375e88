"""A person's own code by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import nas
from nas import evaluators, plugins
from nas.errors import InputError
from nas.space import load


def test_a_function_of_the_current_directory_is_found(tmp_path, monkeypatch):
    (tmp_path / "loops_of_mine.py").write_text("def train():\n    return 7\n")
    monkeypatch.chdir(tmp_path)
    plugins.allow(["loops_of_mine:train"])
    assert plugins.function("loops_of_mine:train")() == 7


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no_such_module:train", "there is no module 'no_such_module' in "),
        ("json:dump_all", r"'json' has no function 'dump_all'; did you mean 'dump'\?"),
        ("json", "must be module:function"),
        ("a b:c", "must be module:function"),
    ],
)
def test_what_is_not_there_is_said(name, text):
    plugins.allow([name])
    with pytest.raises(InputError, match=text):
        plugins.function(name)


def test_a_module_that_a_space_imports_and_is_not_there_is_an_error_at_its_place(tmp_path):
    path = tmp_path / "space.yaml"
    path.write_text("name: x\nimports: [no_such_module]\n")
    with pytest.raises(InputError, match=r"space\.yaml:2:11: imports\.0: 'no_such_module': there is no module"):
        load(path, allow_code=True)


EVIL = "import pathlib\npathlib.Path(__file__).with_name('canary').touch()\ndef train(genome, context): return {'error': 0.5}\n"


SPACE = """\
name: x
data: {name: digits, limit: 60}
network: {stages: 2, depth: 1, width: 4}
strategy: {trials: 1}
"""


@pytest.fixture
def stranger(tmp_path, monkeypatch):
    """A stranger's module in the current directory, and the file of a search that names it: stranger(line) -> its path."""
    name = f"stranger_{tmp_path.name}"
    (tmp_path / f"{name}.py").write_text(EVIL)
    monkeypatch.chdir(tmp_path)

    def written(line: str) -> Path:
        (tmp_path / "space.yaml").write_text(SPACE + line.replace("STRANGER", name) + "\n")
        return tmp_path / "space.yaml"

    return written


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("imports: [STRANGER]", "5:11: imports.0: 'stranger_"),
        ("evaluator: STRANGER:train", "5:12: evaluator: evaluator 'stranger_"),
        ("evaluator: STRANGER:train\nimports: [STRANGER]", "6:11: imports.0: 'stranger_"),
    ],
)
def test_code_that_a_file_names_is_refused_at_its_place_and_not_run(stranger, line, place):
    path = stranger(line)
    with pytest.raises(InputError, match=rf"space\.yaml:{place}.*it is code, which is run only with --allow-code"):
        nas.search(path, runner="local", out="run")
    assert not (path.parent / "canary").exists()
    assert not (path.parent / "run").exists()


def test_a_function_of_data_is_refused_at_its_place_and_not_called(stranger):
    path = stranger("").with_name("data.yaml")
    path.write_text(path.with_name("space.yaml").read_text().replace("{name: digits, limit: 60}", "{name: 'stranger:images'}"))
    with pytest.raises(InputError, match=r"data\.yaml:2:14: data\.name: 'stranger:images': it is code"):
        nas.search(path, runner="local", out="run")


@pytest.mark.parametrize("by", ["permission", "override"])
def test_code_that_the_person_allowed_or_named_is_run(stranger, by):
    path = stranger("evaluator: STRANGER:train" if by == "permission" else "")
    overrides = [] if by == "permission" else [f"evaluator={next(path.parent.glob('stranger_*.py')).stem}:train"]
    run = nas.search(path, runner="local", out="run", overrides=overrides, allow_code=by == "permission")
    assert run.best.metrics == {"error": 0.5}
    assert (path.parent / "canary").exists()


def test_a_name_that_is_registered_needs_no_permission(stranger):
    evaluators.register("mine-registered", lambda genome, context: {"error": 0.25})
    assert nas.search(stranger("evaluator: mine-registered"), runner="inline", out="run").best.metrics == {"error": 0.25}


@pytest.fixture
def finished(stranger):
    """A run whose evaluator is a stranger's, as another process would find it."""
    path = stranger("evaluator: STRANGER:train")
    nas.search(path, runner="local", out="run", allow_code=True)
    (path.parent / "canary").unlink()
    return path.parent / "run"


def in_a_process(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nas", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)


def test_a_strangers_run_is_shown_without_its_code_and_not_resumed_with_it(finished):
    for arguments in (["show", "run"], ["show", "run", "0"], ["report", "run"]):
        done = in_a_process(finished.parent, *arguments)
        assert (done.returncode, (finished.parent / "canary").exists()) == (0, False), done.stderr
    refused = in_a_process(finished.parent, "resume", "run", "--runner", "local", "--trials", "2")
    assert refused.returncode == 2
    assert "search.yaml" in refused.stderr
    assert "--allow-code" in refused.stderr
    assert not (finished.parent / "canary").exists()
    resumed = in_a_process(finished.parent, "resume", "run", "--runner", "local", "--trials", "2", "--allow-code")
    assert resumed.returncode == 0, resumed.stderr
    assert (finished.parent / "canary").exists()
