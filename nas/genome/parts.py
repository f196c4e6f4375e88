"""The parts of a network: its stages, which are the first parts of the nodes' names, with what each holds and costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nas.genome.identity import reaching

if TYPE_CHECKING:
    from nas.genome.genome import Genome
    from nas.genome.op import Shape


@dataclass(frozen=True)
class Part:
    """One stage. Shares are of what reaches the prediction, from 0 to 1; those of an auxiliary head are 0."""

    name: str
    nodes: int
    layers: int  # with weights
    shape: Shape  # that it puts out, for one image
    params: int
    macs: int
    params_share: float
    macs_share: float
    auxiliary: bool  # none of it reaches the prediction


def parts(genome: Genome) -> tuple[Part, ...]:
    """The stages in the order in which they begin."""
    predicting = set(reaching(genome.wires, genome.output_places()[:1]))
    members: dict[str, list[int]] = {}
    for place, node in enumerate(genome.nodes):
        members.setdefault(stage_of(node.name), []).append(place)
    leaving = {
        source
        for node, inputs in zip(genome.nodes, genome.wires, strict=True)
        for source in inputs
        if stage_of(genome.nodes[source].name) != stage_of(node.name)
    }
    return tuple(_part(genome, name, places, leaving, predicting) for name, places in members.items())


def stage_of(name: str) -> str:
    """The stage of a node: the first part of its name."""
    return name.partition("/")[0]


def _part(genome: Genome, name: str, places: list[int], leaving: set[int], predicting: set[int]) -> Part:
    nodes = [genome.nodes[place] for place in places]
    facts = [genome.facts(node.name) for node in nodes]
    counted = [genome.facts(genome.nodes[place].name) for place in places if place in predicting]
    ends = [place for place in places if place in leaving] or places
    return Part(
        name,
        nodes=len(nodes),
        layers=sum(node.op.weighted for node in nodes),
        shape=genome.shapes[genome.nodes[ends[-1]].name],
        params=sum(fact.params for fact in facts),
        macs=sum(fact.macs for fact in facts),
        params_share=sum(fact.params for fact in counted) / (genome.params or 1),
        macs_share=sum(fact.macs for fact in counted) / (genome.macs or 1),
        auxiliary=not counted,
    )
