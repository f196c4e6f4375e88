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

AT = re.compile(r"\S+/x\.yaml:\d+:\d+: ")


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
    wrong, told, admissible = [], 0, 0
    for one in malformed.documents(every=every):
        text = said(one, tmp_path / "x.yaml")
        if text is None:
            admissible += 1
            continue
        told += 1
        around = path_text(one.place[:1])
        if not (AT.match(text) and len(text.splitlines()) == 1 and (around in text or "stands twice" in text)):
            wrong.append((one.what, text))
    assert wrong == []
    assert told >= (1000 if every == 1 else 50)
    found = f"{told:,} of {told:,} located; {admissible:,} others are admissible"
    fault = "one mistake in a search space or runner: a wrong type or value, an unknown key, a key twice"
    record("P16", fault, times=told + admissible, promised="one line with file, line, column, path; status 2", found=found)
