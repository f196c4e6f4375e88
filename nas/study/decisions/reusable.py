"""Results of other runs that take the place of a training: of the same network, images and recipe."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nas.errors import SearchError
from nas.genome import Genome
from nas.study.decisions.novelty import same
from nas.study.trial import Trial


@dataclass(frozen=True)
class Reused:
    """What another run found out about a network."""

    origin: str  # "RUN, trial NUMBER"
    fingerprint: str
    packed: str  # its genome (`nas.genome.packed`)
    metrics: dict[str, float]
    curve: dict[int, dict[str, float]]  # epoch -> metrics


class Reusable:
    """Results by network; of several the first."""

    def __init__(self, results: Iterable[Reused] = ()) -> None:
        self._by_fingerprint: dict[str, list[Reused]] = {}
        self._by_origin: dict[str, Reused] = {}
        for result in results:
            self._by_fingerprint.setdefault(result.fingerprint, []).append(result)
            self._by_origin[result.origin] = result

    def find(self, genome: Genome) -> str:
        """Where the result of this network comes from; empty where there is none."""
        found = self._by_fingerprint.get(genome.fingerprint, ()) if self._by_fingerprint else ()
        return next((result.origin for result in found if same(genome, result.packed)), "")

    def of(self, trial: Trial) -> Reused:
        """The result that a trial has."""
        if trial.reused not in self._by_origin:
            raise SearchError(f"trial {trial.number} has the result of {trial.reused}, and the search was not given it")
        return self._by_origin[trial.reused]
