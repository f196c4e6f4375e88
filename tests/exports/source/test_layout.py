"""Expressions are broken into lines as ruff's formatter breaks them."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from nas.exports.source.layout import Call, Each, Expression, call, flat, lines, literal, prose, several, text

sys.path.insert(0, str(Path(__file__).parent))

from reading import ruff_says


def test_what_fits_stays_on_one_line() -> None:
    assert lines(call("nn.Conv2d", "3", "16", bias="False"), 2, "self.conv = ") == [
        "        self.conv = nn.Conv2d(3, 16, bias=False)"
    ]


def test_arguments_move_to_a_line_of_their_own_and_then_to_one_each() -> None:
    assert lines(call("f", "a" * 40, "b" * 40), 0, "x = ") == ["x = f(", f"    {'a' * 40}, {'b' * 40}", ")"]
    assert lines(call("f", "a" * 50, "b" * 50), 0) == ["f(", f"    {'a' * 50},", f"    {'b' * 50},", ")"]


def test_a_loop_is_broken_in_front_of_its_for() -> None:
    assert lines(Each(call("Block", "1" * 50), "_", call("range", "9" * 30)), 0, "x = ") == [
        "x = *[",
        f"    Block({'1' * 50})",
        f"    for _ in range({'9' * 30})",
        "]",
    ]


def test_a_tuple_of_one_keeps_its_comma() -> None:
    assert flat(several(["a"])) == "(a,)" and flat(several(["a"], "[]")) == "[a]" and literal(("a", 1)) == '("a", 1)'


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_literal_of_itself_on_one_line_of_ascii_line_ends(given_text: str) -> None:
    written = text(given_text)
    assert ast.literal_eval(written) == given_text and len(written.splitlines()) == 1
    assert ast.literal_eval(f'"""{prose(given_text)}\n"""') == f"{given_text}\n"


def test_texts_take_the_quotes_that_ruff_takes(tmp_path: Path) -> None:
    hostile = ['"""', "'", '"', "'\"", "\\", "a\nb", "\x00", "\u202e", "é", '""" + exit() + """', "\ud800"]
    written = lines(several(map(text, hostile)), 0, "TEXTS = ")
    (tmp_path / "texts.py").write_text("\n".join(written) + "\n")
    assert ruff_says(tmp_path) == ""


_NAMES = st.text("abc", min_size=1, max_size=30)


def _calls(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    arguments = st.lists(st.tuples(st.just(""), inner), min_size=2, max_size=5).map(tuple)
    return st.builds(Call, _NAMES, arguments)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.recursive(_NAMES, _calls, max_leaves=12), min_size=20, max_size=40))
def test_calls_within_calls_are_broken_as_ruff_breaks_them(tmp_path_factory, expressions: list[Expression]) -> None:
    folder = tmp_path_factory.mktemp("calls")
    written = [line for each in expressions for line in lines(each, 0, "x = ")]
    names = [line for line in written if line]
    (folder / "calls.py").write_text("# ruff: noqa: F821\n" + "\n".join(names) + "\n")
    assert ruff_says(folder) == ""


def test_a_tuple_that_does_not_fit_has_one_line_for_each() -> None:
    assert lines(several(["a" * 50, "b" * 50]), 1, "return ") == [
        "    return (",
        f"        {'a' * 50},",
        f"        {'b' * 50},",
        "    )",
    ]
