"""What zero-cost scores cost, and how well they rank: `python benchmarks/zero_cost.py [TABLE] [NETWORKS]`.

TABLE is one of cells, as the evaluator `table` reads it (`search_spaces/tables/nasbench201.npz`); so many of its networks
(100 unless said), drawn at random, are scored on one batch of 64 random images of 3x32x32, and for each score Spearman's rank
correlation with the accuracy after the longest training is printed, and with macs. Without a table: seconds of ResNet-20.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import torch
from scipy.stats import spearmanr

from nas import zoo
from nas.evaluate.table import Table, load_table
from nas.evaluate.zero_cost import known, score
from nas.genome import Genome
from nas.motif.cell import Cells, compose_cells

BATCH = 64


def of_table(table: Table, networks: int) -> tuple[list[Genome], list[float]]:
    """Some networks of a table, and their accuracies."""
    accuracy = _accuracy(table)
    rows = [(key, accuracy[row]) for key, row in table.rows.items() if np.isfinite(accuracy[row])]
    drawn = [rows[place] for place in np.random.default_rng(0).permutation(len(rows))[:networks]]
    nodes = round((1 + (1 + 8 * len(table.keys)) ** 0.5) / 2)  # n nodes have n (n - 1) / 2 edges
    plans = [Cells(dict(zip(table.keys, key, strict=True)), nodes=nodes) for key, _ in drawn]
    genomes = [compose_cells(plan, input_shape=(3, 32, 32), classes=10).genome() for plan in plans]
    for genome in genomes:
        table.row(genome)  # refuses a network of other costs
    return genomes, [float(value) for _, value in drawn]


def _accuracy(table: Table) -> np.ndarray:
    columns = table.curves[max(table.curves)] if table.curves else table.columns
    return columns["accuracy"] if "accuracy" in columns else 1 - columns["error"]


def main(arguments: list[str]) -> None:
    networks = int(arguments[1]) if len(arguments) > 1 else 100
    genomes, accuracies = of_table(load_table(arguments[0]), networks) if arguments else ([zoo.resnet_cifar(depth=20)], [])
    torch.set_num_threads(1)
    images = torch.randn(BATCH, *genomes[0].input_shape, generator=torch.Generator().manual_seed(0))
    labels = torch.arange(BATCH) % genomes[0].classes
    macs = [genome.macs for genome in genomes]
    print(f"{len(genomes)} network(s), {BATCH} images, one thread")
    print(f"{'score':<12}{'ms':>9}{'with accuracy':>16}{'with macs':>12}")
    for name in known():
        started = time.perf_counter()
        values = [score(genome, [name], images, labels, 0)[name] for genome in genomes]
        ms = (time.perf_counter() - started) / len(genomes) * 1000
        ranks = [f"{spearmanr(values, other).statistic:.2f}" if accuracies else "-" for other in (accuracies, macs)]
        print(f"{name:<12}{ms:>9.1f}{ranks[0]:>16}{ranks[1]:>12}")


if __name__ == "__main__":
    main(sys.argv[1:])
