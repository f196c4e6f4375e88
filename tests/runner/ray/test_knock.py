"""Whether a Ray answers at an address: what is no Ray is found out in time, whatever it does."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from nas.runner.ray import knock
from nas.runner.ray.knock import PREFACE, listens, speaks

SECONDS = 0.5
SETTINGS_FRAME = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
Serve = Callable[[socket.socket], None]


@pytest.fixture
def server() -> Iterator[Callable[[Serve], int]]:
    """Starts a server that does something with its first connection; gives its port."""
    over = threading.Event()
    with ExitStack() as stack:

        def start(serve: Serve) -> int:
            listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def answer() -> None:
                with listening.accept()[0] as line:
                    serve(line)
                    over.wait()

            thread = threading.Thread(target=answer)
            thread.start()
            stack.callback(thread.join)
            return listening.getsockname()[1]

        yield start
        over.set()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        return closed.getsockname()[1]


def test_a_server_that_answers_with_the_settings_of_http_2_speaks(server):
    heard: list[bytes] = []

    def serve(line: socket.socket) -> None:
        heard.append(line.recv(len(PREFACE), socket.MSG_WAITALL))
        line.sendall(SETTINGS_FRAME)

    assert speaks("127.0.0.1", server(serve), seconds=30)
    assert heard == [PREFACE]


def test_a_web_server_does_not_speak(server):
    assert not speaks("127.0.0.1", server(lambda line: line.sendall(b"HTTP/1.1 505 Not Supported\r\n\r\n")), seconds=30)


def test_a_server_that_hangs_up_does_not_speak(server):
    assert not speaks("127.0.0.1", server(lambda line: line.close()), seconds=30)


def test_a_server_that_says_nothing_does_not_speak_and_takes_no_longer_than_it_may(server):
    began = time.monotonic()
    assert not speaks("127.0.0.1", server(lambda line: None), seconds=SECONDS)
    assert SECONDS <= time.monotonic() - began < 30


def test_a_closed_port_neither_listens_nor_speaks():
    port = closed_port()
    assert not listens("127.0.0.1", port, seconds=30)
    assert not speaks("127.0.0.1", port, seconds=30)


def test_a_host_that_drops_what_it_is_sent_takes_no_longer_than_it_may():
    """A listener whose queue is full: Linux drops the packets of further connections, as a firewall does."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        assert not speaks(*full.getsockname(), seconds=SECONDS)


def test_a_name_whose_look_up_hangs_takes_no_longer_than_it_may(monkeypatch: pytest.MonkeyPatch):
    let_go = threading.Event()

    def look_up(*_: object) -> list[object]:
        let_go.wait(60)
        raise socket.gaierror("no such host")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    began = time.monotonic()
    assert not speaks("slow.invalid", 6379, seconds=SECONDS)
    assert time.monotonic() - began < 30
    let_go.set()


def test_with_rays_tls_what_listens_is_asked_no_more(server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RAY_USE_TLS", "1")
    assert speaks("127.0.0.1", server(lambda line: None), seconds=30)


@pytest.mark.parametrize("here", [True, False])
def test_a_machine_that_is_no_node_is_told_so_before_ray_aborts_it(tmp_path, monkeypatch: pytest.MonkeyPatch, here):
    socket_name = tmp_path / "raylet"
    if here:
        socket_name.touch()
    monkeypatch.setattr(knock, "call_head", lambda address, seconds: [str(tmp_path / "another"), str(socket_name)])
    assert ("this machine is no node of it" in knock.refused("10.0.0.1:6379", seconds=1)) is not here


def test_a_head_that_has_no_node_yet_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(knock, "call_head", lambda address, seconds: [])
    assert knock.refused("10.0.0.1:6379", seconds=1) == ""
