"""Loading: decoded once, kept, shared, and decoded anew when a source changes."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np
import pytest

from nas.data import RawData, Source, describe, known_size, load, sources
from nas.data.dataset import statistics
from nas.errors import DataError, UnknownNameError
from nas.space.settings import DataSettings


@pytest.fixture
def settings(tmp_path, images, labels):
    np.savez(tmp_path / "some.npz", x=images, y=labels)
    return DataSettings(name="npz", path=str(tmp_path / "some.npz"))


def test_statistics_are_those_of_the_train_part_in_0_to_1(settings, cache, images):
    found = load(settings, cache=cache)
    train = images[found.train] / 255
    assert found.mean == pytest.approx(train.mean(axis=(0, 2, 3)), abs=1e-6)
    assert found.std == pytest.approx(train.std(axis=(0, 2, 3)), abs=1e-6)


def test_a_channel_that_never_changes_has_a_deviation_of_one():
    assert statistics(np.full((4, 1, 2, 2), 51, np.uint8), np.arange(4))[1].tolist() == [1]


def test_images_are_mapped_from_disk_and_decoded_once(settings, cache, monkeypatch):
    load(settings, cache=cache)
    monkeypatch.setitem(sources._items, "npz", replace(sources.get("npz"), read=None))  # type: ignore[arg-type]
    assert isinstance(load(settings, cache=cache).images, np.memmap)


def test_a_loaded_data_set_is_the_same_as_when_it_was_decoded(settings, cache):
    first, second = load(settings, cache=cache), load(settings, cache=cache)
    assert first.fingerprint == second.fingerprint
    assert first.info == second.info
    assert np.array_equal(first.train, second.train)
    assert np.array_equal(first.mean, second.mean)


def test_a_source_that_changed_is_decoded_anew(settings, cache, images, labels):
    before = load(settings, cache=cache).fingerprint
    np.savez(settings.path, x=255 - images, y=labels)
    os.utime(settings.path, ns=(1, 1))
    assert load(settings, cache=cache).fingerprint != before


def test_divisions_of_the_same_images_share_their_file(settings, cache):
    load(settings, cache=cache)
    load(settings.model_copy(update={"limit": 10, "seed": 5}), cache=cache)
    assert len(list(cache.iterdir())) == 1


def test_a_damaged_file_in_the_cache_is_made_again(settings, cache):
    before = load(settings, cache=cache).fingerprint
    kept = next(cache.glob("npz-*/images.npy"))
    kept.write_bytes(kept.read_bytes()[:200])
    assert np.array_equal(load(settings, cache=cache).images, load(settings, cache=cache).images)
    assert load(settings, cache=cache).fingerprint == before
    assert kept.stat().st_size > 200


def test_nothing_is_left_when_decoding_fails(settings, cache, images):
    np.savez(settings.path, x=images, y=np.zeros(30, int))
    with pytest.raises(DataError, match="two classes"):
        load(settings, cache=cache)
    assert not cache.exists() or list(cache.iterdir()) == []


def fingerprint_of(job):
    return load(job[0], cache=job[1]).fingerprint


def test_processes_that_decode_at_once_agree_and_leave_one_folder(settings, cache):
    with ProcessPoolExecutor(3, mp_context=get_context("fork")) as pool:
        found = set(pool.map(fingerprint_of, [(settings, cache)] * 6))
    assert len(found) == 1
    assert [path.name.startswith("npz-") for path in cache.iterdir()] == [True]


def test_how_many_images_there_are_is_known_once_they_were_decoded(settings, cache, monkeypatch):
    monkeypatch.chdir(cache.parent)
    relative = settings.model_copy(update={"path": "some.npz"})
    assert known_size(relative, cache=cache) is None
    load(settings, cache=cache)
    assert known_size(relative, cache=cache) == 18


def test_describe_says_what_load_finds_without_decoding(settings, cache):
    assert describe(settings) == load(settings, cache=cache).info


def test_a_source_that_cannot_describe_itself_is_decoded_to_do_so(cache, images, labels, monkeypatch):
    source = Source(read=lambda _: RawData(images, labels), takes_path=False, needs_path=False)
    monkeypatch.setitem(sources._items, "mine", source)
    info = describe(DataSettings(name="mine"), cache=cache)
    assert (info.name, info.shape, info.classes) == ("mine", (3, 6, 5), ("0", "1", "2"))


def test_all_train_is_train_and_validation(settings, cache):
    found = load(settings, cache=cache)
    assert set(found.part("all_train")) == set(range(30)) - set(found.test)


@pytest.mark.parametrize("name", ["npz", "folder", "idx", "cifar10", "parquet"])
def test_a_source_that_needs_a_path_says_so(name, cache):
    with pytest.raises(DataError, match=f"'{name}' needs a path"):
        load(DataSettings(name=name), cache=cache)


@pytest.mark.parametrize("name", ["npz", "folder", "idx", "cifar100", "parquet"])
def test_a_path_that_does_not_exist_is_named(name, cache):
    with pytest.raises(DataError, match=r"data\.path: no/such/place does not exist"):
        load(DataSettings(name=name, path="no/such/place"), cache=cache)


def test_an_unknown_source_shows_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'cifar10'"):
        describe(DataSettings(name="cifar-10"))


def test_a_path_that_would_not_be_read_is_refused():
    with pytest.raises(DataError, match="'digits' takes no path"):
        describe(DataSettings(name="digits", path="x"))


def test_a_size_that_would_not_be_used_is_refused(settings):
    with pytest.raises(DataError, match=r"a source that resizes \(folder, parquet\)"):
        describe(settings.model_copy(update={"size": (4, 4)}))


def test_a_cache_folder_that_cannot_be_written_is_named(settings, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"file/cache cannot be written.*NAS_CACHE"):
        load(settings, cache=tmp_path / "file" / "cache")


def test_describing_digits_loads_neither_torch_nor_scikit_learn():
    code = (
        "import sys; from nas.data import describe; from nas.space.settings import DataSettings;"
        "print(describe(DataSettings()).shape, [m for m in ('torch', 'sklearn', 'PIL', 'datasets') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "(1, 8, 8) []"
