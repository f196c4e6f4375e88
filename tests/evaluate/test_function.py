from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from nas import plugins
from nas.errors import InputError
from nas.evaluate import Job, Outcome, function
from nas.evaluate.function import load_function


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    import sys

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    plugins.allow(f"{name}:train" for name in ("mine_documented", "nowhere_at_all", "mine_broken"))
    return tmp_path


def test_the_documented_training_loop_runs(here: Path, make_job: Callable[..., Job], run: Callable[[Job], Outcome]) -> None:
    text = inspect.getdoc(function) or ""
    body = text[text.index("    import torch") : text.index("and is named in")]
    (here / "mine_documented.py").write_text(textwrap.dedent(body))
    outcome = run(make_job(evaluator="mine_documented:train", epochs=40))
    assert outcome.metrics["error"] < 0.5


@pytest.mark.parametrize("name", ["os path:join", "os:", ":join", "os:path.join", "a-b:c"])
def test_a_name_of_another_form_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="must be a registered name or module:function"):
        load_function(name)


def test_a_module_that_is_not_there_is_named(here: Path) -> None:
    with pytest.raises(InputError, match="there is no module 'nowhere_at_all'"):
        load_function("nowhere_at_all:train")


def test_a_function_that_is_not_there_is_named_with_the_nearest(here: Path) -> None:
    (here / "mine_misspelt.py").write_text("def train(genome, context): ...\n")
    plugins.allow(["mine_misspelt:trian"])
    with pytest.raises(InputError, match=r"no function 'trian'; did you mean 'train'"):
        load_function("mine_misspelt:trian")


def test_an_import_that_fails_within_the_module_is_not_hidden(here: Path) -> None:
    (here / "mine_broken.py").write_text("import surely_not_installed\n")
    with pytest.raises(ModuleNotFoundError, match="surely_not_installed"):
        load_function("mine_broken:train")
