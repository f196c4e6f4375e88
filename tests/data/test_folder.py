"""A folder of class folders of pictures."""

from __future__ import annotations

import io

import numpy as np
import pytest

from nas.data import describe, load
from nas.errors import DataError
from nas.space.settings import DataSettings

Image = pytest.importorskip("PIL.Image")


def save(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def fill(root, count=4, shape=(6, 5, 3), classes=("cat", "dog"), seed=0):
    """PNG pictures of noise; the pixels in the order of reading."""
    pixels = np.random.default_rng(seed).integers(0, 256, (len(classes) * count, *shape), dtype=np.uint8)
    for number, picture in enumerate(pixels):
        save(root / classes[number // count] / f"{number:03}.png", picture)
    return pixels


def settings(root, **more):
    return DataSettings(name="folder", path=str(root), **more)


def test_pictures_of_each_class_are_read_in_the_order_of_their_names(tmp_path, cache):
    pixels = fill(tmp_path / "pets")
    found = load(settings(tmp_path / "pets"), cache=cache)
    assert np.array_equal(found.images, pixels.transpose(0, 3, 1, 2))
    assert found.labels.tolist() == [0] * 4 + [1] * 4
    assert found.info == describe(settings(tmp_path / "pets"))
    assert (found.info.name, found.info.classes) == ("pets", ("cat", "dog"))


def test_grey_pictures_have_one_channel(tmp_path, cache):
    pixels = fill(tmp_path / "pets", shape=(6, 5))
    found = load(settings(tmp_path / "pets"), cache=cache)
    assert np.array_equal(found.images[:, 0], pixels)
    assert describe(settings(tmp_path / "pets")) == found.info


def test_one_picture_in_colour_at_the_head_of_a_class_makes_all_colour(tmp_path, cache):
    fill(tmp_path / "pets", shape=(6, 5))
    save(tmp_path / "pets" / "dog" / "000.png", np.zeros((6, 5, 3), np.uint8))
    assert load(settings(tmp_path / "pets"), cache=cache).info.shape == (3, 6, 5)


def test_a_picture_in_colour_among_grey_ones_is_named(tmp_path, cache):
    fill(tmp_path / "pets", shape=(6, 5))
    save(tmp_path / "pets" / "dog" / "zzz.png", np.zeros((6, 5, 3), np.uint8))
    with pytest.raises(DataError, match=r"dog.zzz\.png: is in colour"):
        load(settings(tmp_path / "pets"), cache=cache)


def test_train_and_test_folders_are_the_two_parts(tmp_path, cache):
    fill(tmp_path / "pets" / "train")
    pixels = fill(tmp_path / "pets" / "test", count=1, seed=1)
    found = load(settings(tmp_path / "pets"), cache=cache)
    assert np.array_equal(found.images[found.test], pixels.transpose(0, 3, 1, 2))


def test_a_class_that_only_the_test_part_has_is_refused(tmp_path):
    fill(tmp_path / "train")
    fill(tmp_path / "test", classes=("cat", "emu"))
    with pytest.raises(DataError, match="there is no class 'emu' in"):
        describe(settings(tmp_path))


def test_hidden_files_and_other_files_are_skipped(tmp_path, cache):
    fill(tmp_path / "pets")
    (tmp_path / "pets" / "cat" / ".hidden.png").write_text("no picture")
    (tmp_path / "pets" / "cat" / "notes.txt").write_text("no picture")
    (tmp_path / "pets" / ".git").mkdir()
    assert len(load(settings(tmp_path / "pets"), cache=cache).images) == 8


def test_mixed_sizes_are_counted_and_a_size_is_offered(tmp_path, cache):
    fill(tmp_path / "pets")
    save(tmp_path / "pets" / "dog" / "big.png", np.zeros((9, 8, 3), np.uint8))
    with pytest.raises(DataError, match=r"6x5 \(8 of them\), 9x8 \(1 of them\); `size: \[6, 5\]`"):
        load(settings(tmp_path / "pets"), cache=cache)


def test_size_resizes_all_pictures_to_height_and_width(tmp_path, cache):
    fill(tmp_path / "pets")
    save(tmp_path / "pets" / "dog" / "big.png", np.full((9, 8, 3), 77, np.uint8))
    found = load(settings(tmp_path / "pets", size=(8, 7)), cache=cache)
    assert found.info == describe(settings(tmp_path / "pets", size=(8, 7)))
    assert found.images.shape[1:] == (3, 8, 7)
    assert (found.images[-1] == 77).all()


def test_a_broken_picture_is_named(tmp_path, cache):
    fill(tmp_path / "pets")
    path = tmp_path / "pets" / "dog" / "006.png"
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DataError, match=r"dog.006\.png: is a broken picture"):
        load(settings(tmp_path / "pets"), cache=cache)


def test_a_file_that_is_no_picture_is_named(tmp_path):
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "a.jpg").write_text("hello")
    with pytest.raises(DataError, match=r"a\.jpg: is a broken picture"):
        describe(settings(tmp_path))


def test_a_picture_of_16_bits_is_refused(tmp_path, cache):
    fill(tmp_path / "pets")
    save(tmp_path / "pets" / "cat" / "999.png", np.full((6, 5), 40000, np.uint16))
    with pytest.raises(DataError, match=r"999\.png: pictures must have 8 bits"):
        load(settings(tmp_path / "pets"), cache=cache)


def test_a_photograph_held_sideways_is_turned(tmp_path, cache):
    fill(tmp_path / "pets")
    exif = Image.Exif()
    exif[0x0112] = 6
    for path in (tmp_path / "pets").rglob("*.png"):
        data = io.BytesIO()
        Image.open(path).save(data, "PNG", exif=exif)
        path.write_bytes(data.getvalue())
    assert load(settings(tmp_path / "pets"), cache=cache).info.shape == (3, 5, 6)
    assert describe(settings(tmp_path / "pets")).shape == (3, 5, 6)


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(DataError, match="a folder of pictures for each class; got no folders"):
        describe(settings(tmp_path))


def test_a_class_without_pictures_is_named(tmp_path):
    fill(tmp_path)
    (tmp_path / "eel").mkdir()
    with pytest.raises(DataError, match=r"class 'eel' has no pictures \(0\)"):
        describe(settings(tmp_path))


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="'folder' needs a folder"):
        describe(settings(tmp_path / "file"))
