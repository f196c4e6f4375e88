"""Versions and commit: what one needs to know to do a run again."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

import pytest

import nas
from nas.study.folder import environment as environments
from nas.study.folder.environment import compared, environment


def test_it_has_the_space_as_it_was_written_and_where_it_ran(space):
    found = environment(space())
    assert found["space"]["text"].lstrip().startswith("name: little")
    assert found["machine"]["cores"] == os.cpu_count()
    assert found["python"] == platform.python_version()
    assert set(found["versions"]) <= set(environments.PACKAGES)


def test_the_commit_is_that_of_the_checkout_and_none_without_git(space, monkeypatch):
    root = Path(nas.__file__).parents[1]
    if not (root / ".git").exists():
        pytest.skip("this is no checkout")
    head = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    assert environment(space())["commit"] == head.stdout.strip()
    monkeypatch.setenv("PATH", "")
    assert environment(space())["commit"] is None


def test_versions_are_compared_up_to_their_second_dot_and_ours_whole(monkeypatch):
    versions = {"torch": "2.13.1+cpu", "optuna": "5.0.0", "deepwide": "0.4.2"}
    monkeypatch.setattr(environments, "installed", lambda names: {name: versions[name] for name in names})
    monkeypatch.setattr(platform, "python_version", lambda: "3.11.7")
    assert compared() == {"deepwide": "0.4.2", "python": "3.11", "torch": "2.13", "optuna": "5.0"}
