"""Hosts on this machine: network namespaces, and a switch between them whose links can be cut, lossy and slow.

A namespace lasts as long as the process that holds it, so nothing is left behind, whoever is killed. The switch (`switch.py`)
carries what the hosts send in user space: a kernel without `tc netem` loses and delays packets as well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

SWITCH = Path(__file__).with_name("switch.py")
Words = list[str]


class Hosts:
    """Hosts by number, each with the address 10.77.0.NUMBER + 1, and the process that joins them."""

    def __init__(self, holders: list[subprocess.Popen[bytes]], switch: subprocess.Popen[str]) -> None:
        self._holders, self._switch = holders, switch

    def address(self, host: int) -> str:
        return address(host)

    def holder(self, host: int) -> int:
        """The process that holds the namespace of a host."""
        return self._holders[host].pid

    def inside(self, host: int) -> Words:
        """What stands before a command that is to run on a host."""
        return inside(self._holders[host])

    def link(self, host: int, *, up: bool = True, loss: float = 0.0, delay_seconds: float = 0.0) -> None:
        """Cut the link of a host or mend it; what crosses it is lost with a probability, and what it sends comes later."""
        assert self._switch.stdin is not None and self._switch.stdout is not None
        self._switch.stdin.write(f"{host} {int(up)} {loss} {delay_seconds}\n")
        self._switch.stdin.flush()
        assert self._switch.stdout.readline() == "done\n"


def address(host: int) -> str:
    return f"10.77.0.{host + 1}"


def inside(holder: subprocess.Popen[bytes]) -> Words:
    return ["nsenter", f"--net=/proc/{holder.pid}/ns/net", "--"]


def why_not() -> str:
    """Why there can be no hosts on this machine; nothing where there can."""
    missing = [name for name in ("unshare", "nsenter", "ip") if shutil.which(name) is None]
    if os.geteuid() != 0 or not os.path.exists("/dev/net/tun") or missing:
        return "network namespaces take root, /dev/net/tun, and the commands unshare, nsenter and ip"
    tried = subprocess.run(["unshare", "--net", "true"], capture_output=True, text=True)
    return tried.stderr.strip()


@contextmanager
def hosts(count: int) -> Iterator[Hosts]:
    """So many hosts, all links up."""
    with ExitStack() as stack:
        holders = [stack.enter_context(_held(["unshare", "--net", "cat"])) for _ in range(count)]
        for holder in holders:
            _wait_for_namespace(holder)
        words = [sys.executable, str(SWITCH), *(f"/proc/{holder.pid}/ns/net" for holder in holders)]
        switch = stack.enter_context(_held(words, text=True))
        assert switch.stdout is not None and switch.stdout.readline() == "ready\n"
        for number, holder in enumerate(holders):
            for line in (
                "link set lo up",
                f"addr add {address(number)}/24 dev wire",
                "link set wire up",
                "route add 8.8.8.8 dev wire",  # Ray asks for the way there to learn its own address
            ):
                subprocess.run([*inside(holder), "ip", *line.split()], check=True)
        yield Hosts(holders, switch)


@contextmanager
def _held(words: Words, *, text: bool = False) -> Iterator[subprocess.Popen]:
    """A process that ends with its input, and so with this one."""
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=text) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _wait_for_namespace(holder: subprocess.Popen) -> None:
    """`cat` answers when it runs, and then its namespace is there."""
    assert holder.stdin is not None and holder.stdout is not None
    holder.stdin.write(b"\n")
    holder.stdin.flush()
    assert holder.stdout.read(1) == b"\n"
