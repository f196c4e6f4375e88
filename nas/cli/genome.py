"""nas genome: look at a genome's file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nas.cli.show import print_json, table

app = typer.Typer(help="Genomes: networks as graphs.", no_args_is_help=True, rich_markup_mode=None)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(help="A genome's YAML or JSON file.")],
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")] = False,
) -> None:
    """What a genome computes, costs, and how its paths run."""
    from nas.genome.files import load

    genome = load(file)
    lengths = genome.path_lengths()
    count = sum(lengths.values())
    mean = sum(length * number for length, number in lengths.items()) / count
    facts = {
        "input": list(genome.input_shape),
        "classes": genome.classes,
        "nodes": len(genome),
        "params": genome.params,
        "macs": genome.macs,
        "activations": genome.activations,
        "depth": genome.depth,
        "paths": count,
        "path_length_mean": mean,
        "fingerprint": genome.fingerprint,
    }
    if json:
        print_json(facts | {"path_lengths": [[length, number] for length, number in lengths.items()]})
        return
    rows = [
        [node.name, node.op.kind, "x".join(map(str, genome.shapes[node.name])), f"{genome.facts(node.name).params:,}", f"{genome.facts(node.name).macs:,}"]
        for node in genome.nodes
    ]
    print(table(["node", "op", "shape", "params", "macs"], rows))
    print()
    for name, value in facts.items():
        print(f"{name.replace('_', ' '):<17}{value:,}" if isinstance(value, int) else f"{name.replace('_', ' '):<17}{value if not isinstance(value, float) else round(value, 3)}")
