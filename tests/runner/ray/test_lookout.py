"""A head that ended is gone at once; one that does not answer is waited for."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from nas.runner.ray import lookout

HEAD = """
import socket, sys
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
lines = []
while True:
    lines.append(server.accept()[0])
"""


@pytest.fixture
def head() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process that takes lines, and holds them."""
    with subprocess.Popen([sys.executable, "-c", HEAD], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        process.kill()


def watching(port: int) -> tuple[threading.Thread, threading.Event]:
    over = threading.Event()
    thread = threading.Thread(target=lookout.wait_until_gone, args=("127.0.0.1", port, over), daemon=True)
    thread.start()
    return thread, over


def test_a_head_whose_process_ends_is_gone_without_patience(head, monkeypatch):
    monkeypatch.setattr(lookout, "PATIENCE_SECONDS", 1e9)
    process, port = head
    thread, _ = watching(port)
    thread.join(2 * lookout.PERIOD_SECONDS)
    assert thread.is_alive()  # it is there
    process.kill()
    thread.join(60)
    assert not thread.is_alive()


def test_a_head_that_does_not_answer_is_waited_for(monkeypatch):
    monkeypatch.setattr(lookout, "PATIENCE_SECONDS", 3.0)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        host, port = server.getsockname()
        with socket.create_connection((host, port)):  # takes the only place in the queue: those who come next wait for an answer
            began = time.monotonic()
            lookout.wait_until_gone(host, port, threading.Event())
    assert time.monotonic() - began >= 3.0


def test_it_ends_with_the_search(head):
    _, port = head
    thread, over = watching(port)
    over.set()
    thread.join(60)
    assert not thread.is_alive()
