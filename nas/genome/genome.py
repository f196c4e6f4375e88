"""The genome: an immutable, typed graph that says what a network computes and costs before a tensor exists."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nas.errors import GenomeError, nearest
from nas.genome import identity, paths
from nas.genome.layers import Input, Output
from nas.genome.op import Facts, Op, Shape, arguments, infer, make

if TYPE_CHECKING:
    import networkx

SCHEMA = "nas.genome/1"
MAX_NODES = 100_000
_NAME = re.compile(r"[A-Za-z_]\w*(/[A-Za-z_]\w*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a genome. The name is a path; its prefixes are the scopes that views group by."""

    name: str
    op: Op
    inputs: tuple[str, ...] = ()


class Genome:
    """A network as a graph; valid from construction on.

    Nodes may come in any order and are kept in a topological one. `outputs` are the names of the `Output` nodes, the
    prediction first; left out, all of them in their order.

    Raises `GenomeError` for an unknown input, a cycle, a dead end, a wrong number of inputs, or shapes that do not
    meet: the text names the node, what must hold and what it got.
    """

    def __init__(self, nodes: Iterable[Node], outputs: Sequence[str] | None = None) -> None:
        self.nodes = _in_order(tuple(nodes))
        position: dict[str, int] = {}
        wires: list[tuple[int, ...]] = []
        facts: list[Facts] = []
        used: set[int] = set()
        for node in self.nodes:
            inputs = tuple([position[name] for name in node.inputs])
            try:
                fact = infer(node.op, tuple([facts[i].shape for i in inputs]))
            except GenomeError as error:
                raise GenomeError(f"node '{node.name}' ({node.op.kind}): {error}") from None
            position[node.name] = len(facts)
            facts.append(fact)
            wires.append(inputs)
            used.update(inputs)
        self._position, self._wires, self._facts = position, wires, facts
        self.outputs = self._check_ends(used, outputs)

    def _check_ends(self, used: set[int], outputs: Sequence[str] | None) -> tuple[str, ...]:
        ends, starts = [], 0
        for index, node in enumerate(self.nodes):
            if isinstance(node.op, Output):
                ends.append(node.name)
                if index in used:
                    raise GenomeError(f"node '{node.name}' is an output, and nothing may follow it")
            elif index not in used:
                raise GenomeError(f"node '{node.name}' is a dead end: join it to a node that reaches an output, or drop it")
            starts += isinstance(node.op, Input)
        if starts != 1 or not ends:
            raise GenomeError(f"a genome has one input and at least one output, got {starts} and {len(ends)}")
        if outputs is None:
            return tuple(ends)
        if sorted(outputs) != sorted(ends):
            raise GenomeError(f"outputs must name the output nodes {ends}, got {list(outputs)}")
        return tuple(outputs)

    def __getitem__(self, name: str) -> Node:
        try:
            return self.nodes[self._position[name]]
        except KeyError:
            raise GenomeError(f"there is no node '{name}'{nearest(name, self._position)}") from None

    def __len__(self) -> int:
        return len(self.nodes)

    def __eq__(self, other: object) -> bool:
        """Node by node, names included; `same_function` asks whether two genomes are the same network."""
        return isinstance(other, Genome) and self.nodes == other.nodes and self.outputs == other.outputs

    def __hash__(self) -> int:
        return hash((self.nodes, self.outputs))

    def __repr__(self) -> str:
        return f"<Genome {len(self.nodes)} nodes, {self.params:,} params, {self.macs:,} macs, depth {self.depth}>"

    @property
    def input_shape(self) -> Shape:
        """(channels, height, width) of one image."""
        return next(fact.shape for node, fact in zip(self.nodes, self._facts, strict=True) if isinstance(node.op, Input))

    @property
    def classes(self) -> int:
        """The length of the prediction."""
        return self._facts[self._position[self.outputs[0]]].shape[0]

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """The shape that each node puts out, for one image."""
        return {node.name: fact.shape for node, fact in zip(self.nodes, self._facts, strict=True)}

    @cached_property
    def params(self) -> int:
        """Learnable scalars of all nodes."""
        return sum([fact.params for fact in self._facts])

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and linear layers for one image."""
        return sum([fact.macs for fact in self._facts])

    @cached_property
    def activations(self) -> int:
        """Scalars that the nodes put out for one image: what training keeps in memory, times the batch."""
        return sum([fact.size for fact in self._facts])

    @cached_property
    def depth(self) -> int:
        """Weighted layers on the longest path from the input to the prediction."""
        return paths.longest(self)

    def facts(self, name: str) -> Facts:
        """Shape and cost of one node."""
        return self._facts[self._position[name]]

    def wires(self) -> list[tuple[int, ...]]:
        """For each node the places of its inputs in `nodes`."""
        return list(self._wires)

    def path_lengths(self, length: Callable[[Node], int] | None = None) -> dict[int, int]:
        """How many paths from the input to the prediction have each length, exactly.

        `length` says what a node adds; left out, weighted layers count 1 and all others 0.
        """
        return paths.lengths(self, length)

    @cached_property
    def plain_form(self) -> tuple[identity.Plain, list[bytes]]:
        """The graph without what cannot matter, and a colour for each of its nodes."""
        plain = identity.simplify(self)
        return plain, identity.colours(plain)

    @cached_property
    def fingerprint(self) -> str:
        """The identity of the function, whatever the names; see `nas.genome.identity` for the rules."""
        return identity.fingerprint(self)

    def canonical(self) -> Genome:
        """The same function without what cannot matter; the nodes that stay keep their names."""
        return Genome(*identity.canonical(self))

    def to_dict(self) -> dict[str, Any]:
        """Plain data of the schema "nas.genome/1"; arguments at their default are left out."""
        nodes = []
        for node in self.nodes:
            entry: dict[str, Any] = {"name": node.name, "op": node.op.kind, **arguments(node.op)}
            if node.inputs:
                entry["inputs"] = list(node.inputs)
            nodes.append(entry)
        return {"schema": SCHEMA, "nodes": nodes, "outputs": list(self.outputs)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Genome:
        """The genome that `to_dict` wrote; `GenomeError` for anything else."""
        if not isinstance(data, Mapping) or data.get("schema") != SCHEMA:
            raise GenomeError(f"a genome opens with 'schema: {SCHEMA}', got {str(data)[:80]!r}")
        entries, outputs = data.get("nodes"), data.get("outputs")
        if not isinstance(entries, list) or not entries or len(entries) > MAX_NODES:
            raise GenomeError(f"'nodes' must be a list of 1 to {MAX_NODES:,} nodes")
        if outputs is not None and (not isinstance(outputs, list) or not all(isinstance(name, str) for name in outputs)):
            raise GenomeError("'outputs' must be a list of node names")
        return cls([_read_node(entry) for entry in entries], outputs)

    def to_yaml(self) -> str:
        """`to_dict` as YAML, a line for each node."""
        import yaml

        lines = [f"schema: {SCHEMA}", "nodes:"]
        data = self.to_dict()
        for entry in data["nodes"]:
            lines.append("  - " + yaml.safe_dump(entry, default_flow_style=True, sort_keys=False, width=10**6).strip())
        return "\n".join([*lines, f"outputs: [{', '.join(data['outputs'])}]", ""])

    def to_networkx(self) -> networkx.DiGraph:
        """A graph with an `op` at each node and, where an input is taken twice, all its `places` at the edge."""
        import networkx

        graph = networkx.DiGraph(outputs=list(self.outputs))
        for node in self.nodes:
            graph.add_node(node.name, op=node.op)
            for place, name in enumerate(node.inputs):
                if graph.has_edge(name, node.name):
                    graph.edges[name, node.name]["places"].append(place)
                else:
                    graph.add_edge(name, node.name, places=[place])
        return graph

    @classmethod
    def from_networkx(cls, graph: networkx.DiGraph) -> Genome:
        """The genome of a graph as `to_networkx` makes it."""
        nodes = []
        for name, attributes in graph.nodes(data=True):
            if not isinstance(attributes.get("op"), Op):
                raise GenomeError(f"node '{name}' must have an operation as its attribute 'op'")
            wires = [(place, source) for source, _, edge in graph.in_edges(name, data=True) for place in edge["places"]]
            nodes.append(Node(name, attributes["op"], tuple(source for _, source in sorted(wires))))
        return cls(nodes, graph.graph.get("outputs"))


def _read_node(entry: object) -> Node:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not isinstance(entry.get("op"), str):
        raise GenomeError(f"a node has a 'name' and an 'op', got {str(entry)[:80]!r}")
    inputs = entry.get("inputs", [])
    if not isinstance(inputs, list) or not all(isinstance(name, str) for name in inputs):
        raise GenomeError(f"node '{entry['name']}': 'inputs' must be a list of node names, got {str(inputs)[:80]!r}")
    values = {key: value for key, value in entry.items() if key not in ("name", "op", "inputs")}
    try:
        return Node(entry["name"], make(entry["op"], values), tuple(inputs))
    except ValueError as error:
        raise GenomeError(f"node '{entry['name']}': {error}") from None


def _in_order(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Nodes in a topological order: as given where that is one already."""
    seen: set[str] = set()
    ordered = True
    for node in nodes:
        if node.name in seen:
            raise GenomeError(f"two nodes are called '{node.name}'; names must differ")
        if not _NAME.fullmatch(node.name):
            raise GenomeError(f"'{node.name}' is no name for a node: parts of letters, digits and _, joined by '/'")
        ordered = ordered and seen.issuperset(node.inputs)
        seen.add(node.name)
    return nodes if ordered else _sorted(nodes, seen)


def _sorted(nodes: tuple[Node, ...], names: set[str]) -> tuple[Node, ...]:
    waiting = {}
    followers: dict[str, list[Node]] = {name: [] for name in names}
    for node in nodes:
        for name in set(node.inputs):
            if name not in names:
                raise GenomeError(f"node '{node.name}' takes '{name}', which is no node{nearest(name, names)}")
            followers[name].append(node)
        waiting[node.name] = len(set(node.inputs))
    ready = [node for node in nodes if not waiting[node.name]]
    done = []
    while ready:
        node = ready.pop(0)
        done.append(node)
        for follower in followers[node.name]:
            waiting[follower.name] -= 1
            if not waiting[follower.name]:
                ready.append(follower)
    if len(done) < len(nodes):
        stuck = [name for name, count in waiting.items() if count]
        raise GenomeError(f"a genome has no cycle, and one runs through some of: {', '.join(stuck[:5])}")
    return tuple(done)
