"""What a proposal costs: `python benchmarks/strategies_proposals.py [TABLE.npz]`.

Milliseconds of one proposal behind a history of so many trials, the median of 15, one core: on a made-up problem of six
categorical choices whose draw makes no genome, and with a table on the space of NAS-Bench-201, where the genome that is
proposed is made as well (its own cost stands above).
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from tabular.table import EDGES, table_of

import nas
from nas.space.drawing import RandomTrial
from nas.strategy import strategies
from nas.testing import Problem, problems, proposal_ms

TRIALS = (100, 1000)


def of_table(path: Path) -> Problem:
    """The space with the errors of the table; every genome is made anew."""
    table, space = table_of(path), nas.load("nasbench201")

    def values(drawn: Any) -> list[float]:
        choices = drawn if isinstance(drawn, dict) else drawn.choices
        return [float(table.error[table.code({edge: choices[edge] for edge in EDGES})])]

    draw: Any = space.draw  # a problem's draw gives choices
    return Problem("nasbench201", draw, values)


def genome_ms(*, genomes: int = 100) -> float:
    """Milliseconds to draw one."""
    space = nas.load("nasbench201")
    start = time.perf_counter()
    for seed in range(genomes):
        space.draw(RandomTrial(seed))
    return 1000 * (time.perf_counter() - start) / genomes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path, nargs="?", default=None)
    parser.add_argument("--only", nargs="*", default=None, help="of the strategies")
    options = parser.parse_args()
    on = [problems["flat"]]
    if options.table is not None:
        on.append(of_table(options.table))
        print(f"a genome: {genome_ms():.1f} ms")
    heads = [f"{problem.name}, {trials:,}" for problem in on for trials in TRIALS]
    print(f"{'strategy':<16}" + "".join(f"{head:>20}" for head in heads))
    for name in strategies.names() if options.only is None else options.only:
        took = [proposal_ms(strategies.get(name), trials=trials, problem=problem) for problem in on for trials in TRIALS]
        print(f"{name:<16}" + "".join(f"{ms:>20.2f}" for ms in took), flush=True)


if __name__ == "__main__":
    main()
