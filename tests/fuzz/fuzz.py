"""Fuzz the readers, guided by coverage: `make fuzz SECONDS=300`, or `python tests/fuzz/fuzz.py --seconds 300 [READER...]`.

Each reader has a process of its own, in which atheris (Google's libFuzzer for Python) changes the inputs of its corpus; what
is read of this package is instrumented once, before. An input that is no error of a user, takes more than a second of the
processor or more than 1 GiB is written to `tests/fuzz/corpus/READER/`, where `test_readers.py` finds it: it is mended there,
and stays.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import atheris

with contextlib.redirect_stderr(io.StringIO()), atheris.instrument_imports(include=["nas"]):  # which tells of each module
    import readers

HERE = Path(__file__).parent
SECONDS = 1.0  # of the processor, for one input
MEGABYTES = 1024
HANGS = 60  # seconds of the clock after which an input is taken to run for ever: the machine may be busy
FLAGS = (f"-timeout={HANGS}", f"-rss_limit_mb={MEGABYTES}", "-max_len=20000", "-print_final_stats=1", "-verbosity=0")


@dataclass(frozen=True)
class Stood:
    """What a reader was given, and how it stood that."""

    inputs: int
    slowest: float  # seconds of the processor
    megabytes: int  # at most
    status: int

    def __str__(self) -> str:
        return f"{self.inputs:>10,} inputs  slowest {self.slowest:6.3f} s  at most {self.megabytes:>4} MiB"


class TooSlow(Exception):
    """An input took longer than it may."""


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=300, help="of all readers together")
    arguments.add_argument("names", nargs="*", help="readers; left out: all")
    given = arguments.parse_args()
    names = given.names or list(readers.READERS)
    found: dict[str, Stood] = {}
    for name in names:
        found[name] = stood = apart(name, seconds=max(1, given.seconds // len(names)))
        verdict = "nothing found" if stood.status == 0 else f"BROKEN: see tests/fuzz/corpus/{name}"
        print(f"{name:<16} {stood}  {verdict}", flush=True)
    broken = sum(stood.status != 0 for stood in found.values())
    total = Stood(
        inputs=sum(stood.inputs for stood in found.values()),
        slowest=max(stood.slowest for stood in found.values()),
        megabytes=max(stood.megabytes for stood in found.values()),
        status=broken,
    )
    print(f"{'all':<16} {total}  {broken} of {len(names)} readers broken")
    return 1 if broken else 0


def apart(name: str, *, seconds: int) -> Stood:
    """Fuzz a reader in a process of its own."""
    kept = HERE / "corpus" / name
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as seeds, tempfile.TemporaryFile() as told:
        for number, content in enumerate(readers.corpus(name)):
            (Path(seeds) / str(number)).write_bytes(content)
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os.dup2(told.fileno(), 2)
            fuzz(name, [f"-max_total_time={seconds}", f"-artifact_prefix={kept}/", *FLAGS, seeds])
        _, status, used = os.wait4(pid, 0)
        told.seek(0)
        text = told.read().decode(errors="replace")
    if not any(kept.iterdir()):
        kept.rmdir()
    if status != 0:
        print(text[-3000:], file=sys.stderr)
    inputs = re.search(r"number_of_executed_units: (\d+)", text)
    slowest = [float(seconds) for seconds in re.findall(r"slowest so far: ([0-9.]+) s", text)]
    return Stood(int(inputs[1]) if inputs else 0, slowest[-1] if slowest else 0.0, used.ru_maxrss >> 10, status)


def fuzz(name: str, flags: list[str]) -> None:
    """Fuzz a reader in this process, which ends with it, and say on standard error what the slowest input took."""
    slowest = 0.0

    def one(content: bytes) -> None:
        nonlocal slowest
        started = time.process_time()
        readers.read(name, content)
        seconds = time.process_time() - started
        if seconds > slowest + 0.001:
            slowest = seconds
            print(f"slowest so far: {seconds:.3f} s", file=sys.stderr, flush=True)
        if seconds > SECONDS:
            raise TooSlow(f"{seconds:.1f} s of the processor for {len(content)} bytes")

    try:
        atheris.Setup([__file__, *flags], one)
        atheris.Fuzz()
    except BaseException:
        traceback.print_exc()
    os._exit(1)  # libFuzzer ends the process by itself, with 0 where nothing was found


if __name__ == "__main__":
    sys.exit(main())
