"""JSON that a stranger wrote."""

from __future__ import annotations

import pytest

from nas.errors import DocumentError
from nas.safe_json import BYTES_LIMIT, parsed


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b'{"a": 1,\n "b": }', r"x\.json:2:7: not JSON: Expecting value"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice"),
        (b"[NaN]", "a number must be finite, got NaN"),
        (b"[" * 100_000, "nested too deep"),
        (b"9" * 5000, "not JSON that is read"),
        (b"\xff", "not JSON that is read"),
        (b" " * (BYTES_LIMIT + 1), "at most 16,000,000 bytes"),
    ],
)
def test_what_is_none_or_too_much_is_refused(content, text):
    with pytest.raises(DocumentError, match=text):
        parsed(content, name="x.json")


def test_plain_data_is_read():
    assert parsed(b'{"a": [1, 0.5, null, "x"]}', name="x.json") == {"a": [1, 0.5, None, "x"]}
