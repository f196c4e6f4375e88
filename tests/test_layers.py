"""Imports only go down: the contract of pyproject.toml holds."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_no_two_helper_modules_of_tests_have_one_name():
    """Tests of several folders run in one process: the first module of a name would be everybody's."""
    helpers = [path.stem for path in (ROOT / "tests").rglob("*.py") if not re.match(r"test_|conftest|__init__", path.name)]
    assert sorted(helpers) == sorted(set(helpers))


def test_imports_follow_the_layers():
    command = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("import-linter is not installed")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
