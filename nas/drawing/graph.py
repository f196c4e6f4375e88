"""A genome in the language of Graphviz: top to bottom, a cluster for each stage and, within it, for each block."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping

from nas.drawing.boxes import Box, Sketch, sketch
from nas.drawing.collapse import collapsed
from nas.drawing.colours import BOXES, LIGHT
from nas.errors import InputError, nearest
from nas.genome import Genome

Places = Mapping[str, Mapping[str, str]]
"""Attributes that say where something stands, by the name of a box, an arrow or a scope."""

FONT = "Helvetica,Arial,DejaVu Sans,sans-serif"
SHOWN = 12  # nodes that hovering over a box names

_HEAD = f"""\
  graph [rankdir=TB, nodesep=0.16, ranksep=0.2, bgcolor=white, fontname="{FONT}", fontsize=11, labeljust=l];
  node [shape=box, style="rounded,filled", fontname="{FONT}", fontsize=10, fontcolor="{LIGHT["ink"]}", penwidth=0.8,
        margin="0.09,0.035", width=0.3, height=0.1];
  edge [fontname="{FONT}", fontsize=8, fontcolor="{LIGHT["soft"]}", color="{LIGHT["soft"]}", penwidth=0.8, arrowsize=0.5];
"""


def dot(genome: Genome, *, collapse: str = "nothing", stage: str | None = None) -> str:
    """The drawing of a genome, or of one of its stages, for Graphviz's `dot`.

    `collapse` leaves things out: see `nas.drawing.collapse.collapsed`. Raises `InputError` for a stage that is none.
    """
    drawn = collapsed(sketch(genome), genome, collapse)
    if stage is not None:
        if stage not in drawn.stages():
            raise InputError(f"there is no stage '{stage}'{nearest(stage, drawn.stages())}")
        drawn = cut(drawn, [name for name, box in drawn.boxes.items() if box.stage == stage])
    return written(drawn)


def cut(drawn: Sketch, names: list[str]) -> Sketch:
    """Some of the boxes, with marks that say where the arrows come from and lead to which were cut."""
    kept = set(names)
    part = drawn.only(kept)
    boxes, arrows = dict(part.boxes), list(part.arrows)
    for source, target in dict.fromkeys(drawn.arrows):
        if (source in kept) == (target in kept):
            continue
        if target in kept:
            mark = _mark("from", drawn.boxes[source], drawn.boxes[source], names[0])
            arrows.append((mark.name, target))
        else:
            mark = _mark("to", drawn.boxes[target], drawn.boxes[source], source)
            arrows.append((source, mark.name))
        boxes[mark.name] = mark
    return Sketch(boxes, tuple(dict.fromkeys(arrows)), drawn.titles)


def _mark(word: str, other: Box, source: Box, here: str) -> Box:
    """One mark in each part for each box that lines come from, and for each box and stage that they lead to."""
    place = other.stage or other.rows[other.main]
    shape = "x".join(map(str, source.shape))
    name = f"from {source.name} to {here}" if word == "from" else f"{here} to {place}"
    return Box(name, (), (f"{word} {place}", *([shape] if word == "from" else [])), 0, "mark", "", "", source.shape)


def written(drawn: Sketch, *, places: Places | None = None, title: str = "", dpi: int | None = None) -> str:
    """The text of a sketch; with `places` of a layout that was made already. `dpi` is that of a picture in pixels."""
    at = places or {}
    lines = ["digraph {", _HEAD]
    if dpi:
        lines.append(f"  graph [dpi={dpi}];")
    if title:
        lines.append(f"  graph [label={_quoted(title)}, labelloc=t, fontsize=13];")
    groups: dict[str, dict[str, list[Box]]] = {}
    for box in drawn.boxes.values():
        groups.setdefault(box.stage, {}).setdefault(box.block, []).append(box)
    for stage, blocks in groups.items():
        framed = _framed(drawn, blocks)
        inner = [line for block, boxes in blocks.items() for line in _block(block if framed else "", boxes, drawn, at)]
        first = next(iter(blocks.values()))[0]
        titled = first.kind == "whole" and not first.block  # a stage in one box
        lines += _cluster("" if titled else stage, drawn, at, inner)
    lines += _arrows(drawn, at)
    return "\n".join([*lines, "}", ""])


def _framed(drawn: Sketch, blocks: dict[str, list[Box]]) -> bool:
    """Whether blocks get frames: one that a line leaves and comes back to would turn arrows upwards."""
    groups = {block: [box.name for box in boxes] for block, boxes in blocks.items() if block and len(boxes) > 1}
    return len(set(drawn.separable(groups).values())) == len(groups)


def _block(name: str, boxes: list[Box], drawn: Sketch, at: Places) -> list[str]:
    lines = [_node(box, at.get(box.name, {})) for box in boxes]
    return _cluster(name, drawn, at, lines) if len(boxes) > 1 else lines


def _cluster(scope: str, drawn: Sketch, at: Places, lines: list[str]) -> list[str]:
    """The lines within a frame; as they are where there is no scope."""
    if not scope:
        return lines
    look = {
        "label": drawn.title(scope) + "\u00a0" * (len(drawn.title(scope)) + 1),  # room for an arrow in the middle
        "style": "rounded,filled",
        "color": LIGHT["rule"],
        "fillcolor": LIGHT["sheet"] if "/" in scope else "white",
        "fontcolor": LIGHT["soft"] if "/" in scope else LIGHT["ink"],
        "fontsize": "9" if "/" in scope else "11",
        "labelloc": "b" if "/" in scope else "t",  # arrows enter a block in many places, and leave it in few
    } | dict(at.get(scope, {}))
    inner = [f"graph [{_attributes(look)}];", *lines]
    return [f"  subgraph {_quoted(f'cluster_{scope}')} {{", *(f"  {line}" for line in inner), "  }"]


def _node(box: Box, place: Mapping[str, str]) -> str:
    tip = [*box.nodes[:SHOWN], *([f"and {len(box.nodes) - SHOWN} more"] if len(box.nodes) > SHOWN else [])]
    look: dict[str, str] = {"tooltip": "\n".join(tip)}
    if box.kind == "mark":
        look = {"shape": "plain", "style": "solid", "fontcolor": LIGHT["soft"], "tooltip": box.rows[0]}
    else:
        look["fillcolor"], look["color"] = BOXES[box.kind]
        if box.kind == "join" and len(box.rows) == len(box.rows[0]) == 1:
            look |= {"shape": "circle", "fixedsize": "true", "width": "0.22", "margin": "0"}
        elif box.kind in ("join", "end"):
            look |= {"style": "filled", "shape": "box"} if box.kind == "end" else {}
    return f"  {_quoted(box.name)} [label={_label(box)}, {_attributes(look | dict(place))}];"


def _label(box: Box) -> str:
    """The rows, the small ones in small letters; those of a box that stands for many in one size under a bold title."""
    rows = [html.escape(row) for row in box.rows]
    small = f'<FONT POINT-SIZE="8" COLOR="{LIGHT["soft"]}">%s</FONT>'
    if box.kind == "whole":
        rows = [f"<B>{rows[0]}</B>", *(f'<FONT POINT-SIZE="9">{row}</FONT>' for row in rows[1:])]
    elif box.kind == "mark":
        rows = [small % row for row in rows]
    else:
        rows = [row if place == box.main else small % row for place, row in enumerate(rows)]
    return f"<{'<BR/>'.join(rows)}>"


def arrow_names(drawn: Sketch) -> Iterator[tuple[str, str, str]]:
    """(name, source, target) of each arrow; a line that is taken twice is two arrows."""
    seen: Counter[tuple[str, str]] = Counter()
    for source, target in drawn.arrows:
        seen[source, target] += 1
        yield f"{source}->{target}#{seen[source, target]}", source, target


def _arrows(drawn: Sketch, at: Places) -> Iterator[str]:
    noted: set[str] = set()
    for name, source, target in arrow_names(drawn):
        look = {"id": name}
        if drawn.boxes[source].note and source not in noted:
            noted.add(source)
            look["label"] = f" {drawn.boxes[source].note}"
        yield f"  {_quoted(source)} -> {_quoted(target)} [{_attributes(look | dict(at.get(name, {})))}];"


def _attributes(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={_quoted(value)}" for name, value in values.items())


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
