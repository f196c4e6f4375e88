"""A person's own code by name."""

from __future__ import annotations

import pytest

from nas import plugins
from nas.errors import InputError
from nas.space import load


def test_a_function_of_the_current_directory_is_found(tmp_path, monkeypatch):
    (tmp_path / "loops_of_mine.py").write_text("def train():\n    return 7\n")
    monkeypatch.chdir(tmp_path)
    assert plugins.function("loops_of_mine:train")() == 7


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no_such_module:train", "there is no module 'no_such_module' in "),
        ("json:dump_all", r"'json' has no function 'dump_all'; did you mean 'dump'\?"),
        ("json", "must be module:function"),
        ("a b:c", "no name of a module"),
    ],
)
def test_what_is_not_there_is_said(name, text):
    with pytest.raises(InputError, match=text):
        plugins.function(name)


def test_a_module_that_a_space_imports_and_is_not_there_is_an_error_at_its_place(tmp_path):
    path = tmp_path / "space.yaml"
    path.write_text("name: x\nimports: [no_such_module]\n")
    with pytest.raises(InputError, match=r"space\.yaml:2:11: imports\.0: there is no module 'no_such_module'"):
        load(path)
