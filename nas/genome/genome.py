"""The genome: an immutable, typed graph that says what a network computes and costs before a tensor exists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from nas.errors import GenomeError, nearest
from nas.genome import fields, identity, parts, paths, width
from nas.genome.layers import Input, Output
from nas.genome.node import Node, in_order
from nas.genome.op import Facts, Op, Shape, arguments, check_cost, infer, make

if TYPE_CHECKING:
    import networkx

SCHEMA = "nas.genome/1"
MAX_NODES = 20_000


class Genome:
    """A network as a graph; valid from construction on.

    Nodes may come in any order and are kept in a topological one; `wires` has for each the places of its inputs in
    `nodes`. `outputs` are the names of the `Output` nodes, the prediction first; left out, all of them in their order.

    Raises `GenomeError` for an unknown input, a cycle, a dead end, a wrong number of inputs, or shapes that do not
    meet: the text names the node, what must hold and what it got.
    """

    def __init__(self, nodes: Iterable[Node], outputs: Sequence[str] | None = None) -> None:
        self.nodes, self.wires = in_order(tuple(nodes))
        self._facts: list[Facts] = []
        shapes: list[Shape] = []
        for node, inputs in zip(self.nodes, self.wires, strict=True):
            try:
                fact = infer(node.op, (shapes[inputs[0]],) if len(inputs) == 1 else tuple([shapes[i] for i in inputs]))
            except GenomeError as error:
                raise GenomeError(f"node '{node.name}' ({node.op.kind}): {error}") from None
            self._facts.append(fact)
            shapes.append(fact.shape)
        self.outputs = self._check_ends(outputs)

    def _check_ends(self, outputs: Sequence[str] | None) -> tuple[str, ...]:
        kinds = [type(node.op) for node in self.nodes]
        used = set().union(*self.wires)
        ends = [node.name for node, kind in zip(self.nodes, kinds, strict=True) if kind is Output]
        for index in sorted(set(range(len(kinds))) - used):
            if kinds[index] is not Output:
                name = self.nodes[index].name
                raise GenomeError(f"node '{name}' is a dead end: join it to a node that reaches an output, or drop it")
        if len(used) + len(ends) > len(kinds):
            name = next(self.nodes[index].name for index in used if kinds[index] is Output)
            raise GenomeError(f"node '{name}' is an output, and nothing may follow it")
        if kinds.count(Input) != 1 or not ends:
            raise GenomeError(f"a genome has one input and at least one output, got {kinds.count(Input)} and {len(ends)}")
        if outputs is None:
            return tuple(ends)
        if sorted(outputs) != sorted(ends):
            raise GenomeError(f"outputs must name the output nodes {ends}, got {list(outputs)}")
        return tuple(outputs)

    @classmethod
    def _part(cls, whole: Genome, kept: list[int], wires: list[tuple[int, ...]]) -> Genome:
        """The genome of some nodes of a whole one with other inputs of the same shapes: there is nothing to check."""
        part = cls.__new__(cls)
        nodes = [whole.nodes[i] for i in kept]
        all_kept = len(kept) == len(whole)
        for place, inputs in enumerate(wires):
            if not all_kept or inputs != whole.wires[place]:
                nodes[place] = nodes[place]._replace(inputs=tuple([nodes[i].name for i in inputs]))
        part.nodes, part.wires, part.outputs = tuple(nodes), wires, whole.outputs
        part._facts = [whole._facts[i] for i in kept]
        return part

    @cached_property
    def _position(self) -> dict[str, int]:
        return {node.name: place for place, node in enumerate(self.nodes)}

    def output_places(self) -> list[int]:
        """Where the outputs stand in `nodes`."""
        return [self._position[name] for name in self.outputs]

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
    def _predicting(self) -> list[Facts]:
        """The facts of the nodes that reach the prediction; those of auxiliary heads alone are counted apart."""
        if len(self.outputs) == 1:
            return self._facts
        return [self._facts[place] for place in identity.reaching(self.wires, self.output_places()[:1])]

    @cached_property
    def params(self) -> int:
        """Learnable scalars of all nodes that reach the prediction."""
        return sum([fact.params for fact in self._predicting])

    @cached_property
    def auxiliary_params(self) -> int:
        """Learnable scalars that only auxiliary heads use."""
        return sum([fact.params for fact in self._facts]) - self.params

    @cached_property
    def macs(self) -> int:
        """Multiply-accumulates of convolutions and linear layers for one image, up to the prediction."""
        return sum([fact.macs for fact in self._predicting])

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

    def path_lengths(self, length: Callable[[Node], int] | None = None) -> dict[int, int]:
        """How many paths from the input to the prediction have each length, exactly.

        `length` says what a node adds; left out, weighted layers count 1 and all others 0.
        """
        return paths.lengths(self, length)

    @cached_property
    def paths(self) -> paths.PathLengths:
        """The lengths of all paths in weighted layers: how many, mean, deviation, shares."""
        return paths.PathLengths(self.path_lengths())

    @cached_property
    def width(self) -> int:
        """The most channels that run side by side at one depth: k parallel lines of c channels are k * c wide."""
        return width.widest(self)

    @cached_property
    def parts(self) -> tuple[parts.Part, ...]:
        """The stages, by the first parts of the nodes' names, with what each holds and costs."""
        return parts.parts(self)

    @cached_property
    def receptive_field(self) -> tuple[int, int] | None:
        """Height and width, in pixels, that a value sees in front of the head; None for a flat input.

        `receptive_fields` has those of all nodes.
        """
        return fields.of_network(self)

    @cached_property
    def receptive_fields(self) -> dict[str, tuple[int, int]]:
        """Height and width of the image, in pixels, that one value of each node sees; empty for a flat input."""
        return fields.extents(self) if len(self.input_shape) == 3 else {}

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
        kept, wires = identity.canonical(self)
        if wires == self.wires:
            return self
        return Genome._part(self, kept, wires)

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
        genome = cls([_read_node(entry) for entry in entries], outputs)
        check_cost(params=genome.params, macs=genome.macs, activations=genome.activations)
        return genome

    def to_yaml(self) -> str:
        """`to_dict` as YAML, a line for each node."""
        import yaml

        lines = [f"schema: {SCHEMA}", "nodes:"]
        data = self.to_dict()
        for entry in data["nodes"]:
            lines.append("  - " + yaml.safe_dump(entry, default_flow_style=True, sort_keys=False, width=10**6).strip())
        return "\n".join(lines) + "\n" + yaml.safe_dump({"outputs": data["outputs"]}, default_flow_style=None)

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
            if not isinstance(name, str) or not isinstance(attributes.get("op"), Op):
                raise GenomeError(f"node {name!r} must be called by a text and have an operation as its attribute 'op'")
            inputs: dict[int, str] = {}
            for source, _, edge in graph.in_edges(name, data=True):
                for place in edge.get("places", [len(inputs)]):
                    inputs[place] = source
            if sorted(inputs) != list(range(len(inputs))):
                raise GenomeError(f"node '{name}': the 'places' of the edges to it must be 0, 1 and so on, got {sorted(inputs)}")
            nodes.append(Node(name, attributes["op"], tuple(inputs[place] for place in sorted(inputs))))
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
