"""A document with one thing wrong gives one line: file, line, column, path, what was expected."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "security"))  # `malformed`

import malformed

from nas.document import path_text
from nas.errors import InputError
from nas.runner import load as load_runner
from nas.space import load as load_space

AT = re.compile(r"\S+/x\.yaml:(\d+):\d+: ")
# What Python says by itself, and a person has no use for.
OF_PYTHON = re.compile(r"NoneType|object at 0x|<class |\barg is\b|unhashable|not supported between|index out of range|Traceback")
MISSPELT = tuple(f"kind{typo}" for typo in malformed.TYPOS)


def said(one: malformed.Malformed, path: Path) -> str | None:
    """The error of a document, or nothing where what was done to it is admissible."""
    path.write_text(one.text)
    try:
        load_space(path) if one.kind == "search_spaces" else load_runner(str(path))
    except InputError as error:
        return str(error)
    return None


@pytest.mark.parametrize("every", [29, pytest.param(1, marks=pytest.mark.long)])
def test_each_mistake_is_told_in_one_line_with_its_place(tmp_path, record, every):
    wrong, told, exact, admissible = [], 0, 0, 0
    for one in malformed.documents(every=every):
        text = said(one, tmp_path / "x.yaml")
        if text is None:
            admissible += 1
            continue
        told += 1
        at = AT.match(text)
        line = int(at[1]) if at else 0
        exact += line in one.lines()
        section = line in one.lines(around=len(one.place))
        # A value that disagrees with another is named with it; without its kind, what only another kind has is named.
        named = path_text(one.place) in text or (one.place[-1] in MISSPELT and "'kind: " in text)
        if len(text.splitlines()) != 1 or not (section or named) or OF_PYTHON.search(text):
            wrong.append((one.what, text))
    assert wrong == []
    assert told >= (1000 if every == 1 else 50)
    assert exact > 0.95 * told  # the others name the condition or range around it, or what it disagrees with
    found = f"{told:,} of {told:,} located, {exact:,} at the very entry; {admissible:,} others are admissible"
    fault = "one mistake in a search space or runner: a wrong type or value, an unknown key, a key twice"
    record("P16", fault, times=told + admissible, promised="one line with file, line, column, path; status 2", found=found)
