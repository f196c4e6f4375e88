"""syne-tune's regularised evolution on the table, in a virtual environment of its own (it needs half a gigabyte).

    python -m venv /tmp/peer && /tmp/peer/bin/pip install syne-tune==0.16.0
    /tmp/peer/bin/python benchmarks/peers/syne_tune_evolution.py TABLE.npz --out /tmp/peer/curves.npz
    python benchmarks/strategies.py TABLE.npz --peers /tmp/peer/curves.npz

Regularised evolution (Real et al. 2019, arXiv:1802.01548) with a population of 100, which is the default, and of 50; of 10
the best is the parent. Every proposal is trained. Written are the best accuracies so far, an array (seeds, trainings) for
each, and `x`, the number of trainings.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import syne_tune
from syne_tune.config_space import choice
from syne_tune.optimizer.schedulers.searchers.regularized_evolution import RegularizedEvolution

POPULATIONS = (100, 50)


def curve(accuracy: np.ndarray, names: list[str], population: int, trainings: int, seed: int) -> np.ndarray:
    """The best accuracy after each training. accuracy: percent, by the operations of the six edges."""
    np.random.seed(seed)  # it draws the first population from the global generator
    space = {f"edge{edge}": choice(names) for edge in range(accuracy.ndim)}
    searcher = RegularizedEvolution(space, population_size=population, sample_size=10, random_seed=seed)
    found = np.zeros(trainings)
    for number in range(trainings):
        config = searcher.suggest()
        found[number] = accuracy[tuple(names.index(config[name]) for name in space)]
        searcher.on_trial_complete(number, config, -float(found[number]))
    return np.maximum.accumulate(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", type=Path)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--trainings", type=int, default=300)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    with np.load(options.table, allow_pickle=False) as data:
        names, ops, values = [str(name) for name in data["op_names"]], data["ops"], data["val_acc_200"]
    accuracy = np.zeros((len(names),) * ops.shape[1])
    accuracy[tuple(ops.T)] = np.round(values.astype(np.float64), 4)
    found = {}
    for population in POPULATIONS:
        curves = [curve(accuracy, names, population, options.trainings, seed) for seed in range(options.seeds)]
        found[f"syne-tune REA ({population}, 10)"] = np.array(curves, np.float32)
    np.savez_compressed(options.out, x=np.arange(1, options.trainings + 1), **found)
    print(f"syne-tune {syne_tune.__version__}: {', '.join(found)}, {options.seeds} seeds, in {options.out}")


if __name__ == "__main__":
    main()
