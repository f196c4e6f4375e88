"""Whether a Ray answers at an address and takes this process, before Ray itself is told to join: it waits long and says little.

A connection, the first frame that a server of Ray sends, and one call that carries the token: each with its own time limit.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator

from nas.runner.ray.settings import AuthenticationError, RayError, call_head, find_token

# The opening of HTTP/2, which gRPC and so every Ray speaks (RFC 9113, section 3.4): a preface and an empty SETTINGS frame.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
SETTINGS = 4  # the type of the frame that a server answers with, its fourth byte


def listens(host: str, port: int, *, seconds: float) -> bool:
    """Whether something accepts a connection there in time."""
    try:
        socket.create_connection((host, port), timeout=seconds).close()
    except OSError:
        return False
    return True


def speaks(host: str, port: int, *, seconds: float) -> bool:
    """Whether what listens there answers as a server of Ray does; where Ray's TLS is on, whether anything listens."""
    heard: list[bool] = []
    # In a thread that may be left behind: looking up a name takes no time limit.
    thread = threading.Thread(target=lambda: heard.append(_speaks(host, port, seconds)), daemon=True)
    thread.start()
    thread.join(seconds)
    return heard == [True]


def _speaks(host: str, port: int, seconds: float) -> bool:
    if os.environ.get("RAY_USE_TLS", "0") not in ("", "0"):
        return listens(host, port, seconds=seconds)
    try:
        with socket.create_connection((host, port), timeout=seconds) as line:
            line.sendall(PREFACE)
            head = line.recv(9, socket.MSG_WAITALL)
    except OSError:
        return False
    return len(head) == 9 and head[3] == SETTINGS


def refused(address: str, *, seconds: float) -> str:
    """Why the Ray at HOST:PORT does not take this process; nothing where it does."""
    found = False
    try:
        found = find_token()
        with _silenced():
            sockets = call_head(address, seconds=seconds)
    except AuthenticationError as error:
        if "RAY_AUTH_TOKEN_PATH is set" in str(error):
            reason = str(error).partition(". ")[0]
        else:
            reason = "it does not take the token of this process" if found else "it asks for a token, and this process has none"
        return f"{reason}; copy the cluster's token to ~/.ray/auth_token, or name its file by RAY_AUTH_TOKEN_PATH"
    except RayError as error:
        return " ".join(str(error).split())[:300]
    if sockets and not any(map(os.path.exists, sockets)):  # Ray would abort this process
        return (
            "this machine is no node of it, and Ray takes a driver only beside a node; start one here that holds no trials "
            f"(bash runners/ray/node.sh {address} --num-cpus=0), or submit the search with `ray job submit`"
        )
    return ""


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """Nothing on standard error, where Ray's C++ repeats what it raises; it knows no log level so early."""
    before, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nowhere)
