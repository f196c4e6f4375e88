"""Documents become checked objects, and every error in one names its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from nas.document import Document, parse, parse_quantity, read, read_text
from nas.errors import DocumentError, InputError
from nas.space.settings import (
    BudgetSettings,
    DataSettings,
    ObjectiveSettings,
    Settings,
    StrategySettings,
    TrainSettings,
)


class IntRange(Settings):
    int: list[int]


class Choice(Settings):
    choice: list[str | int]


class Circle(Settings):
    kind: Literal["circle"]
    radius: float = Field(gt=0)


class Square(Settings):
    kind: Literal["square"]
    side: float = Field(gt=0)


class Space(Settings):
    name: str
    data: DataSettings
    width: int | IntRange | Choice
    budget: BudgetSettings
    objectives: list[ObjectiveSettings]
    strategy: StrategySettings
    train: TrainSettings
    shape: Annotated[Circle | Square, Field(discriminator="kind")] = Circle(kind="circle", radius=1)
    size: tuple[int, int] | None = None


VALID = """\
name: mine
data:
  name: digits
  limit: 300
  validation: 0.25
width: {int: [1, 9]}
budget:
  params: 100k
  macs: 1.7M
objectives:
  - metric: error
    direction: minimize
  - metric: macs
strategy:
  name: tpe
  trials: 4
  repeats: reuse
train:
  epochs: 3
  optimizer: sgd
  lr: 1e-3
  augment:
    flip: true
    pad: 4
shape:
  kind: square
  side: 2
