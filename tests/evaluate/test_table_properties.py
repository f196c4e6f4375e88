"""Tables of all sorts, made up: a whole one answers as it was written, and one with anything wrong in it is refused in a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nas.errors import InputError
from nas.evaluate.table import Table, load_table

shares = st.floats(0, 1)
numbers = st.floats(-1e6, 1e6)
VALUES = {"error": shares, "accuracy": shares, "loss": numbers, "seconds": numbers, "latency_ms": numbers}
EPOCHS = (1, 3, 12, 200)


@dataclass
class Written:
    """A table as text: its columns, and its rows by the fingerprints of their networks."""

    columns: list[str]
    rows: dict[str, list[float]] = field(default_factory=dict)

    def lines(self) -> list[list[str]]:
        return [["fingerprint", *self.columns], *([key, *map(repr, values)] for key, values in self.rows.items())]


@st.composite
def tables(draw: st.DrawFn) -> Written:
    """Metrics after some epochs, and one that does not depend on them."""
    epochs = draw(st.lists(st.sampled_from(EPOCHS), min_size=1, max_size=3, unique=True))
    metrics = draw(st.lists(st.sampled_from(["error", "loss", "seconds"]), min_size=1, unique=True))
    columns = [f"{metric}_{epoch}" for metric in metrics for epoch in epochs] + draw(st.sampled_from([[], ["latency_ms"]]))
    keys = draw(st.lists(st.text("0123456789abcdef", min_size=1, max_size=8), min_size=1, max_size=5, unique=True))
    kinds = [VALUES[column.rpartition("_")[0] if column != "latency_ms" else column] for column in columns]
    return Written(columns, {key: [draw(kind) for kind in kinds] for key in keys})


def text_of(lines: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(lines)
    return file.getvalue()


def read(folder: Path, lines: list[list[str]]) -> Table:
    from nas.evaluate import table

    table._read.cache_clear()  # files of one name are made faster than the clock of the file system goes
    path = folder / "made-up.csv"
    path.write_text(text_of(lines))
    return load_table(str(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


@settings(max_examples=150)
@given(tables())
def test_a_whole_table_has_each_value_that_was_written(folder: Path, written: Written) -> None:
    table = read(folder, written.lines())
    assert set(table.rows) == {(key,) for key in written.rows}
    for key, values in written.rows.items():
        row = table.rows[key,]
        for column, value in zip(written.columns, values, strict=True):
            metric, _, epoch = column.rpartition("_")
            found = table.curves[int(epoch)][metric] if epoch.isdecimal() else table.columns[column]
            assert found[row] == value


@settings(max_examples=50)
@given(tables())
def test_an_npz_of_the_same_columns_is_the_same_table(folder: Path, written: Written) -> None:
    table = read(folder, written.lines())
    columns = {
        name: np.array(column) for name, column in zip(written.columns, zip(*written.rows.values(), strict=True), strict=True)
    }
    np.savez(folder / "made-up.npz", fingerprint=np.array(list(written.rows)), **columns)
    other = load_table(str(folder / "made-up.npz"))
    assert (other.keys, other.rows, other.columns.keys()) == (table.keys, table.rows, table.columns.keys())
    for epoch, metrics in table.curves.items():
        for name, values in metrics.items():
            assert other.curves[epoch][name].tolist() == values.tolist()


Lines = list[list[str]]


def with_field(lines: Lines, column: str, text: str) -> Lines:
    """Another text in the first row."""
    place = lines[0].index(column)
    return [lines[0], [*lines[1][:place], text, *lines[1][place + 1 :]], *lines[2:]]


def first(lines: Lines) -> str:
    return lines[0][1]


MISTAKES: dict[str, Callable[[Lines], Lines]] = {
    "a field too few": lambda lines: [*lines[:-1], lines[-1][:-1]],
    "a field too many": lambda lines: [*lines[:-1], [*lines[-1], "1"]],
    "a word for a number": lambda lines: with_field(lines, first(lines), "many"),
    "a share above 1": lambda lines: with_field(
        [[*lines[0], "accuracy_7"], *([*line, "0.5"] for line in lines[1:])], "accuracy_7", "50"
    ),
    "a share below 0": lambda lines: with_field(
        [[*lines[0], "accuracy_7"], *([*line, "0.5"] for line in lines[1:])], "accuracy_7", "-1"
    ),
    "a network twice": lambda lines: [*lines, lines[-1]],
    "a column twice": lambda lines: [[*line, line[1]] for line in lines],
    "no metric": lambda lines: [line[:1] for line in lines],
    "no network": lambda lines: [line[1:] for line in lines],
    "no rows": lambda lines: lines[:1],
    "nothing": lambda lines: [],
}


@pytest.mark.parametrize("mistake", MISTAKES)
@settings(max_examples=20)
@given(written=tables())
def test_a_table_with_one_mistake_is_refused_in_a_line_with_its_name(folder: Path, mistake: str, written: Written) -> None:
    with pytest.raises(InputError) as caught:
        read(folder, MISTAKES[mistake](written.lines()))
    text = str(caught.value)
    assert "made-up.csv" in text and len(text.splitlines()) == 1 and len(text) < 1000
