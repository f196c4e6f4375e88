"""How fast genomes are drawn, checked, costed and named, and how much building them would take: `python benchmarks/genomes.py`.

One core. A genome is drawn (with its width solved for), validated, costed, brought to its canonical form and given its
fingerprint. Against it: the same networks built on the meta device and counted by torch's FlopCounterMode. Targets, at
about 100 nodes: 1,000 genomes a second, and 100 times as many as by building. CPU seconds of this process, the best of
several rounds, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

from nas.genome import Genome
from nas.network import build
from nas.space import SearchSpace, load
from nas.space.drawing import RandomTrial

SPACE = ("network.stages=3", "network.depth={int: [1, 4]}", "budget={params: 1.7M, macs: 1G}")


def through(space: SearchSpace, number: int) -> None:
    """All that a search does with a genome before it is trained."""
    for seed in range(number):
        genome = space.genome(RandomTrial(seed))
        assert genome.params and genome.macs and genome.depth and genome.canonical() and genome.fingerprint


def counted(genome: Genome) -> tuple[int, int]:
    """Params and macs by building the network and calling it, on the meta device."""
    network = build(genome).to("meta")
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.empty(1, *genome.input_shape, device="meta"))
    return sum(p.numel() for p in network.parameters()), counter.get_total_flops() // 2


def seconds(work: Callable[[], object], rounds: int) -> float:
    """CPU seconds of the fastest round."""
    found = []
    for _ in range(rounds):
        gc.collect()
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--genomes", type=int, default=1000)
    parser.add_argument("--built", type=int, default=20, help="how many of them are built")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    loaded = load("deeper-vs-wider", overrides=SPACE)

    def fresh() -> SearchSpace:
        """A space of its own for each round: it remembers the widths that it solved for."""
        return loaded.bound(input_shape=(3, 32, 32), classes=10)

    analytic = seconds(lambda: through(fresh(), options.genomes), options.rounds) / options.genomes
    genomes = [fresh().genome(RandomTrial(seed)) for seed in range(options.genomes)]
    some = genomes[:: max(1, options.genomes // options.built)]
    assert [(g.params, g.macs) for g in some] == [counted(g) for g in some]
    torchs = seconds(lambda: [counted(g) for g in some], 2) / len(some)
    nodes = [sum(len(g) for g in part) / len(part) for part in (genomes, some)]
    print(f"{nodes[0]:.0f} nodes a genome on average ({nodes[1]:.0f} for the {len(some)} that were built)")
    print(f"{'':46}{'ms a genome':>12}{'genomes/s':>12}{'ratio':>8}")
    for name, taken in (
        ("draw, validate, cost, canonical, fingerprint", analytic),
        ("build on the meta device, FlopCounterMode", torchs),
    ):
        print(f"{name:46}{taken * 1e3:12.3f}{1 / taken:12,.0f}{taken / analytic:8.1f}")


if __name__ == "__main__":
    main()
