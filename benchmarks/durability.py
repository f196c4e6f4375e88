"""What it costs that nothing is lost, and how soon a search that was killed is at work again.

    python benchmarks/durability.py [TRIALS] [EPOCHS]

The share of a search of real trainings that goes into study writes, checksums, checkpoints and weights: the time inside of
those calls, until the disk has them, over the time of the search, in one run of one process. Then a search on Ray with two
workers is killed with all its processes, and resumed: seconds from the start of the command until both workers train.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

SPACE = """
name: durable
data: {name: digits}
network:
  stages: 2
  depth: {int: [3, 6]}
  width: {solve: params}
  block: {choice: [basic, preact]}
  connect: {choice: [plain, residual]}
budget: {params: 300k, macs: 20M}
train: {epochs: 10, batch: 64}
"""
MARK = "DURABILITY_MARK"  # in the environment of all processes of the search that is killed


def sleepy(genome: Any, context: Any) -> dict[str, float]:
    """An evaluator that says that it has begun, and takes its time."""
    with Path(os.environ[MARK]).open("a") as file:
        file.write(f"{time.time()}\n")
    for epoch in range(1, context.epochs + 1):
        time.sleep(1)
        context.report(epoch, {"error": 1 / epoch})
    return {"error": 1 / context.epochs}


def share(trials: int, epochs: int) -> tuple[float, dict[str, float], float]:
    """Seconds of a search, of them those of each kind of durable write, and the time of one trial."""
    import nas
    from nas.evaluate import checkpoint, train
    from nas.study.ledger.journal import Journal

    inside: dict[str, float] = defaultdict(float)

    def timed(owner: Any, name: str, kind: str) -> None:
        work = getattr(owner, name)

        def wrapped(*arguments: Any, **options: Any) -> Any:
            began = time.perf_counter()
            try:
                return work(*arguments, **options)
            finally:
                inside[kind] += time.perf_counter() - began

        setattr(owner, name, wrapped)

    timed(Journal, "append_logs", "study")
    timed(checkpoint.Checkpoint, "save", "checkpoints")  # also the last one, of `settle`
    timed(train, "save_weights", "weights")
    with tempfile.TemporaryDirectory(dir=os.getcwd()) as folder:
        path, runner = Path(folder) / "space.yaml", Path(folder) / "inline.yaml"
        path.write_text(SPACE)
        runner.write_text("name: inline\nengine: inline\n")
        began = time.perf_counter()
        run = nas.search(path, runner=str(runner), out=Path(folder) / "run", trials=trials, overrides=[f"train.epochs={epochs}"])
        seconds = time.perf_counter() - began
        return seconds, inside, sum(trial.seconds for trial in run.trials) / trials


def recovery() -> float:
    """Seconds from the start of `nas resume` until two workers train."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        heard = home / "heard"
        (home / "space.yaml").write_text(SPACE + "strategy: {trials: 8, window: 4}\n")
        (home / "ray.yaml").write_text("name: ray\nengine: ray\nworkers: 2\ncpus: 1\n")
        environment = {**os.environ, MARK: str(heard), "PYTHONPATH": str(Path(__file__).parent)}
        command = [sys.executable, "-m", "nas"]
        more = ["--runner", "ray.yaml", "--allow-code"]

        def begin(*arguments: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen([*command, *arguments, *more], cwd=home, env=environment, stderr=subprocess.DEVNULL)

        first = begin("search", "space.yaml", "--out", "run", "--set", "evaluator=durability:sleepy")
        _wait_for(heard, 3, first)
        _kill_all(str(heard))
        first.wait()
        heard.unlink()
        began = time.time()
        second = begin("resume", "run")
        _wait_for(heard, 2, second)
        seconds = max(map(float, heard.read_text().split())) - began
        _kill_all(str(heard))
        second.wait()
        return seconds


def _wait_for(heard: Path, lines: int, process: subprocess.Popen[bytes]) -> None:
    while not heard.exists() or len(heard.read_text().splitlines()) < lines:
        assert process.poll() is None, f"the search ended with status {process.returncode}"
        time.sleep(0.01)


def _kill_all(mark: str) -> None:
    """Kill every process that was started with this mark, as a power cut would."""
    alive = True
    while alive:
        alive = False
        for name in filter(str.isdecimal, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                if f"{MARK}={mark}".encode() in Path(f"/proc/{name}/environ").read_bytes():
                    alive |= ") Z " not in Path(f"/proc/{name}/stat").read_text()
                    os.kill(int(name), signal.SIGKILL)


def main() -> None:
    given = [int(argument) for argument in sys.argv[1:]]
    trials, epochs = [*given, *(3, 10)[len(given) :]]
    seconds, inside, each = share(trials, epochs)
    print(f"{trials} trials of {epochs} epochs, {each:.1f} s each: {seconds:.1f} s\n")
    print(f"{'':14}{'ms a trial':>12}{'share':>9}")
    for kind, spent in [*inside.items(), ("together", sum(inside.values()))]:
        print(f"{kind:14}{1000 * spent / trials:>12.1f}{spent / seconds:>9.2%}")
    print(f"\nresumed after a kill, two workers of Ray at work after {recovery():.1f} s")


if __name__ == "__main__":
    main()
