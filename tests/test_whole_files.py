"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from nas.whole_files import TooLarge, read_whole, write_alone, write_whole


def test_a_write_that_dies_leaves_what_was_there_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "one"
    write_whole(path, [b"old"])
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda file: (_ for _ in ()).throw(OSError(errno.ENOSPC, "no space left")))
        with pytest.raises(OSError, match="no space"):
            write_whole(path, [b"new"])
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"one": b"old"}


def test_a_file_is_read_up_to_so_many_bytes(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"12345")
    assert read_whole(tmp_path / "one", 5) == b"12345"
    with pytest.raises(TooLarge, match="one has 5 bytes, and at most 4 are read"):
        read_whole(tmp_path / "one", 4)


def test_what_a_killed_writer_left_of_a_file_is_swept_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", lambda aside, path: left.append(Path(aside).rename(f"{aside}")))
        patch.setattr(Path, "unlink", lambda *a, **k: None)  # as if it had been killed in between
        write_whole(tmp_path / "one", [b"new"])
    (tmp_path / ".one.txt").touch()
    (tmp_path / ".two.0.tmp").touch()
    assert len(list(tmp_path.iterdir())) == 3
    write_alone(tmp_path / "one", [b"newer"])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".one.txt", ".two.0.tmp", "one"]
