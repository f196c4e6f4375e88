"""What the package exposes is a list, and importing it costs nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nas


def test_the_public_names_are_what_the_package_gives():
    listed = [*nas._MODULES, *(name for names in nas._HOMES.values() for name in names)]
    assert sorted(nas.__all__) == sorted(listed)
    assert all(getattr(nas, name) is not None for name in nas.__all__)


def test_public_names_are_few_and_differ():
    assert len(set(nas.__all__)) == len(nas.__all__) <= 30


def test_what_is_not_public_is_an_attribute_error_as_usual():
    assert not hasattr(nas, "flops")


def test_type_checkers_see_the_same_names():
    imported = set()
    for line in Path(nas.__file__).read_text(encoding="utf-8").splitlines():
        if line.startswith(("    from nas.", "    from nas import")):
            imported |= {name.strip() for name in line.partition(" import ")[2].split(",")}
    assert imported == set(nas.__all__)


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, nas; print([n for n in ('torch', 'ray', 'optuna', 'numpy', 'pydantic', 'yaml') if n in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
