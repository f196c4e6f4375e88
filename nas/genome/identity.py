"""When two genomes are the same network: the canonical form, the fingerprint, and the exact check.

Identity is of the function, not of the text. The rules:

1. Names do not matter.
2. An identity, a dropout of rate 0 and a branch that always survives are their input. A sum, mean, product,
   concatenation or join of one input is that input.
3. A zero that is added is dropped; a sum of zeros alone is a zero. Zeros of one shape are one, whatever they stand behind.
4. Nodes that reach no output are dropped.
5. The inputs of a sum, a mean and a product have no order; those of a concatenation have.
6. Nothing else is equal: nested sums are not flattened (rounding differs), and two nodes with the same operation on the
   same input stay two, because each has its own weights.

The fingerprint is a hash of the colours of all nodes. A node's colour says what it computes from the input on; where two
nodes have the same, it also says who uses them, and in which place, down from the outputs (as in the refinement of
Weisfeiler and Leman 1968). Isomorphic genomes always have the same fingerprint, in every process and on every machine.
The reverse is nearly true, so `same_function` settles equal fingerprints by a search for the isomorphism itself.
"""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from nas.errors import GenomeError
from nas.genome.layers import Identity, Zero
from nas.genome.merges import Add, Concat, FractalJoin, Mean, Multiply
from nas.genome.noise import Dropout, StochasticDepth
from nas.genome.op import key

if TYPE_CHECKING:
    from nas.genome.genome import Genome

MAX_STEPS = 100_000

Wires = list[tuple[int, ...]]

_MERGES = (Add, Mean, Multiply, Concat, FractalJoin)
_SURE = (Dropout(0.0), StochasticDepth(1.0))  # which nothing is left to chance in
_SUSPECTS = frozenset((*_MERGES, Identity, Zero, Dropout, StochasticDepth))


class Plain(NamedTuple):
    """A genome without what cannot matter."""

    kept: list[int]  # places in the genome's nodes
    labels: list[bytes]  # what each node's operation is
    unordered: list[bool]  # whether its inputs have no order
    wires: Wires  # places in `kept`
    outputs: list[int]
    rewired: Wires  # for each node of the genome, places in the genome; of a zero, with what it stands behind


def simplify(genome: Genome) -> Plain:
    """Apply rules 2 to 4."""
    nodes, outputs = genome.nodes, genome.output_places()
    rewired = wires = _rewired(genome)
    if wires is genome.wires:
        kept = list(range(len(nodes)))
    else:
        wires = [() if type(node.op) is Zero else inputs for node, inputs in zip(nodes, wires, strict=True)]
        kept = reaching(wires, outputs)
        new = {old: index for index, old in enumerate(kept)}
        wires = [tuple([new[j] for j in wires[i]]) for i in kept]
        outputs = [new[i] for i in outputs]
    ops = [nodes[i].op for i in kept]
    labels = [key(op) for op in ops]
    for index, op in enumerate(ops):
        if type(op) is Zero:
            labels[index] = b"zero of " + repr(genome.shapes[nodes[kept[index]].name]).encode()
    return Plain(kept, labels, [op.commutative for op in ops], wires, outputs, rewired)


def _rewired(genome: Genome) -> Wires:
    """The wires with rules 2 and 3 applied; the genome's own where no rule says anything."""
    nodes, wires = genome.nodes, genome.wires
    if not any(type(node.op) in _SUSPECTS and _may_go(node.op, inputs) for node, inputs in zip(nodes, wires, strict=True)):
        return wires
    stands_for: list[int] = []
    zeros: dict[tuple[int, ...], int] = {}  # the first of each shape stands for all
    found: Wires = []
    for place, node in enumerate(nodes):
        op, inputs = node.op, tuple([stands_for[i] for i in wires[place]])
        if type(op) is Zero:
            stands_for.append(zeros.setdefault(genome.shapes[node.name], place))
        else:
            if type(op) is Add:
                inputs = tuple([i for i in inputs if type(nodes[i].op) is not Zero]) or inputs[:1]
            stands_for.append(inputs[0] if _may_go(op, inputs) else place)
        found.append(inputs)
    return found


def _may_go(op: object, inputs: tuple[int, ...]) -> bool:
    kind = type(op)
    if kind in _MERGES:
        return len(inputs) == 1
    if kind is Dropout or kind is StochasticDepth:
        return op in _SURE
    return kind is Identity or kind is Zero


def reaching(wires: Wires, outputs: list[int]) -> list[int]:
    """The places from which an output is reached, in order."""
    alive: set[int] = set()
    stack = list(outputs)
    while stack:
        place = stack.pop()
        if place not in alive:
            alive.add(place)
            stack.extend(wires[place])
    return sorted(alive)


