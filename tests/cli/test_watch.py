"""nas watch: following a run that another process drives."""

from __future__ import annotations

import json
import threading
import time

import pytest
from quick_space import INSTANT

from nas import api
from nas.study import Run

PROFILE = "name: here\nengine: inline\nstudy: sqlite:///study.db\n"


@pytest.fixture
def database(here, command) -> str:
    """The URL of the study of a finished run in SQLite."""
    (here / "quick.yaml").write_text(INSTANT)
    (here / "here.yaml").write_text(PROFILE)
    assert command("search", "quick.yaml", "--runner", "here.yaml", "--out", "run", "--allow-code").status == 0
    return str(Run.open("run", allow_code=True).store.url)


def test_a_run_that_is_over_is_told_of_line_by_line_and_shown(command, finished):
    result = command("watch", finished)
    assert (result.status, result.out) == (0, "")
    assert [line.split()[:3] for line in result.err.splitlines()[:3]] == [["trial", str(n), "finished"] for n in range(3)]
    assert "Best is trial" in result.err


def test_a_run_is_followed_by_the_url_of_its_study(command, database):
    result = command("watch", database, "--allow-code")
    assert result.status == 0
    assert result.err.count("finished") >= 4
    assert "Best is trial" in result.err


def test_a_run_of_code_that_nobody_allowed_is_followed_all_the_same(command, database):
    command("search", "quick.yaml", "--runner", "inline", "--out", "other", "--allow-code", "--set", "imports=[instant]")
    result = command("watch", "other")
    assert result.status == 0
    assert "trial   0  finished" in result.err


def test_a_database_without_a_study_is_listed(command, database):
    url, _, name = database.partition("?study=")
    result = command("watch", url)
    assert [line.split() for line in result.out.splitlines()[1:]] == [[name, "quick", "4", "over"]]
    listed = json.loads(command("watch", url, "--json").out)
    assert listed == [{"url": database, "space": "quick", "planned": 4, "done": True}]


def test_how_a_run_stands_is_one_json_document(command, finished):
    summary = json.loads(command("watch", finished, "--json").out)
    assert (summary["schema"], summary["done"], summary["driver"]) == ("nas.summary/1", True, None)


def test_a_run_that_goes_on_elsewhere_is_followed_to_its_end(command, space, monkeypatch):
    """Broken off, it says that nobody drives it; taken up again, it is followed until it is over."""
    monkeypatch.setattr("nas.cli.watch.SECONDS", 0.05)
    command("search", space, "--runner", "inline", "--out", "run", "--allow-code", "--set", "evaluator=instant:interrupted")
    monkeypatch.setattr("instant.interrupted", __import__("instant").by_cost)
    assert json.loads(command("watch", "run", "--json", "--allow-code").out)["done"] is False

    def go_on() -> None:
        time.sleep(0.5)
        api.resume("run", runner="inline", allow_code=True)

    other = threading.Thread(target=go_on)
    other.start()
    result = command("watch", "run", "--allow-code")
    other.join()
    assert "nobody drives this run; it goes on with: nas resume run" in result.err
    assert "trial   3  finished" in result.err
    assert result.status == 0


def test_ctrl_c_ends_the_view_with_130(command, space, monkeypatch):
    command("search", space, "--runner", "inline", "--out", "run", "--allow-code", "--set", "evaluator=instant:interrupted")

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("nas.cli.watch.time.sleep", interrupted)
    assert command("watch", "run").status == 130


def test_what_is_no_run_is_one_line(command, here):
    result = command("watch", here)
    assert (result.status, result.out) == (2, "")
    assert result.err.startswith(f"nas: {here} is no run")


def test_a_password_in_a_url_is_refused(command, here):
    result = command("watch", "postgresql://me:canary@127.0.0.1/db?study=x")
    assert result.status == 2
    assert result.err.startswith("nas: a password in a URL")
    assert "canary" not in result.err
