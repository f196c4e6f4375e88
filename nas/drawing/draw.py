"""A genome drawn into a file, in the form that the file's name says."""

from __future__ import annotations

from pathlib import Path

from nas.drawing.graph import dot
from nas.drawing.numbers import short
from nas.drawing.outline import outline
from nas.drawing.render import FORMATS, picture
from nas.drawing.sheet import sheet
from nas.errors import InputError
from nas.genome import Genome

DPI = 144  # of pictures in pixels: twice that of letters on a page


def draw(genome: Genome, path: str | Path, *, collapse: str | None = None, title: str = "") -> None:
    """Write a picture of a genome as SVG, PNG or PDF, as a graph for Graphviz (.dot), or as text (.txt).

    A picture has its stages in columns, left to right. `collapse` is "nothing", "repeats" (equal blocks that follow each
    other are drawn once), "blocks" or "stages" (each is one box); left out, a picture shows as much as can be read on a page,
    a graph everything, and a text "repeats".

    Raises `InputError` for another kind of file, `MissingExtraError` where a picture needs Graphviz and there is none.
    """
    path = Path(path)
    form = path.suffix.lower().removeprefix(".")
    if form == "dot":
        path.write_text(dot(genome, collapse=collapse or "nothing"), encoding="utf-8")
    elif form == "txt":
        path.write_text(outline(genome, collapse=collapse or "repeats"), encoding="utf-8")
    elif form in FORMATS:
        text = sheet(genome, collapse=collapse).text(_caption(genome, title), dpi=DPI if form == "png" else None)
        path.write_bytes(picture(text, form, placed=True))
    else:
        raise InputError(f"{path}: a drawing is written to a file that ends in .svg, .png, .pdf, .dot or .txt")


def _caption(genome: Genome, title: str) -> str:
    numbers = f"{short(genome.params)} params, {short(genome.macs)} macs, depth {genome.depth}"
    return f"{title}: {numbers}" if title else numbers
