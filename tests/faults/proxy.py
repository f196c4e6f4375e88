"""A wire between a driver and its database that can be cut in the middle of a commit: after the server did it, unsaid."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator


class Proxy:
    """Passes bytes on; of every `every`th COMMIT the answer is thrown away, and the connection with it; 0: of none."""

    def __init__(self, port: int) -> None:
        self._port, self.every = port, 0
        self.commits = self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.create_connection(("127.0.0.1", self._port))
                threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
                threading.Thread(target=self._pass_back, args=(client, server), daemon=True).start()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                if b"COMMIT" in data:
                    self.commits += 1
                    if self.every and self.commits % self.every == 0:
                        self._swallow(client, server, data)
                        return
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)

    def _swallow(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        client.shutdown(socket.SHUT_RDWR)  # what the other thread reads from the server goes nowhere
        server.sendall(data)
        self.cuts += 1

    def _pass_back(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65536):
                client.sendall(data)
        for one in (client, server):
            one.close()

    def close(self) -> None:
        self._listener.close()


@contextlib.contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    """Until the test ends."""
    one = Proxy(port)
    try:
        yield one
    finally:
        one.close()
