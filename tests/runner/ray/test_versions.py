"""Versions that are compared between the nodes of a cluster."""

from __future__ import annotations

import shutil

from nas.runner.ray.versions import PACKAGE, _digest, differing, versions


def test_a_process_has_the_versions_that_it_has():
    assert differing(versions(), versions()) == ""
    assert set(versions()) == {"python", "torch", "deepwide"}


def test_each_difference_is_said_with_both_versions():
    theirs = versions() | {"python": "3.99", "torch": "9.9"}
    ours = versions() | {"python": "3.11", "torch": "2.13.0"}
    assert differing(theirs, ours) == "python 3.99 (here 3.11) and torch 9.9 (here 2.13.0)"


def test_a_library_with_one_changed_line_is_another_one_wherever_it_lies(tmp_path):
    copy = shutil.copytree(PACKAGE / "runner", tmp_path / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    before = _digest(copy)
    assert before == _digest(PACKAGE / "runner")
    (copy / "plan.py").write_text((copy / "plan.py").read_text() + "\n")
    assert _digest(copy) != before
