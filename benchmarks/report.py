"""How long a person waits for what a search ends in: the report, its page in a browser, drawings, an export.

    python benchmarks/report.py

The run has 1,000 trials trained to the end (simulated, so nothing is trained), and what the search proposed beside them. A
page is opened in headless Chromium where there is one. An export counts from the call to the files, their proof included.
Beside the time stands that of the processor in this process, which other work on the machine lengthens little; for the
page it is that of the browser.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import nas
from nas import zoo
from nas.drawing import draw
from nas.exports import Evidence, ExportedData, export_model
from nas.network import build
from nas.report import contents, write_report
from nas.study import Run
from nas.testing.simulated import made_up_error, simulate

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from chromium import PROGRAM, chromium

TRIALS = 1000
WIDE = ["network.depth={int: [1, 8]}", "network.width={int: [2, 400]}", "network.stages={int: [1, 3]}", "budget.params=100M"]


def main() -> None:
    print(f"{'':50}{'took s':>8}{'processor s':>13}{'target s':>10}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run, page = made(folder), folder / "report.html"
        proposed = f"{len(run.trials):,} proposals, {TRIALS:,} of them trained"
        timed(f"report of {proposed}", 5, lambda: write_report(contents(run), page))
        print(f"{'its page, in MB (target 6)':50}{page.stat().st_size / 1e6:>8.2f}")
        if PROGRAM is not None:
            with chromium(folder / "profile") as browser:
                opened = browser.open(page)
                show("its page in Chromium, until it is loaded", opened.seconds, opened.cpu_seconds(), 2.5)
        large = zoo.resnet_cifar(depth=116)
        timed(f"drawing of a genome of {len(large.nodes)} nodes", 1, lambda: draw(large, folder / "large.svg"))
        timed("the same, each node by itself", 1, lambda: draw(large, folder / "each.svg", collapse="nothing"))
        timed("ONNX export of a genome of 117 nodes, proved", 20, lambda: exported(folder / "exported"))


def made(folder: Path) -> Run:
    """A run whose search trained so many networks."""
    space = nas.load("tiny", overrides=[f"strategy.trials={TRIALS}", "strategy.name=evolution", *WIDE])
    run = Run.create(folder / "run", space.bound(input_shape=(1, 8, 8), classes=10))
    simulate(run.search(), workers=1, seconds=lambda trial: 60.0, result=made_up_error)
    return Run.open(run.folder)


def exported(folder: Path) -> None:
    """ResNet-32 for CIFAR-10, of fresh weights."""
    genome = zoo.resnet_cifar(depth=32)
    pixels = np.random.default_rng(0).integers(0, 256, (64, 3, 32, 32), dtype=np.uint8)
    export_model(
        build(genome).eval(),
        genome,
        folder,
        formats=["onnx"],
        data=ExportedData("noise", (3, 32, 32), (0.5,) * 3, (0.25,) * 3, tuple("abcdefghij")),
        evidence=Evidence(pixels),
        metrics={},
        provenance={},
    )


def timed(what: str, target: float, work: Callable[[], object]) -> None:
    """A row for what takes so long."""
    started, processor = time.perf_counter(), time.process_time()
    work()
    show(what, time.perf_counter() - started, time.process_time() - processor, target)


def show(what: str, took: float, processor: float, target: float) -> None:
    print(f"{what:50}{took:>8.2f}{processor:>13.2f}{target:>10g}", flush=True)


if __name__ == "__main__":
    main()
