"""Fewer boxes: equal blocks one behind another drawn once, blocks as one box each, stages as one box each."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Literal, NamedTuple, get_args

from nas.drawing.boxes import Box, Sketch
from nas.drawing.numbers import short
from nas.drawing.words import size
from nas.errors import InputError, nearest
from nas.genome import Genome

Collapse = Literal["nothing", "repeats", "blocks", "stages"]
LEVELS: tuple[Collapse, ...] = get_args(Collapse)
ROWS = 8  # of a collapsed box; what is more is counted


def collapsed(sketch: Sketch, genome: Genome, level: str) -> Sketch:
    """The sketch with less in it.

    - nothing: as it is
    - repeats: of blocks that are equal and follow each other the first, with their number
    - blocks: each of those is one box
    - stages: each stage is one box
    """
    if level not in LEVELS:
        raise InputError(f"'{level}' cannot be collapsed{nearest(level, LEVELS)}; known: {', '.join(LEVELS)}")
    if level == "nothing":
        return sketch
    folded, times = _folded(sketch)
    if level == "repeats":
        return folded
    blocks = _contracted(folded, lambda box: box.block, partial(_block, folded), least=2)
    return blocks if level == "blocks" else _contracted(blocks, lambda box: box.stage, partial(_stage, genome, times), least=1)


def _folded(sketch: Sketch) -> tuple[Sketch, dict[str, int]]:
    """The sketch with the first of each run of equal blocks, and for each of those how many they are."""
    blocks: dict[str, list[Box]] = {}
    for box in sketch.boxes.values():
        if box.block:
            blocks.setdefault(box.block, []).append(box)
    looks = {name: _look(sketch, boxes) for name, boxes in blocks.items() if len(boxes) > 1}
    run: list[_Look] = []
    gone: dict[str, str] = {}
    boxes, titles, times = dict(sketch.boxes), dict(sketch.titles), {}
    for name in [*blocks, ""]:
        look = looks.get(name)
        if run and look and _follows(run, look):
            run.append(look)
            continue
        if len(run) > 1:
            first, last = run[0].name, run[-1].name
            times[first] = len(run)
            titles[first] = _run_title(sketch.title(first), sketch.title(last), len(run))
            for each in run[1:]:
                for box in blocks[each.name]:
                    gone[box.name] = kept = first + box.name[len(each.name) :]
                    boxes[kept] = replace(boxes[kept], shape=box.shape, note=box.note)  # at the end those of the last
        run = [look] if look else []
    arrows = tuple((gone.get(source, source), target) for source, target in sketch.arrows if target not in gone)
    return Sketch({name: box for name, box in boxes.items() if name not in gone}, arrows, titles), times


def _run_title(first: str, last: str, times: int) -> str:
    """block2-36, x 35: short, because arrows pass near it."""
    split = [re.fullmatch(r"(.*?)(\d+)", name) for name in (first, last)]
    if split[0] and split[1] and split[0][1] == split[1][1]:
        return f"{first}-{split[1][2]}, x {times}"
    return f"{first} to {last}, x {times}"


class _Look(NamedTuple):
    """What a block is, apart from its name, and how it hangs together with others."""

    name: str
    pattern: tuple[object, ...]  # its boxes and the arrows to them, sources outside of it numbered
    sources: list[str]  # those sources
    ends: list[str]  # what each of them is called in its block
    readers: set[str]  # who takes what it puts out


def _look(sketch: Sketch, boxes: list[Box]) -> _Look:
    block = boxes[0].block
    sources: list[str] = []
    pattern: list[object] = []
    for box in boxes:
        taken: list[object] = []
        for source in sketch.sources[box.name]:
            if sketch.boxes[source].block == block:
                taken.append(source[len(block) :])
            else:
                if source not in sources:
                    sources.append(source)
                taken.append(sources.index(source))
        pattern.append((box.name[len(block) :], box.rows, tuple(taken)))
    readers = {reader for box in boxes for reader in sketch.readers[box.name] if sketch.boxes[reader].block != block}
    ends = [source[len(sketch.boxes[source].block) :] for source in sources]
    return _Look(block, tuple(pattern), sources, ends, readers)


def _follows(run: list[_Look], look: _Look) -> bool:
    """Whether a block continues a run: it is equal to the last one, takes only from it, and is all that takes from it."""
    last = run[-1]
    if look.pattern != last.pattern or not all(source.startswith(f"{last.name}/") for source in look.sources):
        return False
    if not all(reader.startswith(f"{look.name}/") for reader in last.readers):
        return False
    # A run may begin behind anything, but two lines must not change places.
    return look.ends == last.ends or len(run) == len(look.ends) == 1


def _contracted(sketch: Sketch, key: Callable[[Box], str], made: Callable[[str, list[Box]], Box], *, least: int) -> Sketch:
    """The sketch with one box for `least` or more of the same key, but for those that a line leaves and comes back to."""
    groups: dict[str, list[str]] = {}
    for box in sketch.boxes.values():
        if key(box):
            groups.setdefault(key(box), []).append(box.name)
    # A group is not called like a box: a stage may have the name of a node.
    groups = {f"{name}/": members for name, members in groups.items() if len(members) >= least}
    into = sketch.separable(groups)
    order = sketch.grouped(into)
    assert order is not None
    name_of = {item: groups[item][0] if item in groups else item for item in order}
    boxes = [
        made(item[:-1], [sketch.boxes[each] for each in groups[item]]) if item in groups else sketch.boxes[item] for item in order
    ]
    arrows = tuple((name_of[source], name_of[item]) for item, sources in order.items() for source in sources)
    return Sketch({box.name: box for box in boxes}, arrows, sketch.titles)


def _block(sketch: Sketch, name: str, boxes: list[Box]) -> Box:
    lines = [box.rows[box.main] for box in boxes if box.kind not in ("join", "aside")]
    return _whole(boxes, (sketch.title(name), *_limited(_counted(lines))), block=name)


def _stage(genome: Genome, times: dict[str, int], name: str, boxes: list[Box]) -> Box:
    lines = []
    for box in boxes:
        if box.kind == "whole":
            text = "; ".join(box.rows[1:])
            lines.append(f"{times[box.block]} x ({text})" if box.block in times else text)
        elif box.kind not in ("join", "aside"):
            lines.append(box.rows[box.main])
    part = next(part for part in genome.parts if part.name == name)
    cost = f"{size(part.shape)}, {short(part.params)} params, {short(part.macs)} macs"
    return _whole(boxes, (name, *_limited(_counted(lines)), cost), block="")


def _whole(boxes: list[Box], rows: tuple[str, ...], *, block: str) -> Box:
    nodes = tuple(name for box in boxes for name in box.nodes)
    layers = sum(box.layers for box in boxes)
    return Box(boxes[0].name, nodes, rows, 0, "whole", boxes[0].stage, block, boxes[-1].shape, boxes[-1].note, layers)


def _counted(lines: list[str]) -> list[str]:
    """Equal lines behind each other once, with their number."""
    found = [(line, len(list(group))) for line, group in groupby(lines)]
    return [f"{count} x {line}" if count > 1 else line for line, count in found]


def _limited(lines: list[str]) -> list[str]:
    return lines if len(lines) <= ROWS else [*lines[: ROWS - 1], f"and {len(lines) - ROWS + 1} more"]
