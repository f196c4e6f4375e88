"""Probes: places in a network where something is measured or held back while it computes.

A probe is an edit of the genome and no case of the model: a dropout of rate 0, which hands its input on as it is, but is a module
that torch's hooks can be put on.
"""

from __future__ import annotations

from collections.abc import Mapping

from nas.genome import Genome, Node, ops

PROBE = ops.Dropout(0.0)


def probed_inputs(genome: Genome, joins: Mapping[str, object]) -> tuple[Genome, dict[tuple[str, int], str]]:
    """The genome with a probe in front of each input of these nodes, and the probes by node and place."""
    nodes: list[Node] = []
    probes = {}
    for node in genome.nodes:
        if node.name in joins:
            for place, source in enumerate(node.inputs):
                probes[node.name, place] = f"{node.name}_probe{place}"
                nodes.append(Node(probes[node.name, place], PROBE, (source,)))
            node = node._replace(inputs=tuple(probes[node.name, place] for place in range(len(node.inputs))))
        nodes.append(node)
    return Genome(nodes, genome.outputs), probes


def probed_behind(genome: Genome, names: set[str]) -> tuple[Genome, dict[str, str]]:
    """The genome with a probe behind each of these nodes, which all its readers read, and the probe of each."""
    probes = {name: f"{name}_probe" for name in names}
    nodes: list[Node] = []
    for node in genome.nodes:
        nodes.append(node._replace(inputs=tuple(probes.get(source, source) for source in node.inputs)))
        if node.name in probes:
            nodes.append(Node(probes[node.name], PROBE, (node.name,)))
    return Genome(nodes, genome.outputs), probes
