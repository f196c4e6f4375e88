"""YAML is read as plain values alone, and within bounds."""

from __future__ import annotations

import re

import pytest

from nas.document import read_text
from nas.errors import DocumentError


def refusal(text: str) -> str:
    with pytest.raises(DocumentError) as caught:
        read_text(text, name="x.yaml")
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("no", "no"), ("on", "on"),
     ("yes", "yes"), ("True", "True"),
     ("12", 12), ("-3", -3), ("+3", 3), ("0", 0), ("1e-3", 1e-3), ("1e3", 1e3), ("1.5", 1.5),
     (".5", 0.5),
     ("'12'", "12"), ('"true"', "true"), ("0x10", "0x10"), ("1_000", "1_000"), ("12:30:00", "12:30:00"),
     ("2026-11-20", "2026-11-20"), ("100k", "100k"), ("[1, a]", [1, "a"]), ("|\n  7\n", "7\n")],
)  # fmt: skip
def test_a_scalar_means_what_it_looks_like(written: str, meant: object) -> None:
    value = read_text(f"key: {written}").data["key"]
    assert value == meant
    assert type(value) is type(meant)


@pytest.mark.parametrize("written", ["012", ".inf", "-.inf", ".nan", "1e400", "9" * 19, "9" * 5000])
def test_a_number_that_would_be_misread_is_refused_at_its_place(written: str) -> None:
    assert re.match(r"x\.yaml:2:4: .*number", refusal(f"a: 1\nb: {written}"))


def test_keys_are_text_even_where_they_look_like_numbers_or_truth_values() -> None:
    assert read_text("{1: a, true: b, null: c}").data == {"1": "a", "true": "b", "null": "c"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb:\n  c: 1\n  c: 2\n", "x.yaml:4:3: the key 'c' stands twice; first in line 3"),
        ("a: &a {b: 1}\nc:\n  <<: *a\n", "x.yaml:3:3: merge keys (<<) are refused: write the keys out"),
        ("? [a]\n: 1\n", "x.yaml:1:3: a key must be text, got a list or a mapping"),
        ("? \n: 1", "x.yaml:1:2: a key must be text, got nothing"),
        ("a: [1, 2\nb: 3\n",
         "x.yaml:2:2: not YAML: while parsing a flow sequence, expected ',' or ']', but got ':'"),
        ("a: 1\n\tb: 2\n", ("x.yaml:2:1: not YAML: while scanning for the next token, "
                           "found character '\\t' that cannot start any token")),
        ("a: *b\n", "x.yaml:1:4: not YAML: found undefined alias 'b'"),
        ("a: 1\n---\nb: 1\n",
         "x.yaml:2:1: not YAML: expected a single document in the stream, but found another document"),
        ("a: \0", "x.yaml:1:4: a character that YAML does not allow: U+0000"),
        ("a: &a [*a]\n", "x.yaml:1:4: an alias inside of what it stands for"),
    ],
)  # fmt: skip
def test_what_is_no_plain_document_is_refused_at_its_place(text: str, expected: str) -> None:
    assert refusal(text) == expected


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system ['false']", "!mine 3", "!!str 3", "!!binary aGk="])
def test_a_tag_is_refused_and_runs_nothing(tag: str) -> None:
    assert re.match(r"x\.yaml:2:4: the tag '!.*' is refused: only plain values", refusal(f"a: 1\nb: {tag}\n"))


def test_an_alias_is_copied_so_that_nothing_is_shared() -> None:
    data = read_text("a: &a [1, 2]\nb: *a\n").data
    assert data["b"] == [1, 2]
    assert data["b"] is not data["a"]


@pytest.mark.parametrize("opening", ["[", "- ", "? ", "{a: "])
def test_nesting_a_hundred_thousand_deep_is_refused(opening: str) -> None:
    assert re.match(r"x\.yaml:1:\d+: nested deeper than 64 levels$", refusal(opening * 100_000))


def test_nesting_through_aliases_counts_as_nesting() -> None:
    lines = ["a0: &a0 " + "[" * 30 + "1" + "]" * 30]
    lines += [f"a{n}: &a{n} " + "[" * 30 + f"*a{n - 1}" + "]" * 30 for n in range(1, 60)]
    assert re.search(r"nested deeper than 64 levels$", refusal("\n".join(lines)))


def test_an_alias_bomb_is_refused_before_it_unfolds() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 11)]
    assert re.search(r": aliases expand to more than 30000 values$", refusal("\n".join(lines)))


def test_more_than_a_hundred_aliases_are_refused() -> None:
    assert read_text("a: &a 1\nb: [" + "*a," * 100 + "]").data["b"] == [1] * 100
    assert refusal("a: &a 1\nb: [" + "*a," * 101 + "]").endswith(": more than 100 aliases")


def test_a_merge_bomb_is_refused() -> None:
    lines = ["a0: &a0 {k: 1}"] + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 9)]
    assert refusal("\n".join(lines)).startswith("x.yaml:2:10: merge keys (<<) are refused")


def test_too_many_values_and_too_many_bytes_are_refused() -> None:
    assert refusal("[" + "0," * 60_000 + "]").endswith(": more than 30000 values; a large genome is read from .json")
    assert refusal("#" * 1_000_001) == "x.yaml: a document may have at most 1000000 bytes"