def _hash(*parts: bytes) -> bytes:
    return blake2b(b"\0".join(parts), digest_size=16).digest()


def colours(plain: Plain) -> list[bytes]:
    """A colour for each node: equal for nodes that an isomorphism may exchange."""
    up: list[bytes] = []
    for label, unordered, inputs in zip(plain.labels, plain.unordered, plain.wires, strict=True):
        if len(inputs) == 1:
            text = b"%b\0%b" % (label, up[inputs[0]])
        else:
            below = [up[i] for i in inputs]
            text = b"\0".join([label, *(sorted(below) if unordered else below)])
        up.append(blake2b(text, digest_size=16).digest())
    # Where each node computes something of its own, its colour names its inputs, and that is the whole graph.
    return up if len(set(up)) == len(up) else _down(plain, up)


def _down(plain: Plain, up: list[bytes]) -> list[bytes]:
    users: list[list[bytes]] = [[] for _ in up]
    for order, place in enumerate(plain.outputs):
        users[place].append(b"output%d" % order)
    down = list(up)
    for place in range(len(up) - 1, -1, -1):
        users[place].sort()
        colour = down[place] = _hash(up[place], *users[place])
        for position, source in enumerate(plain.wires[place]):
            users[source].append(colour if plain.unordered[place] else b"%b%d" % (colour, position))
    return down


def fingerprint(genome: Genome) -> str:
    """32 hexadecimal digits that isomorphic genomes share."""
    plain, colour = genome.plain_form
    return _hash(*[colour[i] for i in plain.outputs], b"", *sorted(colour)).hex()


def canonical(genome: Genome) -> tuple[list[int], Wires]:
    """The nodes of the canonical form, as places in the genome, and the inputs of each, as places among these.

    Rules 2 to 4 are applied and inputs that have no order are sorted by their colour. A zero that stays keeps what it
    stands behind, for its shape.
    """
    plain, colour = genome.plain_form
    rank = dict(zip(plain.kept, colour, strict=True))
    wires = list(plain.rewired)
    for place, inputs in enumerate(wires):
        if len(inputs) > 1 and genome.nodes[place].op.commutative:
            wires[place] = tuple(sorted(inputs, key=lambda i: (rank.get(i, b""), i)))
    if len(plain.kept) == len(wires):
        return plain.kept, wires
    kept = reaching(wires, genome.output_places())
    new = {old: index for index, old in enumerate(kept)}
    return kept, [tuple([new[i] for i in wires[place]]) for place in kept]


def same_function(first: Genome, second: Genome) -> bool:
    """Whether two genomes are the same network under the rules above, exactly.

    Raises `GenomeError` where the search for an isomorphism takes more than 100,000 steps.
    """
    if first.fingerprint != second.fingerprint:
        return False
    return _match(*first.plain_form, *second.plain_form)


def _match(a: Plain, colour_a: list[bytes], b: Plain, colour_b: list[bytes]) -> bool:
    """Give each node of `a`, inputs first, a partner in `b`, and take back what leads nowhere."""
    partners: dict[bytes, list[int]] = {}
    for place, colour in enumerate(colour_b):
        partners.setdefault(colour, []).append(place)
    partner: list[int] = []
    tried: list[int] = [0]
    taken: set[int] = set()
    steps = 0
    while len(partner) < len(a.kept):
        place = len(partner)
        options = partners.get(colour_a[place], [])
        while tried[place] < len(options) and not _fits(a, b, place, options[tried[place]], partner, taken):
            tried[place] += 1
            steps += 1
        steps += 1
        if steps > MAX_STEPS:
            raise GenomeError(f"whether two genomes of {len(a.kept)} nodes are one network took more than {MAX_STEPS:,} steps")
        if tried[place] < len(options):
            partner.append(options[tried[place]])
            taken.add(partner[-1])
            tried.append(0)
        elif place == 0:
            return False
        else:
            tried.pop()
            taken.remove(partner.pop())
            tried[-1] += 1
    return True


def _fits(a: Plain, b: Plain, place: int, other: int, partner: list[int], taken: set[int]) -> bool:
    if other in taken or a.labels[place] != b.labels[other]:
        return False
    if place in a.outputs and (other not in b.outputs or a.outputs.index(place) != b.outputs.index(other)):
        return False
    wanted = [partner[i] for i in a.wires[place]]
    return Counter(wanted) == Counter(b.wires[other]) if a.unordered[place] else tuple(wanted) == b.wires[other]
