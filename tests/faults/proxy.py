"""A wire between a driver and its database that is cut in the middle of a commit: before the server did it, or after, unsaid."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Literal

Place = Literal["before the server gets it", "before its answer", "within its answer"]
WITHIN = 7  # bytes of an answer that still arrive; its shortest has 20


class Proxy:
    """Passes bytes on; of every `every`th COMMIT the connection is cut at a place; 0: of none."""

    def __init__(self, port: int, place: Place) -> None:
        self._port, self._place, self.every = port, place, 0
        self.commits = self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self._port))
                struck = threading.Event()
                threading.Thread(target=self._pass_on, args=(client, server, struck), daemon=True).start()
                threading.Thread(target=self._pass_back, args=(client, server, struck), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket, struck: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if b"COMMIT" in data:
                    self.commits += 1
                    if self.every and self.commits % self.every == 0:
                        self.cuts += 1
                        struck.set()  # first, or the answer might be passed back whole
                        if self._place == "before the server gets it":
                            break
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _pass_back(self, client: socket.socket, server: socket.socket, struck: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                if struck.is_set():
                    client.sendall(data[:WITHIN] if self._place == "within its answer" else b"")
                    break
                client.sendall(data)
        for one in (client, server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)  # the other thread may be waiting in it
            one.close()

    def close(self) -> None:
        self._listener.close()


@contextlib.contextmanager
def proxy(port: int, place: Place) -> Iterator[Proxy]:
    """Until the test ends."""
    one = Proxy(port, place)
    try:
        yield one
    finally:
        one.close()
