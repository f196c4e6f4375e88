"""How long the whole zoo takes to build and to cost, and the deepest of it alone: `python benchmarks/zoo.py`.

One core, CPU seconds of a fresh process. Targets: every network of the catalogue, built and costed, under 2 s;
ResNet-1202, about 4,200 nodes, under 0.3 s; the exact numbers of its 2^600 paths under 0.5 s.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from nas import zoo
from nas.genome import Genome


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def cost(genome: Genome) -> tuple[int, int, int]:
    """What the list of the zoo shows."""
    return genome.params, genome.macs, genome.depth


def main() -> None:
    entries = list(zoo.entries())
    whole = seconds(lambda: [cost(entry.build()) for entry in entries])
    deepest = seconds(lambda: cost(zoo.resnet_cifar(depth=1202)))
    genome = zoo.resnet_cifar(depth=1202)
    paths = seconds(lambda: genome.path_lengths())
    print(f"{'what':<46}{'target':>10}{'found':>10}")
    print(f"{f'{len(entries)} networks, built and costed':<46}{'2 s':>10}{whole:>8.2f} s")
    print(f"{f'ResNet-1202, {len(genome):,} nodes':<46}{'0.3 s':>10}{deepest:>8.3f} s")
    print(f"{'its path lengths, exactly':<46}{'0.5 s':>10}{paths:>8.3f} s")


if __name__ == "__main__":
    main()
