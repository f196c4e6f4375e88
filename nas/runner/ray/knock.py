"""Whether somebody answers at an address, before Ray is told to wait for them."""

from __future__ import annotations

import os
import socket

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
    if os.environ.get("RAY_USE_TLS", "0") not in ("", "0"):
        return listens(host, port, seconds=seconds)
    try:
        with socket.create_connection((host, port), timeout=seconds) as line:
            line.sendall(PREFACE)
            head = line.recv(9, socket.MSG_WAITALL)
    except OSError:
        return False
    return len(head) == 9 and head[3] == SETTINGS
