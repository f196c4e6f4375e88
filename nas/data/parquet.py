"""Parquet files in Hugging Face's form (extra "parquet"): one column of images, one of labels, found by type.

`path` is a file, or a folder whose files named test* (if there are any) are the test part. `datasets` says what the
columns are; the rows are read by pyarrow, on which it stands: no second copy of the data, no progress bars.
"""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nas.data import stack
from nas.data.bounds import check_unpacked
from nas.data.info import DataInfo, RawData, Source, path_of, sources, title
from nas.errors import DataError, MissingExtraError
from nas.safe_paths import inside
from nas.space.settings import DataSettings

# What pyarrow and `datasets` raise on what is none, beside their own.
BROKEN = (OSError, ValueError, TypeError, AttributeError, LookupError, RecursionError, MemoryError)
PICTURES = 16  # rows of pictures at once: a large one may stand in many of them, and once in the file


class Columns(NamedTuple):
    """The names of the two columns, and the class names if the label column has some."""

    image: str
    label: str
    classes: tuple[str, ...] | None


def describe(settings: DataSettings) -> DataInfo:
    train, test = _parts(settings)
    columns = _columns(train[0])
    with _picture(_first(train[0], columns.image)) as picture:
        width, height = stack.upright_size(picture, str(train[0]))
        grey = stack.is_grey(picture, str(train[0]))
    height, width = settings.size or (height, width)
    names = columns.classes
    if names is None:
        labels = {value for path in [*train, *test] for value in _column(path, columns.label)}
        names = tuple(str(value) for value in sorted(labels))
    return DataInfo(title(settings), (1 if grey else 3, height, width), names)


def read(settings: DataSettings) -> RawData:
    train, test = _parts(settings)
    columns = _columns(train[0])
    with _picture(_first(train[0], columns.image)) as picture:
        grey = stack.is_grey(picture, str(train[0]))
    first = _arrays(train, columns, settings, grey)
    second = _arrays(test, columns, settings, grey) if test else (None, None)
    return RawData(*first, columns.classes, *second)


def files(settings: DataSettings) -> Sequence[Path]:
    train, test = _parts(settings)
    return [*train, *test]


def _parts(settings: DataSettings) -> tuple[list[Path], list[Path]]:
    path = path_of(settings)
    if path.is_file():
        return [path], []
    found = sorted(inside(entry, path) for entry in path.rglob("*.parquet") if not entry.name.startswith("."))
    test = [entry for entry in found if entry.name.startswith("test")]
    train = [entry for entry in found if entry not in test]
    if not train:
        raise DataError(f"{path}: must hold .parquet files that are not all named test*; got {len(found)} files")
    return train, test


def _package(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise MissingExtraError("datasets", extra="parquet", purpose="reading parquet files") from None


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """pyarrow's ParquetFile; what it cannot read, now or later, is a `DataError`."""
    try:
        with _package("pyarrow.parquet").ParquetFile(path) as file:
            size, rows = path.stat().st_size, file.metadata.num_rows
            groups = [file.metadata.row_group(place) for place in range(file.metadata.num_row_groups)]
            check_unpacked(size, sum(group.total_byte_size for group in groups), where=str(path))
            if rows > size:  # a value that repeats takes no room in the file
                raise DataError(f"{path}: {size:,} bytes would become {rows:,} rows; a row with a picture takes one at least")
            yield file
    except DataError:
        raise
    except (*BROKEN, _package("pyarrow").ArrowException) as error:
        raise DataError(f"{path}: cannot be read as parquet: {' '.join(str(error).split())[:300]}") from None


def _columns(path: Path) -> Columns:
    datasets = _package("datasets")
    with _opened(path) as file:
        features = dict(datasets.Features.from_arrow_schema(file.schema_arrow))
    images = [name for name, kind in features.items() if _holds_images(kind, datasets)]
    labels = [name for name, kind in features.items() if isinstance(kind, datasets.ClassLabel)]
    labels = labels or [name for name, kind in features.items() if "int" in str(getattr(kind, "dtype", ""))]
    label = _only("label", labels, features, path)
    names = getattr(features[label], "names", None)
    return Columns(_only("image", images, features, path), label, tuple(names) if names else None)


def _holds_images(kind: Any, datasets: Any) -> bool:
    return isinstance(kind, datasets.Image) or (isinstance(kind, dict) and set(kind) == {"bytes", "path"})


def _only(what: str, found: list[str], features: Any, path: Path) -> str:
    if len(found) != 1:
        columns = ", ".join(f"{name}: {getattr(kind, 'dtype', kind)}" for name, kind in features.items())
        raise DataError(f"{path}: must have one {what} column; got {len(found)} of them in {columns}")
    return found[0]


def _column(path: Path, name: str, *, batch: int = 1 << 16) -> list[Any]:
    """All values of a column, `batch` rows at once; what they hold is counted, whatever the file says of itself."""
    cells, held = [], 0
    with _opened(path) as file:
        if name not in file.schema_arrow.names:
            raise DataError(f"{path}: has no column '{name}', which the other files have")
        for rows in file.iter_batches(batch_size=batch, columns=[name]):
            held += rows.nbytes
            check_unpacked(path.stat().st_size, held, where=str(path))
            cells += rows.column(0).to_pylist()
    return cells


def _first(path: Path, name: str) -> Any:
    with _opened(path) as file:
        for batch in file.iter_batches(batch_size=1, columns=[name]):
            return batch.column(0)[0].as_py()
    raise DataError(f"{path}: has no rows")


def _picture(cell: dict[str, Any]) -> Any:
    if not cell or cell.get("bytes") is None:
        raise OSError("the row holds no bytes of a picture")
    return stack.open_picture(io.BytesIO(cell["bytes"]))


def _arrays(paths: list[Path], columns: Columns, settings: DataSettings, grey: bool) -> tuple[np.ndarray, np.ndarray]:
    """Images (n, h, w, c) and labels (n,) of all rows of `paths`."""
    cells = [cell for path in paths for cell in _column(path, columns.image, batch=PICTURES)]
    labels = [label for path in paths for label in _column(path, columns.label)]
    pictures = stack.stacked(
        range(len(cells)),
        lambda row: _picture(cells[row]),
        lambda row: f"{settings.path}: row {row}",
        grey=grey,
        size=settings.size,
        where=str(settings.path),
    )
    if None in labels:
        raise DataError(f"{settings.path}: row {labels.index(None)} has no label")
    return pictures, np.array(labels)


sources.register("parquet", Source(read=read, describe=describe, files=files, takes_size=True))
