"""A genome as text: a box for each stage, a line for each layer, branches indented up to the place where they meet.

    ┌ stage1 ──────────────────────┐
    │ block1-3, x 3                │
    │   ├─ 3x3 conv, 16 · BN, ReLU │
    │   │  3x3 conv, 16 · BN       │
    │   ├─ as it is                │
    │   └─ + · ReLU                │
    └──────────────────── 16x32x32 ┘

A layer takes what the line above puts out, and the first one of a branch what stands above all branches; where it takes
something else, an arrow names it.
"""

from __future__ import annotations

from nas.drawing.boxes import Sketch, sketch
from nas.drawing.collapse import collapsed
from nas.drawing.words import size
from nas.genome import Genome, Shape

Line = tuple[str, str]
"""What a line says on the left, and on the right."""


DEEPEST = 6  # branches within branches that are indented


def outline(genome: Genome, *, collapse: str = "repeats") -> str:
    """The text; `collapse` as for pictures: see `nas.drawing.collapse.collapsed`."""
    drawn = collapsed(sketch(genome), genome, collapse)
    parts: dict[str, list[str]] = {}
    for name, box in drawn.boxes.items():
        parts.setdefault(box.stage or name, []).append(name)  # what stands by itself is a part of its own
    if not drawn.stages():
        parts = {"": list(drawn.boxes)}
    written: list[tuple[str, Shape, list[Line]]] = []
    flow = ""
    for stage, names in parts.items():
        part = _Part(drawn, names, flow)
        last = drawn.boxes[names[-1]]
        lines = part.lines()
        if last.stage and lines[0][0] == stage:  # a stage in one box, whose title is that of the frame
            lines = [(left.strip(), right) for left, right in lines[1:]]
        written.append((stage if last.stage else "", last.shape, lines))
        flow = part.flow
    width = max(len(left) + len(right) + 2 * bool(right) for _, _, lines in written for left, right in lines)
    width = max(width, *(max(len(stage), len(size(shape))) + 4 for stage, shape, _ in written))
    return "\n".join(row for part in written for row in _framed(*part, width=width)) + "\n"


def _framed(stage: str, shape: Shape, lines: list[Line], *, width: int) -> list[str]:
    rows = [f"{left}{right.rjust(width - len(left))}" for left, right in lines]
    if not stage:
        return [f"  {row}".rstrip() for row in rows]
    top, bottom = f"┌ {stage} ".ljust(width + 3, "─") + "┐", "└" + f" {size(shape)} ┘".rjust(width + 3, "─")
    return [top, *(f"│ {row} │" for row in rows), bottom]


class _Part:
    """Some boxes, written once each in an order in which lines can be followed.

    What is put in order are items: boxes, and blocks of several boxes that no line leaves and comes back to.
    """

    def __init__(self, drawn: Sketch, names: list[str], flow: str, *, within: str = "") -> None:
        self.drawn = drawn
        self.within = within  # the block that they are, if they are one
        self.flow = flow  # the box that the next line takes unless it says otherwise
        self.stage = drawn.boxes[names[0]].stage
        self.members, self.before = self._items(names)
        self.item_of = {name: item for item, members in self.members.items() for name in members}
        self.fork = self._forks()
        self.written: set[str] = set()

    def lines(self) -> list[Line]:
        """All of it: what leads to each end, in turn."""
        taken = {source for sources in self.before.values() for source in sources}
        return [line for item in self.members if item not in taken for line in self._lead(item, 0)]

    def _items(self, names: list[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
        """The boxes of each item, and the items that it takes from: "" for what comes from outside."""
        blocks: dict[str, list[str]] = {}
        for name in names:
            blocks.setdefault(self.drawn.boxes[name].block, []).append(name)
        own = self.drawn.only(names)
        several = {f"{block}/": each for block, each in blocks.items() if block not in ("", self.within) and len(each) > 1}
        into = own.separable(several)
        before = own.grouped(into)
        assert before is not None
        members: dict[str, list[str]] = {item: [] for item in before}
        for name in names:
            members[into.get(name, name)].append(name)
            if own.sources[name] != self.drawn.sources[name] or not own.sources[name]:
                before[into.get(name, name)].append("")
        return members, before

    def _forks(self) -> dict[str, str]:
        """For each item the last one that all lines to it come through: its immediate dominator."""
        fork, depth = {"": ""}, {"": 0}
        for item in self.members:
            common, *others = self.before[item]
            for other in others:
                while common != other:
                    if depth[common] >= depth[other]:
                        common = fork[common]
                    else:
                        other = fork[other]
            fork[item], depth[item] = common, depth[common] + 1
        return fork

    def _lead(self, item: str, deep: int) -> list[Line]:
        """The lines from the last fork that is written to an item."""
        way = [item]
        while self.fork[way[-1]] and self.fork[way[-1]] not in self.written:
            way.append(self.fork[way[-1]])
        return [line for each in reversed(way) for line in self._item(each, deep)]

    def _item(self, item: str, deep: int) -> list[Line]:
        if deep > DEEPEST:
            waiting = [each for each in self._behind(item) if each not in self.written]
            return [line for each in waiting for line in self._single(each)]
        name = self.members[item][0]
        missing = [each for each in self.before[item] if each and each not in self.written]
        if item.endswith("/"):
            return [line for each in missing for line in self._lead(each, deep)] + self._block(item, deep)
        if not missing:
            return self._single(item)
        above = self.flow
        rows: list[Line] = []
        for source in self.drawn.sources[name]:
            self.flow = above
            branch = self.item_of.get(source, "")
            lines = self._lead(branch, deep + 1) if branch and branch not in self.written else []
            if self.flow != source or not lines:
                lines.append(("as it is" if source == above else f"from {self._short(source)}", ""))
            rows += [(f"{'│  ' if place else '├─ '}{left}", right) for place, (left, right) in enumerate(lines)]
        self.written.add(item)
        self.flow = name
        left, right = self._line(name, [])
        return [*rows, (f"└─ {left}", right)]

    def _block(self, item: str, deep: int) -> list[Line]:
        """A block, under its name where it is not itself part of a branch."""
        self.written.add(item)
        part = _Part(self.drawn, self.members[item], self.flow, within=item[:-1])
        lines = part.lines()
        self.flow = part.flow
        if deep:
            return lines
        return [(self.drawn.title(item[:-1]), ""), *((f"  {left}", right) for left, right in lines)]

    def _single(self, item: str) -> list[Line]:
        """One line, which names what it takes unless that stands right above."""
        if item.endswith("/"):
            return self._block(item, 1)
        name = self.members[item][0]
        sources = self.drawn.sources[name]
        left, right = self._line(name, [] if sources == [self.flow] else sources)
        self.written.add(item)
        self.flow = name
        box = self.drawn.boxes[name]
        return [(left, right), *((f"  {row}", "") for row in (box.rows[1:] if box.kind == "whole" else ()))]

    def _behind(self, item: str) -> list[str]:
        """All items that lead to one, and itself, in their order."""
        found, stack = {item}, [item]
        while stack:
            new = [each for each in self.before[stack.pop()] if each and each not in found]
            found.update(new)
            stack += new
        return [each for each in self.members if each in found]

    def _line(self, name: str, sources: list[str]) -> Line:
        box = self.drawn.boxes[name]
        text = box.rows[0] if box.kind == "whole" else " · ".join(box.rows)
        return text + (f"  <- {', '.join(map(self._short, sources))}" if sources else ""), box.note

    def _short(self, name: str) -> str:
        """The name of a box within its stage; one of another stage in full."""
        return name.removeprefix(f"{self.stage}/")
