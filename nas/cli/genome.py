"""nas genome: look at a genome: its stages, cost, paths, receptive field; draw it; compare the paths of several."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nas.cli.options import Json
from nas.cli.show import columns, note, print_json, put, table
from nas.errors import MissingExtraError

if TYPE_CHECKING:
    from nas.genome import Genome
    from nas.genome.paths import PathLengths

app = typer.Typer(help="Genomes: networks as graphs (show, paths).", no_args_is_help=True, rich_markup_mode=None)

READABLE = 10**15  # larger numbers of paths are written as 4.1e180

File = Annotated[str, typer.Argument(metavar="FILE", help="A genome's YAML or JSON file, or zoo:NAME.")]
Files = Annotated[list[str], typer.Argument(metavar="FILE...", help="Genomes' files, or zoo:NAME.")]
Draw = Annotated[Path | None, typer.Option("--draw", metavar="FILE", help="Draw it: .svg, .png, .pdf, .dot or .txt.")]
Collapse = Annotated[
    str | None,
    typer.Option("--collapse", metavar="WHAT", help="What a drawing leaves out: nothing, repeats, blocks or stages."),
]


@app.command()
def show(
    file: File,
    nodes: Annotated[bool, typer.Option("--nodes", help="A line for each node as well.")] = False,
    text: Annotated[bool, typer.Option("--text", help="The graph as text.")] = False,
    draw: Draw = None,
    collapse: Collapse = None,
    json: Json = False,
) -> None:
    """What a genome computes and costs, stage by stage, and how its paths run.

    A drawing has the stages in columns; left to itself, it shows as much as can be read on a page.
    """
    genome = load_genome(file)
    if draw is not None:
        draw_to(draw, genome, collapse=collapse, title=_short_name(file))
    if json:
        with numbers_of_any_length():
            print_json(described(genome, nodes=nodes))
    elif text:
        from nas import drawing

        put(drawing.outline(genome, collapse=collapse or "repeats").removesuffix("\n"))
    else:
        print_genome(genome, nodes=nodes)


@app.command()
def paths(
    files: Files,
    draw: Annotated[Path | None, typer.Option("--draw", metavar="FILE.svg", help="Draw the lengths over each other.")] = None,
    json: Json = False,
) -> None:
    """How many paths from the input to the prediction there are, and how long: of several genomes side by side.

    A path is as long as it has weighted layers; one is short up to a third of the longest.
    """
    names = list(map(_short_name, files))
    names = files if len(set(names)) < len(names) else names
    found = {name: load_genome(file).paths for name, file in zip(names, files, strict=True)}
    if draw is not None:
        from nas.drawing import path_figure
        from nas.errors import InputError

        if draw.suffix != ".svg":
            raise InputError(f"{draw}: path lengths are drawn to a file that ends in .svg")
        draw.write_text(path_figure(found), encoding="utf-8")
        note(f"wrote {draw}")
    if json:
        with numbers_of_any_length():
            print_json([{"name": name, **_paths(each)} for name, each in found.items()])
        return
    head = ["genome", "paths", "shortest", "longest", "mean", "deviation", "most have", "short", "share"]
    put(table(head, [_path_row(name, each) for name, each in found.items()], width=columns(sys.stdout)))


def draw_to(path: Path, genome: Genome, *, collapse: str | None, title: str) -> None:
    """Draw a genome to a file; where Graphviz is missing it is drawn as text beside, and the error says what is missing."""
    from nas import drawing

    try:
        drawing.draw(genome, path, collapse=collapse, title=title)
    except MissingExtraError:
        text = path.with_suffix(".txt")
        drawing.draw(genome, text, collapse=collapse, title=title)
        note(f"wrote {text}, as text")
        raise
    note(f"wrote {path}")


def load_genome(text: str) -> Genome:
    """The genome in a file, or `zoo:NAME`."""
    if text.startswith("zoo:"):
        from nas.zoo.named import load
    else:
        from nas.genome.files import load
    return load(text)


def described(genome: Genome, *, nodes: bool = False) -> dict[str, Any]:
    """Everything about a genome, for JSON; with `nodes` also of each of those."""
    facts = {
        "input": list(genome.input_shape),
        "classes": genome.classes,
        "nodes": len(genome),
        "params": genome.params,
        "auxiliary_params": genome.auxiliary_params,
        "macs": genome.macs,
        "activations": genome.activations,
        "depth": genome.depth,
        "width": genome.width,
        "receptive_field": list(genome.receptive_field) if genome.receptive_field else None,
        "fingerprint": genome.fingerprint,
        **_paths(genome.paths),
        "stages": [
            {
                "name": part.name,
                "nodes": part.nodes,
                "layers": part.layers,
                "shape": list(part.shape),
                "params": part.params,
                "params_share": part.params_share,
                "macs": part.macs,
                "macs_share": part.macs_share,
                "auxiliary": part.auxiliary,
            }
            for part in genome.parts
        ],
    }
    if nodes:
        facts["node_table"] = [
            {
                "name": node.name,
                "op": node.op.kind,
                "shape": list(genome.shapes[node.name]),
                "params": genome.facts(node.name).params,
                "macs": genome.facts(node.name).macs,
                "receptive_field": list(genome.receptive_fields.get(node.name, ())) or None,
                "inputs": list(node.inputs),
            }
            for node in genome.nodes
        ]
    return facts


def print_genome(genome: Genome, *, nodes: bool = False) -> None:
    """A table of the stages, the facts, and a table of the nodes if asked for."""
    width = columns(sys.stdout)
    put(_stages(genome, width=width))
    put()
    for name, value in _facts(genome):
        put(f"{name:<17}{value}")
    if nodes:
        put()
        put(node_table(genome, width=width))


def _stages(genome: Genome, *, width: int | None) -> str:
    rows = [
        [
            part.name,
            "x".join(map(str, part.shape)),
            part.nodes,
            part.layers or "",
            _cost(part.params),
            _share(part.params_share, part.auxiliary),
            _cost(part.macs),
            _share(part.macs_share, part.auxiliary),
        ]
        for part in genome.parts
    ]
    return table(["stage", "puts out", "nodes", "layers", "params", "", "macs", ""], rows, width=width)


def node_table(genome: Genome, *, width: int | None) -> str:
    """A line for each node: what it computes, how much of the image it sees, what it puts out, costs and takes."""
    rows = []
    for node in genome.nodes:
        cost = genome.facts(node.name)
        shape = "x".join(map(str, genome.shapes[node.name]))
        sees = "x".join(map(str, genome.receptive_fields.get(node.name, ())))
        rows.append([node.name, node.op.kind, sees, shape, _cost(cost.params), _cost(cost.macs), ", ".join(node.inputs)])
    return table(["node", "op", "sees", "shape", "params", "macs", "inputs"], rows, width=width)


def _cost(value: int) -> str:
    return f"{value:,}" if value else ""


def _share(value: float, auxiliary: bool) -> str:
    return "aux" if auxiliary else f"{100 * value:.1f} %" if value else ""


def _facts(genome: Genome) -> Iterator[tuple[str, str]]:
    found = genome.paths
    yield "input", "x".join(map(str, genome.input_shape))
    yield "classes", f"{genome.classes:,}"
    yield "nodes", f"{len(genome):,}"
    auxiliary = f" and {genome.auxiliary_params:,} of auxiliary heads" if genome.auxiliary_params else ""
    yield "params", f"{genome.params:,}{auxiliary}"
    yield "macs", f"{genome.macs:,}"
    yield "activations", f"{genome.activations:,}"
    yield "depth", f"{genome.depth:,}"
    yield "width", f"{genome.width:,}"
    if genome.receptive_field:
        high, wide = genome.receptive_field
        yield "receptive field", f"{high}x{wide}"
    yield "paths", _number(found.number)
    yield "path length", f"{found.mean:.4g} ± {found.deviation:.3g}, from {found.shortest} to {found.longest}"
    yield "short paths", f"{100 * found.short_share:.3g} % (up to {found.short} layers, a third of the longest)"
    yield "fingerprint", genome.fingerprint


def _paths(found: PathLengths) -> dict[str, Any]:
    return {
        "paths": found.number,
        "path_length_shortest": found.shortest,
        "path_length_longest": found.longest,
        "path_length_mean": found.mean,
        "path_length_deviation": found.deviation,
        "path_length_modes": list(found.modes),
        "short_path_length": found.short,
        "short_path_share": found.short_share,
        "path_lengths": [[length, number] for length, number in found.counts.items()],
    }


def _path_row(name: str, found: PathLengths) -> list[Any]:
    modes = ", ".join(map(str, found.modes[:3])) + (", ..." if len(found.modes) > 3 else "")
    numbers = [_number(found.number), found.shortest, found.longest, f"{found.mean:.4g}", f"{found.deviation:.3g}", modes]
    return [name, *numbers, f"up to {found.short}", f"{100 * found.short_share:.3g} %"]


def _number(value: int) -> str:
    """512, or 4.1e180."""
    return f"{value:,}" if value < READABLE else f"{Decimal(value):.1e}".replace("e+", "e")


def _short_name(file: str) -> str:
    return file.removeprefix("zoo:") if file.startswith("zoo:") else Path(file).stem


@contextmanager
def numbers_of_any_length() -> Iterator[None]:
    """Python writes whole numbers of up to 4,300 digits unless told otherwise, and numbers of paths may have more."""
    most = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(most)
