"""The best networks side by side, drawn a stage at a time, with what they cost and chose."""

from __future__ import annotations

import html
import re
from typing import Any

from nas.drawing import outline
from nas.drawing.boxes import sketch
from nas.drawing.collapse import LEVELS, collapsed
from nas.drawing.colours import EDGE, GROUNDS, LIGHT
from nas.drawing.graph import dot
from nas.drawing.numbers import short, shower
from nas.drawing.render import there, vectors
from nas.drawing.sheet import MOST as MOST_BOXES
from nas.genome import Genome
from nas.report.trials import Trial, objectives, ranked, value_of

MOST = 3

# Of Graphviz's colours, the page's own, which know light and dark
_COLOURS = {
    **{f'"{value}"': f'"var(--{name})"' for name, value in LIGHT.items()},
    **{f'"{value}"': f'"var(--ground-{name})"' for name, value in GROUNDS.items() if name not in ("join", "end", "aside")},
    f'"{EDGE}"': '"var(--soft)"',
    '"white"': '"var(--paper)"',
    '"#ffffff"': '"var(--paper)"',
}


def best_numbers(data: dict[str, Any]) -> list[int]:
    """The best trials of different networks, the best first."""
    found: dict[object, int] = {}
    for trial in ranked(data):
        found.setdefault(trial.get("fingerprint") or trial.get("number"), trial.get("number", 0))
    return list(found.values())[:MOST]


def best_networks(data: dict[str, Any]) -> str:
    """A column for each of `genomes`, a row for each stage; "" where there are none."""
    genomes = {int(number): Genome.from_dict(found) for number, found in (data.get("genomes") or {}).items()}
    if not genomes:
        return ""
    trials = {trial.get("number"): trial for trial in data.get("trials") or []}
    heads = [_head(trials.get(number, {"number": number}), objectives(data)[0]) for number in genomes]
    drawn = [_stages(genome) for genome in genomes.values()] if there() else [[_text(genome)] for genome in genomes.values()]
    rows = [heads]
    for place in range(max(map(len, drawn))):
        rows.append([stages[place] if place < len(stages) else "" for stages in drawn])
    cells = "\n".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<div class="scroll" tabindex="0"><table class="networks"><tbody>\n{cells}\n</tbody></table></div>'


def _head(trial: Trial, metric: str) -> str:
    value = value_of(trial, metric)
    told = "" if value is None else f"{metric} {shower(metric, [value])(value)}"
    costs = [f"{short(cost)} {name}" for name in ("params", "macs") if (cost := value_of(trial, name)) is not None]
    choices = [f"{name} {value}" for name, value in (trial.get("choices") or {}).items()]
    lines = [", ".join(filter(None, [told, *costs])), ", ".join(choices)]
    return f"<h3>#{html.escape(str(trial.get('number')))}</h3>" + "".join(
        f'<p class="note">{html.escape(line)}</p>' for line in lines if line
    )


def _stages(genome: Genome) -> list[str]:
    """A drawing of each stage, in as much detail as has its place soon; of a network without stages its outline."""
    whole = sketch(genome)
    stages = whole.stages()
    if not stages:
        return [_text(genome)]
    *detailed, coarsest = LEVELS[1:]
    level = next((each for each in detailed if len(collapsed(whole, genome, each).boxes) <= MOST_BOXES), coarsest)
    return [_clean(each) for each in vectors([dot(genome, collapse=level, stage=stage) for stage in stages])]


def _text(genome: Genome) -> str:
    return f"<pre>{html.escape(outline(genome))}</pre>"


def _clean(drawn: str) -> str:
    """Graphviz's file as an element of a page: no header, names of elements or links, and the page's colours."""
    inner = drawn[drawn.index("<svg") :]
    inner = re.sub(r"<!--.*?-->|</?a\b[^>]*>", "", inner, flags=re.DOTALL)
    inner = re.sub(r' (?:id|class|xmlns(?::xlink)?|font-family)="[^"]*"', "", inner)
    return re.sub(r'(?<=fill=|roke=)"[^"]*"', lambda colour: _COLOURS.get(colour[0], colour[0]), inner)
