from __future__ import annotations

import os
import pickle
import stat
import struct
from pathlib import Path

import pytest
import torch

from nas.evaluate.checkpoint import PREVIOUS, STATE, Checkpoint
from nas.storage import MOST_BYTES, Folder


def filled(folder: Path, *values: int) -> Checkpoint:
    checkpoint = Checkpoint(Folder(folder))
    for value in values:
        checkpoint.save({"value": value, "tensor": torch.full((3,), float(value))})
    return checkpoint


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    state = filled(tmp_path / "new" / "folder", 1, 2).load()
    assert state is not None
    assert state["value"] == 2
    assert torch.equal(state["tensor"], torch.tensor([2.0, 2.0, 2.0]))


def test_no_folder_is_no_state(tmp_path: Path) -> None:
    assert Checkpoint(Folder(tmp_path / "none")).load() is None


def test_a_state_that_was_blown_up_falls_back_to_the_one_before(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path, 1, 2)
    with (tmp_path / STATE).open("r+b") as file:
        file.truncate(MOST_BYTES + 1)  # a hole: it takes no room on the disk
    state = checkpoint.load()
    assert state is not None
    assert state["value"] == 1
    assert checkpoint.damaged == [
        f"{STATE} is damaged: {tmp_path / STATE} has {MOST_BYTES + 1:,} bytes, and at most {MOST_BYTES:,} are read"
    ]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_torn_file_falls_back_to_the_one_before(tmp_path: Path, share: float) -> None:
    checkpoint = filled(tmp_path, 1, 2)
    content = (tmp_path / STATE).read_bytes()
    (tmp_path / STATE).write_bytes(content[: int(len(content) * share)])
    assert (checkpoint.load() or {})["value"] == 1


def test_a_number_that_was_changed_on_the_disk_falls_back_to_the_one_before(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path, 1, 2)
    content = (tmp_path / STATE).read_bytes()
    two, three = struct.pack("<f", 2.0), struct.pack("<f", 3.0)
    assert content.count(3 * two) == 1
    (tmp_path / STATE).write_bytes(content.replace(3 * two, 3 * three))
    assert (checkpoint.load() or {})["value"] == 1


def test_a_flipped_bit_falls_back_to_the_one_before(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path, 1, 2)
    content = bytearray((tmp_path / STATE).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / STATE).write_bytes(content)
    assert (checkpoint.load() or {})["value"] == 1


@pytest.mark.parametrize("dies_at", ["fsync", "replace"])
def test_a_save_that_dies_leaves_a_whole_state_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    checkpoint = filled(tmp_path, 1)

    def die(*arguments: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, dies_at, die)
        with pytest.raises(OSError, match="no space"):
            checkpoint.save({"value": 2})
    assert (checkpoint.load() or {})["value"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


def test_a_kill_between_the_two_renames_leaves_the_state_before(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path, 1)
    os.replace(tmp_path / STATE, tmp_path / PREVIOUS)
    assert (checkpoint.load() or {})["value"] == 1


def test_settling_leaves_one_file(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path, 1, 2)
    (tmp_path / ".state.pt.123.tmp").write_text("what a kill left")
    checkpoint.settle({"value": 3})
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]
    assert checkpoint.load() == {"value": 3}


def test_loading_sweeps_what_a_killed_save_left_behind(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path, 1)
    (tmp_path / ".state.pt.123.tmp").write_text("half")
    (tmp_path / ".weights.safetensors.123.tmp").write_text("half")
    assert (checkpoint.load() or {})["value"] == 1
    assert [path.name for path in tmp_path.iterdir()] == [STATE]


def test_files_are_their_owners_only(tmp_path: Path) -> None:
    filled(tmp_path / "trial", 1)
    assert stat.S_IMODE((tmp_path / "trial" / "state.pt").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "trial").stat().st_mode) == 0o700


class Canary:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, ("canary",))


def test_a_strangers_file_runs_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib

    monkeypatch.chdir(tmp_path)
    torch.save({"value": Canary()}, tmp_path / "raw", pickle_module=pickle)
    payload = (tmp_path / "raw").read_bytes()
    digest = hashlib.blake2b(payload, digest_size=20).hexdigest().encode()
    (tmp_path / "state.pt").write_bytes(b"nas.checkpoint/1\n" + digest + b"\n" + payload)
    assert Checkpoint(Folder(tmp_path)).load() is None
    assert not (tmp_path / "canary").exists()


def test_a_damaged_state_is_named_and_does_not_take_the_place_of_the_whole_one_before(tmp_path: Path) -> None:
    checkpoint = filled(tmp_path, 1, 2)
    for value in (3, 4):
        (tmp_path / STATE).write_bytes(b"torn")
        assert (checkpoint.load() or {})["value"] == 1
        assert checkpoint.damaged == [f"{STATE} is damaged: its checksum does not agree"]
        checkpoint.save({"value": value})
    assert (checkpoint.load() or {})["value"] == 4
    assert checkpoint.damaged == []
