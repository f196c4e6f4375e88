"""Fuzz the readers, guided by coverage: `make fuzz SECONDS=300`, or `python tests/fuzz/fuzz.py --seconds 300 [READER...]`.

Each reader has a process of its own, in which atheris (Google's libFuzzer for Python) changes the inputs of its corpus. An
input that is no error of a user, takes more than a second or more than 1 GiB is written to `tests/fuzz/corpus/READER/`,
where `test_readers.py` finds it: it is mended there, and stays.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
LIMITS = ("-timeout=1", "-rss_limit_mb=1024", "-max_len=20000", "-print_final_stats=1", "-verbosity=0")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seconds", type=int, default=300, help="of all readers together")
    arguments.add_argument("--one", help=argparse.SUPPRESS)
    arguments.add_argument("names", nargs="*", help="readers; left out: all")
    given, flags = arguments.parse_known_args()
    if given.one:
        return guided(given.one, flags)
    import readers

    names = given.names or list(readers.READERS)
    total, broken = 0, []
    for name in names:
        count, fine = apart(name, seconds=max(1, given.seconds // len(names)))
        total += count
        broken += [] if fine else [name]
        print(
            f"{name:<18} {count:>9,} inputs  {'nothing found' if fine else 'BROKEN: see tests/fuzz/corpus/' + name}", flush=True
        )
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{'all':<18} {total:>9,} inputs  {len(broken)} of {len(names)} readers broken, at most {most:.0f} MiB")
    return 1 if broken else 0


def apart(name: str, *, seconds: int) -> tuple[int, bool]:
    """How many inputs a reader was given in a process of its own, and whether it stood all of them."""
    import readers

    with tempfile.TemporaryDirectory() as seeds:
        for number, content in enumerate(readers.corpus(name)):
            (Path(seeds) / str(number)).write_bytes(content)
        kept = HERE / "corpus" / name
        kept.mkdir(parents=True, exist_ok=True)
        command = [
            sys.executable,
            __file__,
            "--one",
            name,
            f"-max_total_time={seconds}",
            f"-artifact_prefix={kept}/",
            *LIMITS,
            seeds,
        ]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        if not any(kept.iterdir()):
            kept.rmdir()
    found = re.search(r"number_of_executed_units: (\d+)", done.stderr)
    if done.returncode != 0:
        print(done.stderr[-3000:], file=sys.stderr)
    return int(found[1]) if found else 0, done.returncode == 0


def guided(name: str, flags: list[str]) -> int:
    """Fuzz one reader in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["nas"]):
        import readers
    atheris.Setup([__file__, *flags], lambda content: readers.read(name, content) and None)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
