"""nas dashboard: what it says, and what it refuses. tests/dashboard starts it."""

from __future__ import annotations

import pytest


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A server that is interrupted as soon as it is there."""
    seen: list[int] = []

    def serve(run, *, port, ready):
        seen.append(port)
        ready(f"http://127.0.0.1:{port}/")
        raise KeyboardInterrupt

    monkeypatch.setattr("nas.dashboard.serve", serve)
    return seen


def test_it_says_where_it_is_and_ends_with_ctrl_c(command, finished, served):
    result = command("dashboard", finished)
    assert (result.status, result.out) == (130, "http://127.0.0.1:8080/\n")
    assert result.err == "Ctrl-C ends it\n" and served == [8080]


def test_what_is_no_run_is_refused(command, here, served):
    result = command("dashboard", here)
    assert result.status == 2 and f"{here} is no run" in result.err and not served
