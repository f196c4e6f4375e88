"""Which networks were tried already: by fingerprint, and settled by an exact check."""

from __future__ import annotations

from nas.errors import GenomeError
from nas.genome import Genome, same_function


class Novelty:
    """The networks of a search by fingerprint."""

    def __init__(self) -> None:
        self._seen: dict[str, list[tuple[int, Genome]]] = {}

    def add(self, number: int, genome: Genome) -> None:
        self._seen.setdefault(genome.fingerprint, []).append((number, genome))

    def drop(self, number: int, genome: Genome) -> None:
        """Forget a trial, because it was not trained after all."""
        self._seen[genome.fingerprint] = [pair for pair in self._seen[genome.fingerprint] if pair[0] != number]

    def find(self, genome: Genome) -> int | None:
        """The number of the first trial of the same network."""
        for number, other in self._seen.get(genome.fingerprint, ()):
            try:
                if same_function(genome, other):
                    return number
            except GenomeError:  # undecided within its bound: taken for new, which costs one training at most
                continue
        return None
