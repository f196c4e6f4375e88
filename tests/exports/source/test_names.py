"""Names in the file are Python's, and no two are alike."""

from __future__ import annotations

import keyword

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nas.exports.source.names import class_name, free, identifier


@pytest.mark.parametrize(
    ("given_name", "wanted"),
    [("three/conv-1", "three_conv_1"), ("1x1", "x1x1"), ("class", "class_"), ("", "x"), ("__x__", "x"), ("self", "self_")],
)
def test_a_variable_is_named_after_its_node(given_name: str, wanted: str) -> None:
    assert identifier(given_name) == wanted


@pytest.mark.parametrize(
    ("given_name", "wanted"), [("inception_a", "InceptionA"), ("none", "NoneBlock"), ("3x3", "Block3x3"), ("_", "Block")]
)
def test_a_class_is_named_after_its_scope(given_name: str, wanted: str) -> None:
    assert class_name(given_name) == wanted


@given(st.text(max_size=20))
def test_any_text_becomes_a_name(text: str) -> None:
    for name in (identifier(text), class_name(text)):
        assert name.isidentifier() and name.isascii() and not keyword.iskeyword(name)


def test_a_taken_name_gets_the_lowest_free_number() -> None:
    assert free("out", []) == "out" and free("out", ["out", "out2"]) == "out3"
