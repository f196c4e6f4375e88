"""Runs a command in a network namespace that leads nowhere, and says what it asked of the network.

    unshare --net --mount python watched_network.py COMMAND...

Prints one JSON document: its status, the sockets that listened, and the packets that left.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

LISTENS = "0A"
ADDRESS = "10.9.9.9"  # that others would reach, if there were any
LINKS = (
    "link set lo up",
    "link add veth0 type veth peer name veth1",
    "link set veth0 addrgenmode none",
    "link set veth1 addrgenmode none",
    f"addr add {ADDRESS}/24 dev veth0",
    "link set veth0 up",
    "link set veth1 up",
    "route add default via 10.9.9.1 dev veth0",
)


def main() -> None:
    subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)  # with the devices of this namespace
    for words in LINKS:
        subprocess.run(["ip", *words.split()], check=True)
    own, before = listening(), sent()
    process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    told = threading.Thread(target=lambda: said.append(process.stderr.read() if process.stderr else ""))
    said: list[str] = []
    told.start()
    found: set[tuple[str, int]] = set()
    while process.poll() is None:
        found |= listening() - own
        time.sleep(0.1)
    told.join()
    print(
        json.dumps(
            {
                "status": process.returncode,
                "said": said[0][-2000:],
                "listening": sorted(found),
                "sent": sent() - before,
            }
        )
    )


def listening() -> set[tuple[str, int]]:
    """The addresses and ports on which somebody in this namespace listens."""
    found = set()
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            _, local, _, state, *_ = line.split()
            address, _, port = local.partition(":")
            if state == LISTENS:
                found.add((_readable(address), int(port, 16)))
    return found


def _readable(address: str) -> str:
    """ "loopback", "all", or the address as the kernel writes it: words of 32 bits, the bytes of each backwards."""
    if int(address, 16) == 0:
        return "all"
    last = int.from_bytes(bytes.fromhex(address[-8:]), "little")
    loopback = last >> 24 == 127 if len(address) == 8 or "FFFF0000" in address else last == 1
    return "loopback" if loopback else address


def sent() -> int:
    """Packets that left by the way to everybody else."""
    return int(Path("/sys/class/net/veth0/statistics/tx_packets").read_text())


if __name__ == "__main__":
    main()
