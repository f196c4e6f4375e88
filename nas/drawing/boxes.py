"""What a drawing shows: boxes and arrows.

A box is a layer with the norm, activation and dropout around it, which nothing else takes: figures of papers draw them as
one. Every node of the genome is in one box.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from nas.drawing.words import joined, kind, size, words
from nas.genome import Genome, Shape, ops
from nas.genome.parts import stage_of


@dataclass(frozen=True)
class Box:
    """One box, called by the name of its first node."""

    name: str
    nodes: tuple[str, ...]  # of the genome, which it stands for
    rows: tuple[str, ...]  # what is written in it
    main: int  # the row that says what it is; the others are small
    kind: str
    stage: str  # "" for one that stands by itself
    block: str  # the name of its block, with that of the stage; "" for one that is in none
    shape: Shape  # that it puts out, for one image
    note: str = ""  # said at its arrows: the shape, where the rows do not show it
    layers: int = 0  # with weights


@dataclass(frozen=True)
class Sketch:
    """Boxes in a topological order, and arrows (from, to) between their names; one for each line that is taken."""

    boxes: dict[str, Box]
    arrows: tuple[tuple[str, str], ...]
    titles: dict[str, str] = field(default_factory=dict)  # of stages and blocks, where it is not the name

    def title(self, scope: str) -> str:
        return self.titles.get(scope, scope.rpartition("/")[2])

    @cached_property
    def sources(self) -> dict[str, list[str]]:
        """The boxes that each box takes from, in their order."""
        found: dict[str, list[str]] = {name: [] for name in self.boxes}
        for source, target in self.arrows:
            found[target].append(source)
        return found

    @cached_property
    def readers(self) -> dict[str, list[str]]:
        """The boxes that take from each box."""
        found: dict[str, list[str]] = {name: [] for name in self.boxes}
        for source, target in self.arrows:
            found[source].append(target)
        return found

    def stages(self) -> list[str]:
        """In the order in which they begin."""
        return list(dict.fromkeys(box.stage for box in self.boxes.values() if box.stage))

    def separable(self, groups: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """For boxes of those groups that can be drawn as one box each, without arrows in a circle, the group's name.

        No line may leave such a group and come back to it.
        """
        place = {name: at for at, name in enumerate(self.boxes)}
        spread = {name: place[members[-1]] - place[members[0]] - len(members) for name, members in groups.items()}
        into: dict[str, str] = {}
        for name in sorted(groups, key=lambda name: spread[name]):  # those without another box in between always can
            tried = into | dict.fromkeys(groups[name], name)
            if spread[name] < 0 or self.grouped(tried) is not None:
                into = tried
        return into

    def grouped(self, into: Mapping[str, str]) -> dict[str, list[str]] | None:
        """Boxes, and groups of them, in a topological order near the given one, with what each takes from.

        `into` has the groups of the boxes that are in one. None where arrows run in a circle.
        """
        order = {item: place for place, item in enumerate(dict.fromkeys(into.get(name, name) for name in self.boxes))}
        pairs = dict.fromkeys((into.get(source, source), into.get(target, target)) for source, target in self.arrows)
        sources: dict[str, list[str]] = {item: [] for item in order}
        readers: dict[str, list[str]] = {item: [] for item in order}
        for source, target in pairs:
            if source != target:
                sources[target].append(source)
                readers[source].append(target)
        items, waiting = list(order), {item: len(each) for item, each in sources.items()}
        ready = [place for item, place in order.items() if not waiting[item]]
        found: dict[str, list[str]] = {}
        while ready:
            item = items[heapq.heappop(ready)]
            found[item] = sources[item]
            for reader in readers[item]:
                waiting[reader] -= 1
                if not waiting[reader]:
                    heapq.heappush(ready, order[reader])
        return found if len(found) == len(order) else None

    def only(self, names: Iterable[str]) -> Sketch:
        """The part with these boxes and the arrows between them."""
        kept = set(names)
        boxes = {name: box for name, box in self.boxes.items() if name in kept}
        return Sketch(boxes, tuple(arrow for arrow in self.arrows if kept.issuperset(arrow)), self.titles)


def block_of(name: str) -> str:
    """The block of a node: the first two parts of its name, if there are more; else ""."""
    parts = name.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else ""


def _scope(name: str) -> tuple[str, str]:
    """The stage and the block of a node; "" for none."""
    return stage_of(name) if "/" in name else "", block_of(name)


def sketch(genome: Genome) -> Sketch:
    """The boxes of a genome."""
    readers = Counter(source for inputs in genome.wires for source in inputs)
    box_of: list[int] = []
    groups: list[list[int]] = []
    for place, inputs in enumerate(genome.wires):
        if _joins(genome, place, readers, groups[box_of[inputs[0]]] if inputs else []):
            box_of.append(box_of[inputs[0]])
            groups[box_of[place]].append(place)
        else:
            box_of.append(len(groups))
            groups.append([place])
    boxes = [_box(genome, group) for group in groups]
    arrows = [
        (boxes[box_of[source]].name, boxes[box_of[place]].name)
        for place, inputs in enumerate(genome.wires)
        for source in inputs
        if box_of[source] != box_of[place]
    ]
    return Sketch({box.name: box for box in boxes}, tuple(arrows))


def _joins(genome: Genome, place: int, readers: Counter[int], group: list[int]) -> bool:
    """Whether a node is part of the box of its input, whose nodes are `group`."""
    node, inputs = genome.nodes[place], genome.wires[place]
    if len(inputs) != 1 or readers[inputs[0]] > 1 or isinstance(node.op, ops.Output):
        return False
    if _scope(genome.nodes[inputs[0]].name) != _scope(node.name):
        return False
    kinds = {kind(genome.nodes[each].op) for each in group}
    return kinds == {"aside"} or (kind(node.op) == "aside" and "end" not in kinds)


def _box(genome: Genome, group: list[int]) -> Box:
    nodes = [genome.nodes[place] for place in group]
    shapes = [genome.shapes[node.inputs[0]] if node.inputs else () for node in nodes]
    texts = [words(node.op, shape) for node, shape in zip(nodes, shapes, strict=True)]
    kinds = [kind(node.op) for node in nodes]
    main = next((i for i, each in enumerate(kinds) if each != "aside"), None)
    if main is None:
        rows, place = [joined(texts)], 0
    else:
        texts = ["" if isinstance(node.op, ops.Flatten) else text for node, text in zip(nodes, texts, strict=True)]
        around = [joined(texts[:main]), texts[main], joined(texts[main + 1 :])]
        rows, place = [row for row in around if row], int(bool(around[0]))
    first, last = nodes[0].name, genome.shapes[nodes[-1].name]
    return Box(
        first,
        tuple(node.name for node in nodes),
        tuple(rows),
        place,
        "aside" if main is None else kinds[main],
        *_scope(first),
        last,
        _note(genome, group, last),
        sum(node.op.weighted for node in nodes),
    )


def _note(genome: Genome, group: list[int], shape: Shape) -> str:
    """The shape, where height and width change or channels come together; a layer says its channels itself."""
    taken = [genome.shapes[genome.nodes[source].name] for source in genome.wires[group[0]]]
    joined = isinstance(genome.nodes[group[0]].op, ops.Concat) and len(taken) > 1
    return size(shape) if len(shape) == 3 and taken and (joined or taken[0][1:] != shape[1:]) else ""
