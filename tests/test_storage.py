from __future__ import annotations

import os
import stat
import threading
import time
from pathlib import Path

import buckets
import pytest

from nas import storage
from nas.errors import InputError, MissingExtraError
from nas.storage import (
    Bucket,
    Folder,
    Storage,
    TooLarge,
    check_url,
    check_usable,
    delete_all,
    read_file,
    storage_at,
    storage_of_run,
)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    monkeypatch.setenv("BUCKETS", str(tmp_path / "buckets"))
    (tmp_path / "buckets").mkdir()
    buckets.register()
    return storage_at(tmp_path / "folder" if request.param == "folder" else "bucket://mine/sweep")


def test_what_is_written_is_read_again(store: Storage) -> None:
    store.write("one", [b"a", memoryview(b"bc")])
    assert store.read("one") == b"abc"
    assert (store.exists("one"), store.exists("two")) == (True, False)


def test_what_is_replaced_is_kept_under_another_name(store: Storage) -> None:
    store.write("state", [b"old"], keep_as="before")
    assert not store.exists("before")
    store.write("state", [b"new"], keep_as="before")
    assert (store.read("state"), store.read("before")) == (b"new", b"old")


def test_files_are_listed_with_those_below(store: Storage) -> None:
    assert store.sizes() == {}
    store.write("one", [b"1"])
    (store / 7 / "final").write("two", [b"22"])
    assert store.sizes() == {"one": 1, "7/final/two": 2}
    assert (store / 7).sizes() == {"final/two": 2}


def test_a_file_that_is_not_there_is_not_found(store: Storage) -> None:
    with pytest.raises(FileNotFoundError):
        store.read("none")
    store.delete("none")


def test_everything_is_deleted_but_what_is_to_stay(store: Storage) -> None:
    for name in ("state", "final"):
        (store / name).write("file", [b"1"])
    store.write("file", [b"1"])
    delete_all(store, but="final")
    assert store.sizes() == {"final/file": 1}
    delete_all(store)
    assert store.sizes() == {}


def test_a_file_is_read_by_its_path_or_url(store: Storage) -> None:
    (store / 3).write("weights", [b"w"])
    assert read_file(f"{store / 3}/weights") == b"w"


@pytest.mark.parametrize("bytes_", [0, 5, 6])
def test_a_file_is_read_up_to_so_many_bytes_and_no_more(store: Storage, bytes_: int) -> None:
    store.write("file", [b"x" * bytes_])
    for read in (lambda most: store.read("file", most=most), lambda most: read_file(f"{store}/file", most=most)):
        assert read(6) == b"x" * bytes_
        if bytes_ == 6:
            with pytest.raises(TooLarge, match=f"{store}/file has 6 bytes, and at most 5 are read"):
                read(5)


def test_a_store_that_knows_no_sizes_or_lies_about_them_fills_no_memory(store: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    if isinstance(store, Folder):
        pytest.skip("a folder knows the sizes of its files")
    store.write("file", [b"x" * 1000])
    asked = []
    whole = buckets.Buckets.cat_file
    monkeypatch.setattr(buckets.Buckets, "cat_file", lambda *a, **named: asked.append(named["end"]) or whole(*a, **named))
    for said in (None, 5):
        monkeypatch.setattr(buckets.Buckets, "size", lambda self, path, said=said: said)
        if said is None:
            with pytest.raises(TooLarge, match="has 11 bytes, and at most 10"):
                store.read("file", most=10)
        else:
            assert store.read("file", most=10) == b"xxxxx"
    assert asked == [11, 5]


def test_an_object_store_of_fsspecs_own_is_read_within_its_bound_too() -> None:
    store = storage_at(f"memory://{os.getpid()}/sweep")
    store.write("file", [b"abc"])
    assert store.read("file", most=3) == b"abc"
    with pytest.raises(TooLarge):
        store.read("file", most=2)
    delete_all(store)


def _write_often(folder: Path, content: bytes, times: int, begin: threading.Event) -> None:
    begin.wait()
    for _ in range(times):
        Folder(folder).write("state", [content], keep_as="before")


def test_two_hosts_that_write_one_file_leave_a_whole_one_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getpid", lambda: 4711)  # processes of two hosts may have one number
    begin, contents, errors = threading.Event(), [bytes([n]) * 50_000 for n in range(4)], []

    def write(content: bytes) -> None:
        try:
            _write_often(tmp_path, content, 10, begin)
        except OSError as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(content,)) for content in contents]
    for writer in writers:
        writer.start()
    begin.set()
    for writer in writers:
        writer.join()
    assert errors == []
    assert set(Folder(tmp_path).sizes()) == {"state", "before"}
    assert Folder(tmp_path).read("state") in contents


