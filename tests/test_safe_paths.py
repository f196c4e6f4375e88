"""Names and paths from files."""

from __future__ import annotations

import pytest

from nas.errors import InputError
from nas.safe_paths import check_links, folder_name, inside, is_device, is_url, resolved


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("../my net", "my-net"),
        ("a/b\\c", "a-b-c"),
        ("\x1b[2J", "2J"),
        ("", "unnamed"),
        ("..", "unnamed"),
        ("CON", "CON-"),
        ("a" * 300, "a" * 64),
    ],
)
def test_a_folder_is_called_by_what_is_harmless_of_a_name(text, name):
    assert folder_name(text) == name


@pytest.mark.parametrize(
    ("name", "device"), [("con", True), ("NUL.txt", True), ("COM1", True), ("console", False), ("com", False)]
)
def test_devices_of_windows_are_known(name, device):
    assert is_device(name) is device


@pytest.mark.parametrize("path", ["a\0b", "a\nb", "a" * 5000])
def test_what_no_file_can_be_called_is_no_path(tmp_path, path):
    with pytest.raises(InputError, match="is no path"):
        resolved(path, within=tmp_path)


def test_a_path_goes_from_its_folder_and_a_loop_of_links_is_one_as_well(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert resolved("a/../b", within=tmp_path) == str(tmp_path / "b")
    assert resolved("loop", within=tmp_path)


def test_a_link_within_a_folder_is_followed_and_one_out_of_it_is_not(tmp_path):
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "run" / "checkpoints" / "1").symlink_to(tmp_path / "run")
    check_links(tmp_path / "run", within=("checkpoints", "not-there"))
    (tmp_path / "run" / "checkpoints" / "2").symlink_to(tmp_path)
    with pytest.raises(InputError, match="checkpoints/2 is a link that leads out of"):
        check_links(tmp_path / "run", within=("checkpoints",))
    with pytest.raises(InputError, match="is a link that leads out of"):
        inside(tmp_path / "run" / "checkpoints" / "2" / "x", tmp_path / "run")


def test_folders_and_genomes_are_no_urls():
    assert [is_url(text) for text in ("results/a", "zoo:lenet5", "C:/runs", "./a:b", "postgresql://h/db")] == [False] * 4 + [True]
