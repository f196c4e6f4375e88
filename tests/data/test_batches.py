"""Batches: normalised, augmented, in an order that depends on the seed and the epoch only."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from nas.data import load
from nas.data.batches import Batches
from nas.errors import DataError
from nas.space.settings import AugmentSettings, DataSettings


@pytest.fixture
def dataset(tmp_path, cache):
    """60 noisy images of 3x8x6, each with its own number in its first pixel."""
    images = np.random.default_rng(0).integers(0, 256, (60, 3, 8, 6), dtype=np.uint8)
    np.savez(tmp_path / "some.npz", x=images, y=np.arange(60) % 3)
    return load(DataSettings(name="npz", path=str(tmp_path / "some.npz")), cache=cache)


def batches(dataset, part="train", *, seed=0, batch=16, augment=None, channels_last=False):
    return Batches(dataset, part, batch=batch, device="cpu", seed=seed, augment=augment, channels_last=channels_last)


def joined(made, epoch=0):
    xs, ys = zip(*made.epoch(epoch), strict=True)
    return torch.cat(xs), torch.cat(ys)


def normalised(dataset, rows):
    images = dataset.images[rows].astype(np.float64) / 255
    return (images - dataset.mean[:, None, None].astype(np.float64)) / dataset.std[:, None, None]


def test_training_images_have_mean_0_and_deviation_1(dataset):
    x, _ = joined(batches(dataset))
    assert x.mean(dim=(0, 2, 3)).tolist() == pytest.approx([0, 0, 0], abs=1e-5)
    assert x.std(dim=(0, 2, 3), unbiased=False).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_other_parts_come_in_order_and_unchanged(dataset, part):
    x, y = joined(batches(dataset, part, augment=AugmentSettings(flip=True, pad=2)))
    rows = dataset.part(part)
    assert x.numpy() == pytest.approx(normalised(dataset, rows), abs=1e-5)
    assert y.tolist() == dataset.labels[rows].tolist()


def test_every_training_image_comes_once_with_its_own_label(dataset):
    x, y = joined(batches(dataset))
    expected = {
        tuple(image.ravel()[:4].round(3)): label
        for image, label in zip(normalised(dataset, dataset.train), dataset.labels[dataset.train], strict=True)
    }
    found = {tuple(np.float64(image.ravel()[:4]).round(3)): int(label) for image, label in zip(x.numpy(), y, strict=True)}
    assert len(found) == len(dataset.train)
    assert found == expected


AUGMENT = AugmentSettings(pad=2, flip=True, cutout=3)


def test_the_same_seed_and_epoch_give_the_same_images(dataset):
    one, two = (joined(batches(dataset, seed=3, augment=AUGMENT), epoch=5)[0] for _ in range(2))
    assert torch.equal(one, two)


@pytest.mark.parametrize(("seed", "epoch"), [(3, 6), (4, 5)])
def test_another_seed_or_epoch_gives_another_order(dataset, seed, epoch):
    x, _ = joined(batches(dataset, seed=3), epoch=5)
    assert not torch.equal(x, joined(batches(dataset, seed=seed), epoch=epoch)[0])


@pytest.mark.parametrize(("seed", "epoch"), [(3, 6), (4, 5)])
def test_another_seed_or_epoch_augments_otherwise(dataset, seed, epoch):
    draws = batches(dataset, seed=3, augment=AUGMENT)._draws(39, 5)
    others = batches(dataset, seed=seed, augment=AUGMENT)._draws(39, epoch)
    assert all(not torch.equal(one, other) for one, other in zip(draws, others, strict=True))


def test_the_size_of_a_batch_does_not_change_the_epoch(dataset):
    small, large = (joined(batches(dataset, augment=AUGMENT, batch=size))[0] for size in (7, 39))
    assert torch.equal(small, large)


def test_batches_differ_by_one_image_at_most(dataset):
    sizes = [len(y) for _, y in batches(dataset, batch=12).epoch(0)]
    assert len(dataset.train) == 39
    assert sizes == [9, 10, 10, 10]
    assert len(batches(dataset, batch=12)) == 4


def reference(image, top, left, flip, row, column, augment):
    """One image (c, h, w), augmented by plain loops."""
    _, height, width = image.shape
    out = np.zeros_like(image)
    for i in range(height):
        for j in range(width):
            from_row, from_column = i + top, (width - 1 - j if flip else j) + left
            hidden = (
                augment.cutout
                and 0 <= i - row + augment.cutout // 2 < augment.cutout
                and 0 <= j - column + augment.cutout // 2 < augment.cutout
            )
            if 0 <= from_row < height and 0 <= from_column < width and not hidden:
                out[:, i, j] = image[:, from_row, from_column]
    return out


@pytest.mark.parametrize("wanted", [{"pad": 3}, {"flip": True}, {"cutout": 3}, {"pad": 2, "flip": True, "cutout": 4}])
def test_augmentation_is_that_of_plain_loops(dataset, wanted):
    augment = AugmentSettings(**wanted)
    made, plain = batches(dataset, augment=augment), batches(dataset)
    x, original = joined(made, 2)[0].numpy(), joined(plain, 2)[0].numpy()
    draws = made._draws(len(x), 2)
    for number, image in enumerate(original):
        expected = reference(image, *(int(draw[number]) for draw in draws), augment)
        assert np.array_equal(x[number], expected)


def test_every_crop_and_mirror_is_drawn_about_equally_often(dataset):
    draws = batches(dataset, augment=AugmentSettings(pad=1, flip=True))._draws(6000, 0)
    assert np.bincount(draws.top.numpy() + 1) == pytest.approx([2000] * 3, abs=150)
    assert np.bincount(draws.flip.numpy()) == pytest.approx([3000] * 2, abs=150)


@pytest.mark.parametrize("augment", [None, AugmentSettings(pad=1)])
def test_channels_last_changes_the_memory_and_no_value(dataset, augment):
    x, _ = next(batches(dataset, augment=augment, channels_last=True).epoch(0))
    plain, _ = next(batches(dataset, augment=augment).epoch(0))
    assert x.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(x, plain)


def test_batches_never_write_to_the_images(dataset):
    before = dataset.images.copy()
    for x, _ in batches(dataset).epoch(0):
        x.zero_()
    assert np.array_equal(dataset.images, before)


@pytest.mark.parametrize("field", ["pad", "cutout"])
def test_an_augmentation_larger_than_the_images_is_refused(dataset, field):
    with pytest.raises(DataError, match=f"train.augment.{field}: must be smaller than the images, 6 pixels; got 6"):
        batches(dataset, augment=AugmentSettings(**{field: 6}))
