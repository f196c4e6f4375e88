"""A switch between network namespaces, in user space: python switch.py /proc/PID/ns/net ...

Each namespace gets a device named wire, and what is written to it goes to the one whose address it bears (10.77.0.NUMBER + 1).
A line `HOST UP LOSS DELAY` on standard input changes a link: cut it (UP 0), lose packets of both directions with a probability,
let what the host sends come DELAY seconds later. It ends with its input.
"""

from __future__ import annotations

import ctypes
import fcntl
import heapq
import itertools
import os
import random
import select
import struct
import sys
import time
from dataclasses import dataclass

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
TUN_WITHOUT_HEADER = 0x1001  # IFF_TUN | IFF_NO_PI: packets of IP
MOST_BYTES = 1 << 16


@dataclass
class Link:
    device: int
    up: bool = True
    loss: float = 0.0
    delay: float = 0.0

    def passes(self, draw: random.Random) -> bool:
        return self.up and draw.random() >= self.loss


def opened(namespace: str) -> int:
    """The packets of a new device in a namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(namespace) as file:
        if libc.setns(file.fileno(), CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns", namespace)
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"wire", TUN_WITHOUT_HEADER))
    return device


def serve(links: list[Link]) -> None:
    draw, order = random.Random(0), itertools.count()
    under_way: list[tuple[float, int, Link, bytes]] = []  # by the time at which each arrives
    by_device = {link.device: link for link in links}
    while True:
        wait = max(0.0, under_way[0][0] - time.monotonic()) if under_way else None
        ready, _, _ = select.select([0, *by_device], [], [], wait)
        for device in ready:
            if device == 0:
                line = sys.stdin.readline()
                if not line:
                    return
                change(links, line)
                continue
            packet, source = os.read(device, MOST_BYTES), by_device[device]
            host = packet[19] - 1 if packet[0] >> 4 == 4 and packet[16:19] == bytes([10, 77, 0]) else -1
            if 0 <= host < len(links) and source.passes(draw):
                heapq.heappush(under_way, (time.monotonic() + source.delay, next(order), links[host], packet))
        while under_way and under_way[0][0] <= time.monotonic():
            _, _, target, packet = heapq.heappop(under_way)
            if target.passes(draw):
                os.write(target.device, packet)


def change(links: list[Link], line: str) -> None:
    host, up, loss, delay = line.split()
    link = links[int(host)]
    link.up, link.loss, link.delay = up == "1", float(loss), float(delay)
    print("done", flush=True)


if __name__ == "__main__":
    found = [Link(opened(namespace)) for namespace in sys.argv[1:]]
    print("ready", flush=True)
    serve(found)
