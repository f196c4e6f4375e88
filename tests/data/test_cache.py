"""The folder of decoded data: atomic, swept, named by the environment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nas.data.cache import default_cache, discarded, state_of, written


def test_the_environment_names_the_cache_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("NAS_CACHE", str(tmp_path))
    assert default_cache() == tmp_path


def test_the_cache_is_in_the_home_folder_unless_named(monkeypatch):
    monkeypatch.delenv("NAS_CACHE", raising=False)
    assert default_cache() == Path.home() / ".cache" / "deepwide"


def test_a_folder_that_another_process_made_first_is_kept(tmp_path):
    def write(aside):
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "theirs").touch()
        (aside / "ours").touch()

    written(tmp_path / "data", write)
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["theirs"]
    assert len(list(tmp_path.iterdir())) == 1


def test_a_writer_that_fails_leaves_nothing(tmp_path):
    def write(aside):
        (aside / "half").touch()
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        written(tmp_path / "data", write)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_swept_after_a_day(tmp_path):
    old, new, others = f".data-{'0' * 16}.abcdefgh", f".data-{'1' * 16}.abcdefgh", ".ssh"
    for name, age in ((old, 0), (new, 4e9), (others, 0)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (age, age))
    written(tmp_path / "data", lambda aside: None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [new, others, "data"]


def test_a_file_that_was_touched_has_another_state(tmp_path):
    path = tmp_path / "a"
    path.write_text("x")
    before = state_of([path])
    os.utime(path, ns=(5, 5))
    assert state_of([path]) != before


def test_discarding_what_is_gone_already_does_nothing(tmp_path):
    discarded(tmp_path / "gone")
    assert list(tmp_path.iterdir()) == []