def test_a_run_has_a_place_of_its_own(store: Storage) -> None:
    first, second = (storage_of_run(str(store), "digits") for _ in range(2))
    first.write("one", [b"1"])
    assert second.sizes() == {}
    assert str(first).startswith(f"{store}/digits-")


def test_a_folder_that_runs_share_is_absolute_and_is_found_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert str(storage_of_run("shared", "digits")).startswith(f"{tmp_path}/shared/digits-")
    assert str(storage_of_run("~/shared", "digits")).startswith("/home/somebody/shared/digits-")


def test_a_file_of_a_folder_is_its_owners_only(tmp_path: Path) -> None:
    Folder(tmp_path / "trial").write("one", [b"1"])
    assert stat.S_IMODE((tmp_path / "trial" / "one").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "trial").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "url",
    ["s3://KEY:s3cr3t@bucket/x", "s3://s3cr3t@bucket/x", "s3://bucket/x?secret=s3cr3t", "sftp://me:s3cr3t@host/x"],
)
def test_a_url_with_a_password_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InputError, match="must hold no password") as caught:
        storage_at(url)
    assert "s3cr3t" not in str(caught.value)


def test_an_unknown_kind_of_storage_is_answered_with_the_nearest() -> None:
    with pytest.raises(InputError, match="'s4' is not a kind of storage; did you mean 's3'"):
        check_url("s4://bucket/x")


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec.core

    def absent(url: str) -> None:
        raise ImportError("Install s3fs")

    monkeypatch.setattr(fsspec.core, "url_to_fs", absent)
    with pytest.raises(MissingExtraError, match=r"deepwide\[s3\]"):
        storage_at("s3://bucket/x")


def test_a_storage_that_can_be_used_is_left_as_it_was(store: Storage) -> None:
    check_usable(store)
    assert store.sizes() == {}


def test_a_folder_without_rights_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(InputError, match=r"storage .*/file/run cannot be used: Not a directory"):
        check_usable(Folder(tmp_path / "file" / "run"))


def test_a_storage_that_fails_for_reasons_of_its_own_cannot_be_used(
    store: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(store, Folder):
        pytest.skip("a folder has no library behind it")
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.2)
    (tmp_path / "buckets" / "broken").write_text("no credentials")
    with pytest.raises(InputError, match=r"bucket://mine/sweep cannot be used: .*RuntimeError: no credentials"):
        check_usable(store)


def test_a_storage_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(Folder):
        def write(self, *arguments: object, **named: object) -> None:
            released.wait()

    released = threading.Event()
    monkeypatch.setattr(storage, "PROBE_SECONDS", 0.1)
    with pytest.raises(InputError, match=r"cannot be used: no answer within 0\.1 s"):
        check_usable(Silent(Path("nowhere")))
    released.set()


def test_what_fails_for_a_while_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKETS", str(tmp_path))
    found = Bucket("bucket://mine")
    (tmp_path / "broken").write_text("away")
    threading.Timer(0.7, (tmp_path / "broken").unlink).start()
    started = time.monotonic()
    found.write("one", [b"1"])
    assert 0.5 < time.monotonic() - started < 30
    assert found.read("one") == b"1"


def test_what_fails_for_long_is_an_error_of_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKETS", str(tmp_path))
    monkeypatch.setattr(storage, "PATIENCE_SECONDS", 0.1)
    (tmp_path / "broken").write_text("away")
    with pytest.raises(OSError, match="bucket://mine: RuntimeError: away"):
        Bucket("bucket://mine").write("one", [b"1"])
