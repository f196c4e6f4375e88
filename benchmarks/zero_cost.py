"""What zero-cost scores cost, and how well they rank: `python benchmarks/zero_cost.py [PUBLISHED.csv --images IMAGES.npz]`.

PUBLISHED.csv holds networks of NAS-Bench-201 with the scores of NAS-Bench-Suite-Zero (Krishnakumar et al. 2022,
arXiv:2210.03230), as NASLib ships them: `arch`, the operations of the edges as numbers, `val_accuracy`, `params`, `snip`, ...
IMAGES.npz is images of 32x32 to score on, for the data source `npz`. With `--zen TABLE.npz`, which has an array `zen_score`
that the column `index` of the CSV points into, zen is compared too (Lin et al. 2021, arXiv:2102.01063).

So many of the networks, drawn at random, are scored on one batch of 64 images in one thread. Printed for each score are
the median milliseconds of processor time for a network, and Spearman's rank correlations: with the published values of the
same score, with the validation accuracy (its 95 % interval beside it), that of the published values with the accuracy, and
with params. Without a CSV: milliseconds alone, of ResNet-20 and of what the space deeper-vs-wider draws for the digits.
"""

from __future__ import annotations

import argparse
import ast
import csv
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median

import numpy as np
import torch
from torch import Tensor

import nas
from nas import data, zoo
from nas.evaluate.zero_cost import known, score
from nas.evaluate.zero_cost.images import MOST, one_batch
from nas.genome import Genome
from nas.motif.cell import Cells, compose_cells
from nas.space.drawing import RandomTrial
from nas.space.settings import DataSettings
from nas.study.agreement import rank_correlation

OPERATIONS = ("skip_connect", "none", "nor_conv_3x3", "nor_conv_1x1", "avg_pool_3x3")  # NASLib's numbers
EDGES = ("edge0-1", "edge0-2", "edge0-3", "edge1-2", "edge1-3", "edge2-3")  # and its order
PUBLISHED = {"jacob_cov": "jacov", "naswot": "nwot", "macs": "flops"}  # where NASLib has another name


def cell(arch: str) -> Genome:
    """The network of a row."""
    operations = (OPERATIONS[number] for number in ast.literal_eval(arch))
    plan = Cells(dict(zip(EDGES, operations, strict=True)))
    return compose_cells(plan, input_shape=(3, 32, 32), classes=10).genome()


def published(row: dict[str, str], zen: np.ndarray | None) -> dict[str, float]:
    """The scores of a row under our names."""
    found = {name: float(row[PUBLISHED.get(name, name)]) for name in known() if PUBLISHED.get(name, name) in row}
    return found if zen is None else {**found, "zen": float(zen[int(row["index"])])}


def scored(genomes: Sequence[Genome], images: Tensor, labels: Tensor) -> tuple[dict[str, list[float]], dict[str, float]]:
    """The values of each score, and its median seconds for a network."""
    values: dict[str, list[float]] = {name: [] for name in known()}
    seconds: dict[str, list[float]] = {name: [] for name in known()}
    for genome in genomes:
        for name in known():
            started = time.process_time()
            values[name].append(score(genome, [name], images, labels, 0)[name])
            seconds[name].append(time.process_time() - started)
    return values, {name: median(found) for name, found in seconds.items()}


def against_published(options: argparse.Namespace) -> None:
    with options.published.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [rows[place] for place in np.random.default_rng(0).permutation(len(rows))[: options.networks]]
    genomes = [cell(row["arch"]) for row in rows]
    zen = np.load(options.zen)["zen_score"] if options.zen else None
    theirs = [published(row, zen) for row in rows]
    accuracy = [float(row["val_accuracy"]) for row in rows]
    for genome, given in zip(genomes, theirs, strict=True):  # in millions, to six digits
        assert abs(genome.params - 1e6 * given["params"]) < 2, "the CSV is of another skeleton"
    settings = DataSettings(name="npz", path=str(options.images))
    with tempfile.TemporaryDirectory() as cache:
        images, labels = one_batch(data.load(settings, cache=Path(cache)), batch=MOST, device="cpu")
    ours, seconds = scored(genomes, images, labels)
    print(f"{len(genomes)} networks of NAS-Bench-201, {len(images)} images, one thread")
    print("| score | ms | with the published | with accuracy | published with accuracy | with params |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, values in ours.items():
        given = [row[name] for row in theirs if name in row]
        same, of_theirs = (rank_correlation(given, other) for other in (values, accuracy)) if given else (None, None)
        true, size = rank_correlation(values, accuracy), rank_correlation(values, ours["params"])
        assert true is not None and size is not None
        cells = [f"{same.value:.2f}" if same else "-", f"{true.value:.2f} ({true.low:.2f} to {true.high:.2f})"]
        cells += [f"{of_theirs.value:.2f}" if of_theirs else "-", f"{size.value:.2f}"]
        print(f"| {name} | {1000 * seconds[name]:.1f} | {' | '.join(cells)} |")


def seconds_alone() -> None:
    space = nas.load("deeper-vs-wider").bound(input_shape=(1, 8, 8), classes=10)
    drawn = [space.genome(RandomTrial(seed)) for seed in range(20)]
    print(f"| milliseconds a score, {MOST} images, one thread | {' | '.join(known())} |")
    print(f"| --- |{' --- |' * len(known())}")
    for title, genomes in (("ResNet-20, 3x32x32", [zoo.resnet_cifar(depth=20)] * 3), ("deeper-vs-wider, 1x8x8", drawn)):
        images = torch.randn(MOST, *genomes[0].input_shape, generator=torch.Generator().manual_seed(0))
        scored(genomes[:1], images, torch.arange(MOST) % 10)  # once, so that everything is imported
        _, seconds = scored(genomes, images, torch.arange(MOST) % 10)
        print(f"| {title} ({mean(g.macs for g in genomes) / 1e6:.1f}M macs) | ", end="")
        print(" | ".join(f"{1000 * seconds[name]:.1f}" for name in known()), "|")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", type=Path, nargs="?", metavar="PUBLISHED.csv")
    parser.add_argument("--images", type=Path, metavar="IMAGES.npz", help="needed with PUBLISHED.csv")
    parser.add_argument("--zen", type=Path, metavar="TABLE.npz")
    parser.add_argument("--networks", type=int, default=100)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.published is None:
        seconds_alone()
    elif options.images is None:
        parser.error("PUBLISHED.csv needs --images IMAGES.npz")
    else:
        against_published(options)


if __name__ == "__main__":
    main()
