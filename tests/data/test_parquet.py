"""Parquet files in Hugging Face's form."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pytest

from nas.data import describe, load
from nas.errors import DataError
from nas.space.settings import DataSettings

datasets = pytest.importorskip("datasets")
pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
Image = pytest.importorskip("PIL.Image")

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 6, 5, 3), dtype=np.uint8)


def encoded(pixels):
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return {"bytes": data.getvalue(), "path": None}


def save(path, pixels, **more):
    columns = {
        "picture": [encoded(one) for one in pixels],
        "kind": [row % 3 for row in range(len(pixels))],
    } | more
    features = {"picture": datasets.Image(), "kind": datasets.ClassLabel(names=["a", "b", "c"])}
    features |= {name: datasets.Value("string") for name in more}
    pq.write_table(pa.table(columns, schema=datasets.Features(features).arrow_schema), path)


def test_the_columns_of_images_and_labels_are_found_by_type(tmp_path, cache):
    save(tmp_path / "pets.parquet", PIXELS, note=["x"] * 30)
    settings = DataSettings(name="parquet", path=str(tmp_path / "pets.parquet"))
    found = load(settings, cache=cache)
    assert np.array_equal(found.images, PIXELS.transpose(0, 3, 1, 2))
    assert found.info == describe(settings)
    assert found.info.classes == ("a", "b", "c")


def test_files_named_test_are_the_test_part(tmp_path, cache):
    save(tmp_path / "train-0.parquet", PIXELS)
    save(tmp_path / "test-0.parquet", PIXELS[:6])
    found = load(DataSettings(name="parquet", path=str(tmp_path)), cache=cache)
    assert np.array_equal(found.images[found.test], PIXELS[:6].transpose(0, 3, 1, 2))


def test_a_file_without_images_is_refused_with_its_columns(tmp_path):
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match="one image column; got 0 of them in a: int64, b: string"):
        describe(DataSettings(name="parquet", path=str(tmp_path / "x.parquet")))


def test_a_truncated_file_is_refused_with_its_name(tmp_path):
    save(tmp_path / "x.parquet", PIXELS)
    (tmp_path / "x.parquet").write_bytes((tmp_path / "x.parquet").read_bytes()[:-9])
    with pytest.raises(DataError, match=r"x\.parquet: cannot be read as parquet"):
        describe(DataSettings(name="parquet", path=str(tmp_path / "x.parquet")))


def test_a_picture_that_stands_in_each_of_many_rows_is_not_unpacked(tmp_path):
    """Each value is once in the file, whose own count of bytes does not say how often it is read."""
    pixels = np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)
    columns = {"picture": [encoded(pixels)] * 300, "kind": [0, 1, 2] * 100}
    features = datasets.Features({"picture": datasets.Image(), "kind": datasets.ClassLabel(names=["a", "b", "c"])})
    pq.write_table(pa.table(columns, schema=features.arrow_schema), tmp_path / "x.parquet")
    assert (tmp_path / "x.parquet").stat().st_size < 1_000_000
    with pytest.raises(DataError, match=r"x\.parquet: .* compressed bytes would become .*; at most 100 times as many may"):
        load(DataSettings(name="parquet", path=str(tmp_path / "x.parquet")), cache=tmp_path / "cache")


def test_more_rows_than_bytes_are_refused_before_they_are_read(tmp_path):
    rows = 2_000_000
    columns = {"picture": pa.nulls(rows, datasets.Features({"p": datasets.Image()}).arrow_schema.field("p").type)}
    pq.write_table(pa.table(columns | {"kind": pa.nulls(rows, pa.int64())}), tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"would become 2,000,000 rows"):
        describe(DataSettings(name="parquet", path=str(tmp_path / "x.parquet")))


@pytest.mark.parametrize("seed", range(40))
def test_changed_bytes_are_refused_or_read(tmp_path, seed):
    save(tmp_path / "x.parquet", PIXELS)
    content = bytearray((tmp_path / "x.parquet").read_bytes())
    dice = np.random.default_rng(seed)
    for place in dice.integers(0, len(content), 1 + seed % 4):
        content[place] ^= 1 << int(dice.integers(8))
    (tmp_path / "x.parquet").write_bytes(content)
    with contextlib.suppress(DataError):
        load(DataSettings(name="parquet", path=str(tmp_path / "x.parquet")), cache=tmp_path / "cache")


@pytest.mark.parametrize(
    "said", ["x", "{}", "[]", '{"info": 3}', '{"info": {"features": {"a": {"_type": "os.system"}}}}', "[" * 9999]
)
def test_what_a_file_says_of_its_columns_is_not_trusted(tmp_path, said):
    table = pa.table({"a": [1], "b": ["x"]}).replace_schema_metadata({"huggingface": said})
    pq.write_table(table, tmp_path / "x.parquet")
    with pytest.raises(DataError, match=r"x\.parquet: "):
        describe(DataSettings(name="parquet", path=str(tmp_path / "x.parquet")))
