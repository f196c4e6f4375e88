"""Scores of proposals, in the process that drives a search: before anything is trained, and outside of trials.

All genomes see the same images, as in the evaluator "zero-cost", and weights that follow from the search's seed; so a
score depends on the search and the genome, never on what was scored before. One genome at a time: the networks differ, so
nothing of them could be computed together.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING

from nas.data import Dataset
from nas.errors import InputError, UnknownNameError, nearest
from nas.evaluate.threads import threads
from nas.evaluate.zero_cost.compute import known, score
from nas.evaluate.zero_cost.images import one_batch
from nas.evaluate.zero_cost.scores import BASELINES
from nas.genome import Genome
from nas.seeds import derive
from nas.space import SearchSpace

if TYPE_CHECKING:
    from torch import Tensor

KEPT = 20_000  # genomes whose scores are remembered, some 300 bytes each

Scorer = Callable[[Genome], dict[str, float]]


def scorer(space: SearchSpace, dataset: Dataset | None, names: Sequence[str]) -> Scorer:
    """What gives a genome's scores by name, higher is better; computed on a GPU where there is one, else in one CPU thread.

    dataset: None where no score but params and macs is asked for. Images are read when the first genome is scored.
    Raises `UnknownNameError`, and `InputError` where images are missing. What it gives raises `NotANumber` for a score
    that is not finite, and `InputError` for a genome of other images.
    """
    asked = tuple(dict.fromkeys(names))
    for name in asked:
        if name not in known():
            raise UnknownNameError(f"'{name}' is not a known score{nearest(str(name), known())}")
    with_images = [name for name in asked if name not in BASELINES]
    if dataset is None and with_images:
        raise InputError(f"{', '.join(with_images)}: needs images, and there are none; {' and '.join(BASELINES)} need none")
    return _Scorer(space, dataset, asked)


class _Scorer:
    def __init__(self, space: SearchSpace, dataset: Dataset | None, names: tuple[str, ...]) -> None:
        self._names = names
        self._with_images = [name for name in names if name not in BASELINES]
        self._dataset, self._batch = dataset, space.file.train.batch
        self._seed = derive(space.file.strategy.seed, "scores")
        self._images: tuple[Tensor, Tensor] | None = None
        self._found: OrderedDict[bytes, dict[str, float]] = OrderedDict()

    def __call__(self, genome: Genome) -> dict[str, float]:
        # Genomes of one fingerprint but other names have other weights: which of them came first must not matter.
        key = blake2b(repr((genome.nodes, genome.outputs)).encode(), digest_size=16).digest()
        if key not in self._found:
            self._found[key] = self._scores(genome)
            if len(self._found) > KEPT:
                self._found.popitem(last=False)
        self._found.move_to_end(key)
        return dict(self._found[key])

    def _scores(self, genome: Genome) -> dict[str, float]:
        found = {name: float(getattr(genome, name)) for name in BASELINES}
        if self._with_images:
            images, labels = self._batch_of_images()
            with threads(1):
                found |= score(genome, self._with_images, images, labels, self._seed)
        return {name: found[name] for name in self._names}

    def _batch_of_images(self) -> tuple[Tensor, Tensor]:
        import torch  # on demand: params and macs need none of it

        if self._images is None:
            assert self._dataset is not None
            device = "cuda:0" if torch.cuda.is_available() else "cpu"
            self._images = one_batch(self._dataset, batch=self._batch, device=device)
        return self._images