"""


def problem(text: str, *overrides: str) -> str:
    with pytest.raises(DocumentError) as caught:
        parse(Space, read_text(text, name="mine.yaml", overrides=overrides))
    return str(caught.value)


def test_a_valid_document_becomes_its_model() -> None:
    space = parse(Space, read_text(VALID))
    assert (space.budget.params, space.budget.macs, space.train.lr, space.data.limit) == (
        100_000,
        1_700_000,
        1e-3,
        300,
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("epochs: 3", "epohcs: 3", "19:3: train.epohcs: unknown key 'epohcs'; did you mean 'epochs'?"),
        ("name: mine", "naem: mine", "1:1: naem: unknown key 'naem'; did you mean 'name'?"),
        ("name: mine\n", "", "1:1: missing key 'name'"),
        ("  - metric: macs", "  - direction: minimize", "13:5: objectives.1: missing key 'metric'"),
        ("optimizer: sgd", "optimizer: sdg",
         "20:14: train.optimizer: 'sdg' is not known here; did you mean 'sgd'?"),
        ("optimizer: sgd", "optimizer: 3", "20:14: train.optimizer: 3 is not known here; known: adamw, sgd"),
        ("epochs: 3", "epochs: 0", "19:11: train.epochs: must be greater than or equal to 1, got 0"),
        ("lr: 1e-3", "lr: -1", "21:7: train.lr: must be greater than 0, got -1"),
        ("epochs: 3", "epochs: 2.5", "19:11: train.epochs: must be a whole number, got 2.5"),
        ("epochs: 3", "epochs: true", "19:11: train.epochs: must be a number, got true"),
        ("flip: true", "flip: maybe", "23:11: train.augment.flip: must be true or false, got 'maybe'"),
        ("  name: digits", "  name: [digits]", "3:9: data.name: must be text, got a list of 1"),
        ("  - metric: macs", "  - macs", "13:5: objectives.1: must be a mapping, got 'macs'"),
        ("params: 100k", "params: 100m",
         "8:11: budget.params: must be a whole number such as 5000, 100k, 1.7M or 2G, got '100m'"),
        ("int: [1, 9]", "int: [1, x]", "6:18: width.int.1: must be a whole number, got 'x'"),
        ("int: [1, 9]", "choise: [1]", "6:9: width.choise: unknown key 'choise'; did you mean 'choice'?"),
        ("{int: [1, 9]}", "wide", "6:8: width: must be a whole number, or a mapping, got 'wide'"),
        ("kind: square", "kind: sqare",
         "26:9: shape.kind: 'sqare' is not known here; did you mean 'square'?"),
        ("kind: square\n  ", "", "26:3: shape: missing key 'kind'"),
        ("side: 2", "side: 0", "27:9: shape.side: must be greater than 0, got 0"),
        ("side: 2", "sied: 2", "27:3: shape.sied: unknown key 'sied'; did you mean 'side'?"),
        ("name: mine", "name: mine\nsize: [8]", "2:7: size: must have more items, got a list of 1"),
        ("name: mine", 'name: mine\n"a\\nb": 1', "2:1: 'a\\nb': unknown key 'a\\nb'"),
    ],
)  # fmt: skip
def test_what_a_model_refuses_is_said_with_its_place(old: str, new: str, expected: str) -> None:
    assert VALID.count(old) >= 1
    assert problem(VALID.replace(old, new, 1)).startswith(f"mine.yaml:{expected}")


@pytest.mark.parametrize("junk", ["{{}}", "[[]]", "x y", "-7", "{zzz: 1}", "", "!x", "'", "012", "zzz: 1"])
def test_whatever_is_put_in_place_of_a_value_the_error_names_its_line(junk: str) -> None:
    wrong = []
    for number, line in enumerate(VALID.splitlines(), start=1):
        key, _, value = line.partition(": ")
        text = "\n".join(
            f"{key}: {junk}" if at == number and value else other for at, other in enumerate(VALID.splitlines(), start=1)
        )
        try:
            parse(Space, read_text(text, name="mine.yaml"))
        except DocumentError as error:
            # PyYAML notices an unclosed quote further down
            place = r"\d+" if junk == "'" else str(number)
            if not re.match(rf"mine\.yaml:{place}:\d+: [^\n]+$", str(error)):
                wrong.append(str(error))
    assert not wrong


def test_whatever_key_is_misspelt_the_error_names_it() -> None:
    lines = VALID.splitlines()
    for number, line in enumerate(lines, start=1):
        key = re.match(r"[ -]*(\w+):", line)
        assert key is not None
        if key[1] == "kind":  # without it the mapping is of no known kind
            continue
        text = "\n".join([*lines[: number - 1], line.replace(key[1], f"{key[1]}q", 1), *lines[number:]])
        place = rf"^mine\.yaml:{number}:{key.start(1) + 1}: "
        assert re.search(rf"{place}.*unknown key '{key[1]}q'; did you mean '{key[1]}'\?$", problem(text))


def test_an_empty_document_is_no_mapping() -> None:
    assert problem("") == "mine.yaml:1:1: must be a mapping, got null"


def test_an_override_changes_the_value_and_nothing_else() -> None:
    document = read_text(VALID, overrides=["train.epochs=7", "objectives.1.metric=params", "width={choice: [a, 2]}"])
    expected = read_text(VALID).data
    expected["train"]["epochs"] = 7
    expected["objectives"][1]["metric"] = "params"
    expected["width"] = {"choice": ["a", 2]}
    assert document.data == expected


def test_an_override_makes_the_mappings_that_are_missing() -> None:
    assert read_text("a: 1", overrides=["b.c.d=2"]).data == {"a": 1, "b": {"c": {"d": 2}}}
    assert read_text("", overrides=["b.c=2"]).data == {"b": {"c": 2}}


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("train.epochs=0", "--set train.epochs: must be greater than or equal to 1, got 0"),
        ("train.epohcs=1", "--set train.epohcs: unknown key 'epohcs'; did you mean 'epochs'?"),
        ("tarin.epochs=1", "--set tarin.epochs: unknown key 'tarin'; did you mean 'train'?"),
        ("shape={kind: circle, radius: x}", "--set shape: shape.radius: must be a number, got 'x'"),
        ("objectives.2.metric=x", "--set objectives.2.metric: objectives has the items 0 to 1, got '2'"),
        ("name.x=1", "--set name.x: name must be a mapping or a list to set 'x' in it, got 'mine'"),
        ("train.lr=[1", ("--set train.lr:1:3: not YAML: while parsing a flow sequence, "
                        "expected ',' or ']', but got '<stream end>'")),
    ],
)  # fmt: skip
def test_an_error_about_an_override_names_the_override(override: str, expected: str) -> None:
    assert problem(VALID, override) == expected


@pytest.mark.parametrize("override", ["train.epochs", "=3", "train..epochs=3", ".=1"])
def test_an_override_without_path_or_value_is_refused(override: str) -> None:
    with pytest.raises(InputError, match="an override is written path=value"):
        read_text(VALID, overrides=[override])


def test_only_what_was_overridden_counts_as_overridden() -> None:
    document = read_text(VALID, overrides=["train.augment.pad=1"])
    assert document.overridden(("train", "augment", "pad"))
    assert not document.overridden(("train", "augment"))
    assert not document.overridden(("train", "epochs"))


def test_an_error_of_a_layer_above_has_the_place_and_the_path() -> None:
    document = read_text("a: 1\nnetwork:\n  connect: merge_run\n", name="search_spaces/mine.yaml")
    error = document.error(("network", "connect"), "'merge_run' is not a connectivity")
    assert str(error) == "search_spaces/mine.yaml:3:12: network.connect: 'merge_run' is not a connectivity"


def test_a_place_that_is_not_in_the_document_is_the_one_around_it() -> None:
    document = read_text("a:\n  b: 1\n", name="x.yaml")
    assert document.where(("a", "c", "d")) == "x.yaml:2:3"
    assert Document({"a": 1}, "settings").where(("a",)) == "settings"


def test_a_file_is_named_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes("\ufeffname: höhe\n".encode())
    assert read(path).data == {"name": "höhe"}
    assert read(path).name == str(path)


def test_a_file_that_is_missing_or_a_folder_or_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes("a: 1\nb: höhe\n".encode("latin-1"))
    with pytest.raises(DocumentError, match=r"none\.yaml: no such file$"):
        read(tmp_path / "none.yaml")
    with pytest.raises(DocumentError, match=r"not a file$"):
        read(tmp_path)
    with pytest.raises(DocumentError, match=r"latin\.yaml:2:5: must be UTF-8 text, got byte 0xf6$"):
        read(tmp_path / "latin.yaml")


def test_a_file_is_not_read_past_the_limit(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"a: " + "ö".encode() * 600_000)
    with pytest.raises(DocumentError, match="at most 1000000 bytes"):
        read(tmp_path / "big.yaml")


@pytest.mark.parametrize(("text", "number"), [("100k", 100_000), ("1.7M", 1_700_000), ("2G", 2 * 10**9), ("5000", 5000)])
def test_a_quantity_is_exact(text: str, number: int) -> None:
    assert parse_quantity(text) == number


@pytest.mark.parametrize("text", ["1.7", "0.0001k", "100K", "k", "-1k", "1 k", "1e3k", "１００k", "9" * 30 + "k"])
def test_what_is_no_whole_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="whole number such as"):
        parse_quantity(text)
