"""When two genomes are the same network: the canonical form, the fingerprint, and the exact check.

Identity is of the function, not of the text. The rules:

1. Names do not matter.
2. An identity, and a dropout of rate 0, is its input. A sum, mean, product or concatenation of one input is that input.
3. A zero that is added is dropped; a sum of zeros alone is a zero.
4. Nodes that reach no output are dropped.
5. The inputs of a sum, a mean and a product have no order; those of a concatenation have.
6. Nothing else is equal: nested sums are not flattened (rounding differs), and two nodes with the same operation on the
   same input stay two, because each has its own weights.

The fingerprint refines a colour for each node twice, as in Weisfeiler and Leman (1968): up from the inputs (what it
computes) and down from the outputs (who uses it, and in which place), and hashes the colours of all nodes. Isomorphic
genomes always have the same fingerprint, in every process and on every machine. The reverse is nearly true, so
`same_function` settles equal fingerprints by a search for the isomorphism itself.
"""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from nas.errors import GenomeError
from nas.genome.layers import Dropout, Identity, Output, Zero
from nas.genome.merges import Add
from nas.genome.op import Op, key

if TYPE_CHECKING:
    from nas.genome.genome import Genome, Node

MAX_STEPS = 100_000


class Plain(NamedTuple):
    """A genome without what cannot matter."""

    kept: list[int]  # places in the genome's nodes
    ops: list[Op]
    wires: list[tuple[int, ...]]  # places in `ops`
    outputs: list[int]


def simplify(genome: Genome) -> Plain:
    """Apply rules 2 to 4."""
    stands_for: list[int] = []
    wires: list[tuple[int, ...]] = []
    nodes = genome.nodes
    for place, (node, sources) in enumerate(zip(nodes, genome.wires(), strict=True)):
        inputs = tuple([stands_for[i] for i in sources])
        op = node.op
        if type(op) is Add and any(type(nodes[i].op) is Zero for i in inputs):
            inputs = tuple(i for i in inputs if type(nodes[i].op) is not Zero) or inputs[:1]
        passes = len(inputs) == 1 and (op.arity[1] is None or type(op) is Identity or (type(op) is Dropout and not op.rate))
        stands_for.append(inputs[0] if passes else place)
        wires.append(inputs)
    names = {node.name: place for place, node in enumerate(nodes)}
    alive: set[int] = set()
    stack = [names[name] for name in genome.outputs]
    while stack:
        place = stack.pop()
        if place not in alive:
            alive.add(place)
            stack.extend(wires[place])
    kept = sorted(alive)
    new = {old: index for index, old in enumerate(kept)}
    return Plain(
        kept, [nodes[i].op for i in kept], [tuple([new[j] for j in wires[i]]) for i in kept], [new[names[n]] for n in genome.outputs]
    )


def _hash(*parts: bytes) -> bytes:
    return blake2b(b"\0".join(parts), digest_size=16).digest()


def colours(plain: Plain) -> list[bytes]:
    """A colour for each node: equal for nodes that an isomorphism may exchange."""
    up: list[bytes] = []
    for op, inputs in zip(plain.ops, plain.wires, strict=True):
        below = [up[i] for i in inputs]
        if op.commutative:
            below.sort()
        up.append(_hash(key(op), *below))
    users: list[list[bytes]] = [[] for _ in up]
    down = list(up)
    for order, place in enumerate(plain.outputs):
        users[place].append(b"output%d" % order)
    for place in range(len(up) - 1, -1, -1):
        users[place].sort()
        colour = down[place] = _hash(up[place], *users[place])
        commutative = plain.ops[place].commutative
        for position, source in enumerate(plain.wires[place]):
            users[source].append(colour if commutative else b"%b%d" % (colour, position))
    return down


def fingerprint(genome: Genome) -> str:
    """32 hexadecimal digits that isomorphic genomes share."""
    return _hash(*sorted(genome.plain_form[1])).hex()


def canonical(genome: Genome) -> tuple[list[Node], list[str]]:
    """Nodes and outputs of the canonical form: rules 2 to 4 applied, unordered inputs sorted by their colour."""
    from nas.genome.genome import Node

    plain, colour = genome.plain_form
    names = [genome.nodes[i].name for i in plain.kept]
    nodes = []
    for name, op, inputs in zip(names, plain.ops, plain.wires, strict=True):
        ordered = sorted(inputs, key=lambda i: (colour[i], i)) if op.commutative else inputs
        nodes.append(Node(name, op, tuple(names[i] for i in ordered)))
    return nodes, [names[i] for i in plain.outputs]


def same_function(first: Genome, second: Genome) -> bool:
    """Whether two genomes are the same network under the rules above, exactly.

    Raises `GenomeError` where the search for an isomorphism takes more than 100,000 steps.
    """
    if first.fingerprint != second.fingerprint:
        return False
    return _match(*first.plain_form, *second.plain_form)


def _match(a: Plain, colour_a: list[bytes], b: Plain, colour_b: list[bytes]) -> bool:
    """Give each node of `a`, inputs first, a partner in `b`, and take back what leads nowhere."""
    candidates: dict[bytes, list[int]] = {}
    for place, colour in enumerate(colour_b):
        candidates.setdefault(colour, []).append(place)
    partner: list[int] = []
    tried: list[int] = [0]
    taken: set[int] = set()
    steps = 0
    while len(partner) < len(a.ops):
        place = len(partner)
        options = candidates.get(colour_a[place], [])
        while tried[place] < len(options) and not _fits(a, b, place, options[tried[place]], partner, taken):
            tried[place] += 1
        steps += 1
        if steps > MAX_STEPS:
            raise GenomeError(f"whether two genomes of {len(a.ops)} nodes are one network took more than {MAX_STEPS:,} steps")
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
    if other in taken or a.ops[place] != b.ops[other]:
        return False
    if isinstance(a.ops[place], Output) and a.outputs.index(place) != b.outputs.index(other):
        return False
    wanted = [partner[i] for i in a.wires[place]]
    return Counter(wanted) == Counter(b.wires[other]) if a.ops[place].commutative else tuple(wanted) == b.wires[other]
