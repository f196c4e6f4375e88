"""A table of results in place of training: a tabular benchmark (Ying et al. 2019, arXiv:1902.09635), or one of your own.

`evaluator: table:FILE` in a search space. FILE is a .csv with a header, or an .npz with an array for each column, all of
one length. A row is a network:

    edge0-1, edge0-2, ...    which network: the operation of each edge of its cell, as a space of the kind `cell` names them
    fingerprint              or else its fingerprint (`Genome.fingerprint`), for spaces of any kind
    error_12, error_200      a metric after so many epochs of training: error, accuracy, loss, train_loss, seconds (the
                             simulated time of training up to there)
    error                    or else after a whole training, however many epochs the search says
    params, macs             costs, if they are there, must be those of the genome: a table is of one skeleton
    latency_ms, ...          any other metric, which does not depend on epochs

Errors and accuracies are shares from 0 to 1; where one is given the other follows. A field that is left empty, or not a
number, is missing: before the last epoch nothing is reported of it then, and after the last one the trial fails.
"""

from __future__ import annotations

import csv
import re
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from nas.data import archive
from nas.errors import InputError, nearest
from nas.evaluate.context import Context
from nas.genome import Genome
from nas.motif.cell import cell_of

METRICS = ("error", "accuracy", "loss", "train_loss", "seconds")  # what may depend on the epoch
SHARES = {"error": "accuracy", "accuracy": "error"}
COSTS = ("params", "macs")
MOST_BYTES = 1 << 28
_EPOCH = re.compile(rf"({'|'.join(METRICS)})_([1-9][0-9]*)")
_EDGE = re.compile(r"edge[0-9]+-[0-9]+")
_ENDINGS = (".csv", ".npz")

