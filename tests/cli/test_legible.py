"""Text from files does not speak to the terminal."""

from __future__ import annotations

import pytest

from nas.cli.show import legible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("a\rb\bc\x7f", "a\\rb\\x08c\\x7f"),
        ("\x9b2J", "\\x9b2J"),
        ("\u202eevil", "\\u202eevil"),
        ("a line\n\ttab, ä, …, 漢", "a line\n\ttab, ä, …, 漢"),
    ],
)
def test_control_characters_are_written_out(text, seen):
    assert legible(text) == seen


def test_a_name_with_an_escape_sequence_reaches_no_terminal(command, here):
    result = command("space", "check", "\x1b[2Jno-such-space")
    assert result.status == 2
    assert "\x1b" not in result.err
    assert "\\x1b[2Jno-such-space" in result.err
