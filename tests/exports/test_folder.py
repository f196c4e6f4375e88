"""A folder is replaced whole, and only where an export wrote all of it."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import pytest

from nas.errors import ExportError, InputError
from nas.exports.folder import replaced


def write(folder: Path, content: str, name: str = "a.txt") -> None:
    with replaced(folder) as partial:
        (partial / name).write_text(content)
        (partial / "manifest.json").write_text(json.dumps({"schema": "nas.export/1", "files": {name: {}}}))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_folder_appears_with_its_parents(tmp_path: Path) -> None:
    write(tmp_path / "exports/3", "one")
    assert names(tmp_path / "exports/3") == ["a.txt", "manifest.json"] and names(tmp_path / "exports") == ["3"]


def test_an_earlier_export_is_replaced_whole(tmp_path: Path) -> None:
    write(tmp_path / "out", "one", name="old.txt")
    write(tmp_path / "out", "two")
    assert names(tmp_path / "out") == ["a.txt", "manifest.json"]
    assert (tmp_path / "out/a.txt").read_text() == "two" and names(tmp_path) == ["out"]


def test_nothing_is_seen_before_the_end(tmp_path: Path) -> None:
    with replaced(tmp_path / "out") as partial:
        (partial / "a.txt").write_text("half")
        assert not (tmp_path / "out").exists()
    assert (tmp_path / "out/a.txt").exists()


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interrupted_export_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), replaced(tmp_path / "out"):
        raise error
    assert names(tmp_path) == []


def test_a_file_that_no_export_wrote_is_never_removed(tmp_path: Path) -> None:
    write(tmp_path / "out", "one")
    (tmp_path / "out/thesis.tex").touch()
    with pytest.raises(InputError, match=r"holds what no export wrote \(thesis\.tex\); give a new or an empty folder"):
        write(tmp_path / "out", "two")
    assert names(tmp_path / "out") == ["a.txt", "manifest.json", "thesis.tex"]


@pytest.mark.parametrize("manifest", ["{}", "[", "[]", '{"schema": "other/1", "files": {"mine.txt": {}}}'])
def test_a_manifest_of_something_else_gives_no_right_to_replace(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "mine.txt").touch()
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(InputError, match="no export wrote"):
        write(tmp_path, "two")
    assert names(tmp_path) == ["manifest.json", "mine.txt"]


def test_folders_within_are_replaced_too_unless_somebody_wrote_there(tmp_path: Path) -> None:
    def nested(content: str) -> None:
        with replaced(tmp_path / "out") as partial:
            (partial / "hub").mkdir()
            (partial / "hub/a.txt").write_text(content)
            (partial / "manifest.json").write_text(json.dumps({"schema": "nas.export/1", "files": {"hub/a.txt": {}}}))

    nested("one")
    (tmp_path / "out/hub/__pycache__").mkdir()
    nested("two")
    assert names(tmp_path / "out") == ["hub", "manifest.json"] and names(tmp_path / "out/hub") == ["a.txt"]
    assert oct((tmp_path / "out/hub").stat().st_mode & 0o777) == "0o700"
    (tmp_path / "out/hub/mine.txt").touch()
    with pytest.raises(InputError, match=r"holds what no export wrote \(hub/mine\.txt\)"):
        nested("three")
    assert (tmp_path / "out/hub/a.txt").read_text() == "two"


def test_an_empty_folder_is_taken_and_a_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty", "one")
    with pytest.raises(InputError, match="needs a folder, and this is a file"):
        write(tmp_path / "empty/a.txt", "two")


def test_what_a_killed_export_left_is_cleared_away(tmp_path: Path) -> None:
    (tmp_path / ".out.partial").mkdir()
    (tmp_path / ".out.partial/half.bin").touch()
    write(tmp_path / "out", "one")
    assert names(tmp_path) == ["out"] and names(tmp_path / "out") == ["a.txt", "manifest.json"]


def test_an_export_killed_between_its_two_renames_is_put_back(tmp_path: Path) -> None:
    write(tmp_path / "out", "one")
    (tmp_path / "out").rename(tmp_path / ".out.before")
    with pytest.raises(ValueError, match="stop"), replaced(tmp_path / "out"):
        raise ValueError("stop")
    assert (tmp_path / "out/a.txt").read_text() == "one" and names(tmp_path) == ["out"]


def test_a_full_disk_is_said_and_leaves_the_export_before(tmp_path: Path) -> None:
    with replaced(tmp_path / "out") as partial:
        (partial / "manifest.json").write_text('{"schema": "nas.export/1", "files": {}}')
    with pytest.raises(ExportError, match=r"out cannot be written: no space; what was there is kept"), replaced(tmp_path / "out"):
        raise OSError(errno.ENOSPC, "no space")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
