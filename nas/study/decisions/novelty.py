"""Which networks were tried already: by fingerprint, and settled by an exact check."""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, same_function
from nas.genome.packed import unpack
from nas.study.trial import Trial


class Novelty:
    """The trials of a search by fingerprint; their genomes are read only where fingerprints agree."""

    def __init__(self) -> None:
        self._seen: dict[str, list[Trial]] = {}

    def add(self, trial: Trial) -> None:
        self._seen.setdefault(trial.fingerprint, []).append(trial)

    def drop(self, trial: Trial) -> None:
        """Forget a trial, because it was not trained after all."""
        self._seen[trial.fingerprint].remove(trial)

    def find(self, genome: Genome, repetition: int | None = None) -> int | None:
        """The number of the first trial of the same network; where networks are trained repeatedly, of that repetition."""
        for trial in self._seen.get(genome.fingerprint, ()):
            if trial.repetition == repetition and same(genome, trial.packed):
                return trial.number
        return None


def same(genome: Genome, packed: str) -> bool:
    """Whether a packed genome that has the fingerprint of this one is the same network.

    What cannot be decided within its bound is taken for new, which costs one training at most.
    """
    try:
        return same_function(genome, Genome.from_dict(unpack(packed)))
    except GenomeError:
        return False
