"""What a comparison will train: its networks, and how near each comes to its budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nas.comparison.names import group_of, name_of, not_one
from nas.document import Document
from nas.errors import SpaceError
from nas.genome import Genome
from nas.space import SearchSpace
from nas.space.choice import Scalar
from nas.space.comparison import ComparisonSpace, Missed
from nas.space.kind import Drawn, Values


@dataclass(frozen=True)
class Network:
    """One that will be trained; `spent` is its share of the budget, where there is one."""

    group: str
    name: str
    choices: Values
    params: int
    macs: int
    depth: int
    spent: float | None


@dataclass(frozen=True)
class Planned:
    """Every network of a comparison, and what was left out."""

    networks: tuple[Network, ...]
    left_out: tuple[Missed, ...]
    seeds: int
    equal: str

    @property
    def trainings(self) -> int:
        return len(self.networks) * self.seeds

    @property
    def line(self) -> str:
        """How many trainings of what, in a line."""
        held = {"width": "as they stand in the file, not at one budget"}.get(self.equal, f"at equal {self.equal}")
        return f"{len(self.networks)} networks {held}, {self.seeds} seeds each: {self.trainings} trainings"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before it starts."""
        if self.seeds > 1:
            return ()
        return ("one seed shows no spread, so there will be no intervals; set compare.seeds to 3 or more",)

    def to_dict(self) -> dict[str, Any]:
        return {
            "equal": self.equal,
            "seeds": self.seeds,
            "trainings": self.trainings,
            "networks": [vars(network) for network in self.networks],
            "left_out": [vars(missed) for missed in self.left_out],
        }


def plan(space: SearchSpace) -> Planned:
    """The networks of a comparison, for the images that the space is bound to.

    Raises `InputError` at the file's position for one that compares nothing, for too many combinations, and, where the file
    does not say that they are left out, for networks that come not near enough to their budget.
    """
    kind, document = space.kind, space.document
    assert isinstance(kind, ComparisonSpace)
    try:
        kind.combinations()
        found = list(kind.grid())
    except SpaceError as error:
        raise document.error(("compare",), str(error)) from None
    missed = tuple(one for one in found if isinstance(one, Missed))
    if missed and kind.compare.unmet == "refuse":
        first = missed[0]
        text = (
            f"{len(missed)} of {len(found)} networks cannot be within {kind.compare.tolerance:.1%} of their budget; "
            f"{name_of(first.choices)}: {first.reason}. "
            f"Another budget, compare.tolerance, or compare.unmet: leave-out would do"
        )
        raise document.error(("compare", "budgets"), text)
    drawn = [one for one in found if isinstance(one, Drawn)]
    networks = [_network(kind, one) for one in drawn]
    if len(networks) < 2:
        text = f"{len(networks)} network to train compares nothing; give a position of the network a choice, such as"
        raise document.error(("compare",), f"{text} depth: {{choice: [1, 2, 4]}}")
    _check_different(networks, [one.genome for one in drawn], document)
    _check_reference(networks, kind.compare.reference, document)
    return Planned(tuple(networks), missed, kind.compare.seeds, kind.compare.equal)


def _check_different(networks: Sequence[Network], genomes: Sequence[Genome], document: Document) -> None:
    """An error for a network that stands there twice, under two names."""
    known: dict[str, Network] = {}
    for network, genome in zip(networks, genomes, strict=True):
        other = known.setdefault(genome.fingerprint, network)
        if other is not network:
            names = " and ".join(f"{one.name} ({one.group})" if one.group else one.name for one in (other, network))
            raise document.error(("compare",), f"{names} are the same network; leave one of them out")


def _check_reference(networks: Sequence[Network], reference: Mapping[str, Scalar], document: Document) -> None:
    """An error where not exactly one network of each group has the choices of the reference."""
    for group in dict.fromkeys(network.group for network in networks):
        count = sum(reference.items() <= one.choices.items() for one in networks if one.group == group)
        if reference and count != 1:
            raise document.error(("compare", "reference"), not_one(reference, count, group))


def _network(kind: ComparisonSpace, drawn: Drawn) -> Network:
    genome, said = drawn.genome, kind.said(drawn.choices)
    spent = None
    if kind.compare.equal != "width":
        spent = getattr(genome, kind.compare.equal) / said.get("budget", kind.compare.budgets[0])
    return Network(group_of(said, kind.compare), name_of(said), drawn.choices, genome.params, genome.macs, genome.depth, spent)
