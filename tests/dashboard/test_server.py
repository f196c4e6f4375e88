"""The dashboard as a process: it answers on loopback alone, reads only, follows the run, and ends."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

import nas
from nas.dashboard import server
from nas.dashboard.server import HOST, Page
from nas.errors import InputError, MissingExtraError
from nas.study import Run

SECONDS = 60


def asked(url: str, *, method: str = "GET", host: str | None = None) -> tuple[int, bytes]:
    """The status and the body of an answer."""
    request = urllib.request.Request(url, method=method, headers={"Host": host} if host else {})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder, and what it holds."""
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def listening(process: int) -> set[str]:
    """The addresses on which a process listens, as Linux writes them: 0100007F is 127.0.0.1."""
    inodes = set()
    for entry in Path(f"/proc/{process}/fd").iterdir():
        try:
            inodes.add(os.readlink(entry))
        except FileNotFoundError:  # closed meanwhile
            continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{process}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].partition(":")[0])
    return found


def test_it_answers_shows_the_run_writes_nothing_and_ends_with_ctrl_c(served, finished):
    before = digests(finished)
    assert urlsplit(served.url).hostname == HOST == "127.0.0.1"
    status, page = asked(served.url)
    assert status == 200 and b"<title>Optuna Dashboard" in page
    (study,) = json.loads(asked(f"{served.url}api/studies")[1])["study_summaries"]
    assert study["study_name"] == "quick"
    assert len(json.loads(asked(f"{served.url}api/studies/{study['study_id']}")[1])["trials"]) == len(Run.open(finished).trials)
    assert asked(f"{served.url}api/studies/{study['study_id']}", method="DELETE")[0] == 403
    assert asked(f"{served.url}api/studies", method="POST")[0] == 403
    assert listening(served.process.pid) == {"0100007F"}
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(SECONDS) == 130
    with pytest.raises(OSError), socket.create_connection((HOST, urlsplit(served.url).port), timeout=5):
        pass
    with pytest.raises(ProcessLookupError):
        os.killpg(served.process.pid, 0)  # nobody of its group is left
    assert digests(finished) == before


def answered(page: Page, path: str, **environ: str) -> tuple[str, Any]:
    """What an application answers, without a server."""
    told: list[str] = []
    given = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "HTTP_HOST": "127.0.0.1:8080", "wsgi.errors": None, **environ}
    parts = page(given, lambda status, headers, *_: told.append(status))  # type: ignore[arg-type]
    body = b"".join(parts)
    return told[0], json.loads(body) if body.startswith(b"{") else body


def test_it_follows_a_run_that_goes_on(tmp_path, finished, monkeypatch):
    monkeypatch.setattr(server, "SECONDS", 0.0)
    space = finished.parent / "quick.yaml"
    nas.search(space, runner="inline", out=tmp_path / "run", trials=1)
    page = Page(Run.open(tmp_path / "run"))
    assert len(answered(page, "/api/studies/0")[1]["trials"]) == 1
    nas.resume(tmp_path / "run", runner="inline", trials=3)
    until = time.monotonic() + SECONDS
    while (trials := len(answered(page, "/api/studies/0")[1]["trials"])) < 3 and time.monotonic() < until:
        time.sleep(0.1)
    assert trials == len(Run.open(tmp_path / "run").trials) >= 3


def test_between_two_looks_the_copy_stays(finished, monkeypatch):
    monkeypatch.setattr(server, "SECONDS", 1000.0)
    page = Page(Run.open(finished))
    assert page.current() is page.current()


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "LOCALHOST:1"])
def test_this_machine_may_ask_by_its_names(finished, host):
    assert answered(Page(Run.open(finished)), "/api/meta", HTTP_HOST=host)[0] == "200 OK"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "[::1]:8080", ""])
def test_a_page_of_another_name_that_leads_here_is_refused(finished, host):
    status, told = answered(Page(Run.open(finished)), "/api/studies", HTTP_HOST=host)
    assert status == "403 Forbidden" and "another name" in told["reason"]


def test_a_run_that_is_deleted_meanwhile_is_said_and_comes_back(tmp_path, finished, monkeypatch):
    monkeypatch.setattr(server, "SECONDS", 0.0)
    nas.search(finished.parent / "quick.yaml", runner="inline", out=tmp_path / "run", trials=1)
    page = Page(Run.open(tmp_path / "run"))
    journal = tmp_path / "run" / "study.journal"
    assert answered(page, "/api/studies")[0] == "200 OK"
    journal.rename(tmp_path / "aside")
    page._until = 0.0
    status, told = answered(page, "/api/studies")
    assert status == "503 Service Unavailable" and "study.journal" in told["reason"]
    (tmp_path / "aside").rename(journal)
    assert answered(page, "/api/studies")[0] == "200 OK"


def test_a_port_that_is_taken_is_refused_with_what_would_do(finished):
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(
            InputError, match=f"127.0.0.1:{port} cannot be listened on: .*; choose another --port, 0 for a free one"
        ):
            server.serve(Run.open(finished), port=port)


def test_without_optuna_dashboard_it_says_what_to_install(finished, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna_dashboard", None)
    with pytest.raises(MissingExtraError, match=r"nas dashboard needs .* pip install 'deepwide\[dashboard\]'"):
        server.serve(Run.open(finished), port=0)
