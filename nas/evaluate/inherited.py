"""What an inherited training starts from: the weights of a parent, handed on to a child as far as they go.

Net2Net: Chen et al. 2016, arXiv:1511.05641; `nas.network.inherit` says what is handed on. The recipe is that of a training
from scratch, its whole schedule laid out over the fewer epochs: a quarter of the learning rate did worse than the whole, by
0.23 points of validation error [0.02, 0.44] in 24 pairs of parent and child (`benchmarks/inherit.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from nas.errors import InputError, RunError
from nas.evaluate.weights import most_bytes, read_weights
from nas.genome import Genome
from nas.network.inherit import inherit
from nas.storage import read_file


@dataclass(frozen=True)
class Parent:
    """A trained network: its genome and where its weights are, a path or URL of what `save_weights` wrote."""

    genome: Genome
    weights: str | Path

    @classmethod
    def of(cls, parent: Mapping[str, Any] | None) -> Parent | None:
        """The parent that a job names, if it names one; `InputError` where that is not {"genome", "weights"}."""
        if parent is None:
            return None
        if set(parent) != {"genome", "weights"}:
            raise InputError(
                f"the parent of a job must have 'genome' and 'weights', got {', '.join(sorted(parent)) or 'nothing'}"
            )
        return cls(Genome.from_dict(parent["genome"]), parent["weights"])

    @property
    def key(self) -> list[str]:
        """Which start this is: the genome's fingerprint, the file's digest. `RunError` where there is no such file."""
        try:
            content = read_file(self.weights, most=most_bytes(self.genome))
        except OSError as error:
            raise RunError(f"the parent's weights cannot be read: {self.weights}: {error.strerror or error}") from None
        return [self.genome.fingerprint, hashlib.blake2b(content, digest_size=16).hexdigest()]

    def handed_on(self, child: Genome, *, seed: int) -> dict[str, Tensor]:
        """The state that `child` starts from. `RunError` where the file does not hold its parent's weights as written."""
        state = read_weights(self.genome, self.weights)
        return inherit(self.genome, state, child, seed=seed).state
