"""How long the command takes before it does anything: `nas --help` and `nas search SPACE --dry-run`.

    python benchmarks/startup.py

Whole processes, in turns, eleven of each; beside them an interpreter that does nothing, which is the floor.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 11
NAS = str(Path(sys.executable).with_name("nas"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "nas --help": [NAS, "--help"],
    "nas search deeper-vs-wider --dry-run": [NAS, "search", "deeper-vs-wider", "--dry-run"],
}
TARGETS = {"nas --help": 0.4, "nas search deeper-vs-wider --dry-run": 1.5}


def main() -> None:
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            seconds[name].append(time.perf_counter() - started)
    print(f"{'':40}{'median s':>10}{'least':>8}{'most':>8}{'target':>8}")
    for name, taken in seconds.items():
        target = f"{TARGETS[name]:.1f}" if name in TARGETS else ""
        print(f"{name:40}{statistics.median(taken):>10.2f}{min(taken):>8.2f}{max(taken):>8.2f}{target:>8}")


if __name__ == "__main__":
    main()