Key = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The results of networks; an evaluator."""

    name: str
    keys: Key  # the columns that say which network a row is
    rows: dict[Key, int]
    columns: dict[str, np.ndarray]  # without an epoch
    curves: dict[int, dict[str, np.ndarray]]  # epoch -> metrics, by epoch

    def __call__(self, genome: Genome, context: Context) -> dict[str, float]:
        """Report what the table has of each epoch, and give back the last; `InputError` where it lacks the genome."""
        row = self.row(genome)
        if self.curves and context.epochs not in self.curves:
            known = ", ".join(map(str, self.curves))
            raise InputError(f"{self.name} has results after {known} epochs, and train.epochs is {context.epochs}")
        metrics: dict[str, float] = {}
        for epoch in [epoch for epoch in self.curves if epoch <= context.epochs] or [context.epochs]:
            found = {**self.columns, **self.curves.get(epoch, {})}
            metrics = _both({name: float(column[row]) for name, column in found.items() if name not in COSTS})
            if epoch < context.epochs:
                metrics = {name: value for name, value in metrics.items() if np.isfinite(value)}
            if metrics:
                context.report(epoch, metrics)
        return metrics

    def row(self, genome: Genome) -> int:
        """The row of a genome; `InputError` where there is none."""
        row = self.find(genome)
        if row is None:
            raise InputError(f"{self.name} lacks this network ({self.named(genome)}); it has {len(self.rows):,} others")
        return row

    def find(self, genome: Genome) -> int | None:
        """The row of a genome, if there is one; `InputError` where the table is of other cells or costs."""
        row = self.rows.get(self._key(genome))
        for cost in COSTS if row is not None else ():
            if cost in self.columns and self.columns[cost][row] != getattr(genome, cost):
                own, given = getattr(genome, cost), self.columns[cost][row]
                text = f"has {given:,.0f} {cost} in {self.name} and {own:,} here: the table is of another skeleton or image"
                raise InputError(f"this network {text}")
        return row

    def named(self, genome: Genome) -> str:
        """What a row of this genome would be found by, in words."""
        return ", ".join(f"{name} {value}" for name, value in zip(self.keys, self._key(genome), strict=True))

    def _key(self, genome: Genome) -> Key:
        if self.keys == ("fingerprint",):
            return (genome.fingerprint,)
        edges = cell_of(genome)
        if set(edges) != set(self.keys):
            raise InputError(f"{self.name} is of cells of {', '.join(self.keys)}; this one has {', '.join(edges)}")
        return tuple([edges[edge] for edge in self.keys])


def _both(metrics: dict[str, float]) -> dict[str, float]:
    """With the error that belongs to an accuracy, and the other way round."""
    more = {SHARES[name]: 1 - value for name, value in metrics.items() if name in SHARES}
    return {**more, **metrics}


def load_table(path: str) -> Table:
    """The table in a file, read once in a process; `InputError` where it is none."""
    file = Path(path).expanduser()
    if file.suffix not in _ENDINGS:
        raise InputError(f"a table is a file that ends with {' or '.join(_ENDINGS)}, such as table:mine.csv, got '{path}'")
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
            raise InputError(f"{path}: a table is a file of at most {MOST_BYTES:,} bytes")
        return _read(file, status.st_mtime_ns)
    except InputError:
        raise
    except FileNotFoundError:
        beside = [other.name for other in file.parent.glob("*") if other.suffix in _ENDINGS] if file.parent.is_dir() else []
        raise InputError(f"{path}: no such file{nearest(file.name, beside)}") from None
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as a table: {error}") from None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Table:
    columns = _csv(path) if path.suffix == ".csv" else _npz(path)
    if "fingerprint" in columns:
        keys: Key = ("fingerprint",)
        columns = {name: column for name, column in columns.items() if not _EDGE.fullmatch(name)}
    else:
        keys = tuple(name for name in columns if _EDGE.fullmatch(name))
    if not keys:
        raise InputError(f"{path}: needs a column 'fingerprint', or one for each edge of a cell, got {', '.join(columns)}")
    named = list(zip(*(_words(path, name, columns[name]) for name in keys), strict=True))
    rows = {key: place for place, key in enumerate(named)}
    if len(rows) < len(named):
        twice = next(key for place, key in enumerate(named) if rows[key] != place)
        raise InputError(f"{path}: two rows are of one network: {', '.join(twice)}")
    plain: dict[str, np.ndarray] = {}
    curves: dict[int, dict[str, np.ndarray]] = {}
    for name in columns.keys() - set(keys):
        values = _numbers(path, name, columns[name])
        match = _EPOCH.fullmatch(name)
        _check_shares(path, name, match[1] if match else name, values)
        if match:
            curves.setdefault(int(match[2]), {})[match[1]] = values
        else:
            plain[name] = values
    _check_metrics(path, plain, curves)
    return Table(path.name, keys, rows, plain, dict(sorted(curves.items())))


def _check_shares(path: Path, name: str, metric: str, values: np.ndarray) -> None:
    finite = values[np.isfinite(values)]
    if metric in SHARES and finite.size and not 0 <= finite.min() <= finite.max() <= 1:
        worst = finite.max() if finite.max() > 1 else finite.min()
        raise InputError(f"{path}: {name} is a share from 0 to 1, got {worst:g}; a percentage is to be divided by 100")


def _check_metrics(path: Path, plain: dict[str, np.ndarray], curves: dict[int, dict[str, np.ndarray]]) -> None:
    if not curves and not plain.keys() - set(COSTS):
        raise InputError(f"{path}: needs a metric, such as error or accuracy_200")
    for epoch, metrics in curves.items():
        for name in metrics.keys() & plain.keys():
            raise InputError(f"{path}: has {name} and {name}_{epoch}; name the epochs of both")


def _csv(path: Path) -> dict[str, np.ndarray]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(line for line in file if not line.startswith("#"))
        header = [name.strip() for name in next(reader, [])]
        if len(set(header)) < len(header):
            raise InputError(f"{path}: two columns have one name: {next(n for n in header if header.count(n) > 1)}")
        rows = [row for row in reader if row]
    for place, row in enumerate(rows, start=1):
        if len(row) != len(header):
            raise InputError(f"{path}: row {place} has {len(row)} fields, and the header {len(header)}")
    if not rows:
        raise InputError(f"{path}: has no rows")
    return {name: np.array([row[place].strip() for row in rows]) for place, name in enumerate(header)}


def _npz(path: Path) -> dict[str, np.ndarray]:
    columns = {name: archive.array(path, name) for name in archive.names(path)}
    shapes = {column.shape for column in columns.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1 or not next(iter(shapes))[0]:
        found = ", ".join(f"{name} {column.shape}" for name, column in columns.items())
        raise InputError(f"{path}: every array has one value for each network, got {found or 'none'}")
    return columns


def _words(path: Path, name: str, column: np.ndarray) -> list[str]:
    if column.dtype.kind not in "US":
        raise InputError(f"{path}: {name} must hold names, got {column.dtype}")
    return column.astype(str).tolist()


def _numbers(path: Path, name: str, column: np.ndarray) -> np.ndarray:
    if column.dtype.kind == "U":
        column = np.where(column == "", "nan", column)
    elif column.dtype == np.float32:
        column = column.astype(str)  # 0.1 is read as 0.1, and not as 0.10000000149
    try:
        return column.astype(np.float64)
    except ValueError as error:
        raise InputError(f"{path}: {name} must hold numbers: {error}") from None
