"""Search convolutional architectures: deeper or wider, at a budget.

    run = nas.search("deeper-vs-wider", out="results/first", trials=24, seed=0)
    best = run.best                          # a trial: number, genome, metrics, curve
    model = run.model(best)                  # torch.nn.Module with its trained weights
    nas.export(run, best, to=["onnx"])
    genome = nas.zoo.googlenet(classes=10)   # a published network: genome.params, genome.macs, genome.depth

Names load on first use, so `import nas` loads neither torch, optuna nor ray.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nas import zoo
    from nas.api import compare, explain, export, resume, search, train
    from nas.errors import InputError, NasError
    from nas.evaluate import Context, Outcome, evaluators
    from nas.exports import formats
    from nas.genome import Genome, Node, operation, ops, same_function
    from nas.motif import blocks, compose, connectivities
    from nas.network import build
    from nas.space import SearchSpace, load
    from nas.strategy import strategies
    from nas.study import Run, Trial

_HOMES = {
    "nas.api": ("compare", "explain", "export", "resume", "search", "train"),
    "nas.errors": ("InputError", "NasError"),
    "nas.evaluate": ("Context", "Outcome", "evaluators"),
    "nas.exports": ("formats",),
    "nas.genome": ("Genome", "Node", "operation", "ops", "same_function"),
    "nas.motif": ("blocks", "compose", "connectivities"),
    "nas.network": ("build",),
    "nas.space": ("SearchSpace", "load"),
    "nas.strategy": ("strategies",),
    "nas.study": ("Run", "Trial"),
}

_MODULES = ("zoo",)

__all__ = [
    "Context",
    "Genome",
    "InputError",
    "NasError",
    "Node",
    "Outcome",
    "Run",
    "SearchSpace",
    "Trial",
    "blocks",
    "build",
    "compare",
    "compose",
    "connectivities",
    "evaluators",
    "explain",
    "export",
    "formats",
    "load",
    "operation",
    "ops",
    "resume",
    "same_function",
    "search",
    "strategies",
    "train",
    "zoo",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(f"nas.{name}")
    for home, names in _HOMES.items():
        if name in names:
            value = globals()[name] = getattr(importlib.import_module(home), name)
            return value
    raise AttributeError(f"module 'nas' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
