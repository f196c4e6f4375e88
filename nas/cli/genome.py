"""nas genome: look at a genome's file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nas.cli.options import Json
from nas.cli.show import columns, print_json, table

if TYPE_CHECKING:
    from nas.genome import Genome

app = typer.Typer(help="Genomes: networks as graphs (show).", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def show(file: Annotated[Path, typer.Argument(metavar="FILE", help="A genome's YAML or JSON file.")], json: Json = False) -> None:
    """What a genome computes and costs, and how its paths run."""
    from nas.genome.files import load

    genome = load(file)
    if json:
        lengths = [[length, number] for length, number in genome.path_lengths().items()]
        print_json(_facts(genome) | {"path_lengths": lengths})
        return
    print(nodes(genome, width=columns(sys.stdout)))
    print()
    for name, value in _facts(genome).items():
        print(f"{name.replace('_', ' '):<17}{_text(value)}")


def nodes(genome: Genome, *, width: int | None) -> str:
    """A line for each node: what it computes, the shape that it puts out, its cost, and what it takes."""
    rows = []
    for node in genome.nodes:
        cost = genome.facts(node.name)
        shape = "x".join(map(str, genome.shapes[node.name]))
        rows.append([node.name, node.op.kind, shape, _cost(cost.params), _cost(cost.macs), ", ".join(node.inputs)])
    return table(["node", "op", "shape", "params", "macs", "inputs"], rows, width=width)


def _cost(value: int) -> str:
    return f"{value:,}" if value else ""


def _facts(genome: Genome) -> dict[str, Any]:
    lengths = genome.path_lengths()
    paths = sum(lengths.values())
    return {
        "input": list(genome.input_shape),
        "classes": genome.classes,
        "nodes": len(genome),
        "params": genome.params,
        "macs": genome.macs,
        "activations": genome.activations,
        "depth": genome.depth,
        "paths": paths,
        "path_length_mean": round(sum(length * number for length, number in lengths.items()) / paths, 3),
        "fingerprint": genome.fingerprint,
    }


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "x".join(map(str, value))
    return f"{value:,}" if isinstance(value, int) else str(value)
