"""nas zoo: the published networks (list, show)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nas.cli.genome import Collapse, Draw, described, draw_to, numbers_of_any_length, print_genome
from nas.cli.options import Json
from nas.cli.show import columns, note, print_json, put, table

if TYPE_CHECKING:
    from nas.zoo import Entry

app = typer.Typer(help="Published networks as genomes (list, show).", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="Only networks whose name holds this.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """The networks, oldest first: what each costs, and whether that is what was published.

    A tick says that our count rounds to the printed figure.
    """
    from nas.errors import UnknownNameError, nearest
    from nas.zoo import entries

    found = [entry for entry in entries() if name in entry.name]
    if not found:
        raise UnknownNameError(f"no network of the zoo has '{name}' in its name{nearest(name, [e.name for e in entries()])}")
    if json:
        print_json([_document(entry) for entry in found])
        return
    head = ["name", "year", "depth", "params", "macs", "published", "paper"]
    rows = [_row(entry) for entry in found]
    put(table(head, rows, width=columns(sys.stdout)))
    reasons = [(entry.name, entry.variant.note) for entry in found if entry.variant.note]
    if reasons:
        put("\nwhere a published figure is not ours:")
        put(table(["name", "why"], reasons, width=columns(sys.stdout)))


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A network of the zoo (nas zoo list).")],
    set_: Annotated[list[str] | None, typer.Option("--set", metavar="K=V", help="Change a hyper-parameter; repeatable.")] = None,
    json: Json = False,
    nodes: Annotated[bool, typer.Option("--nodes", help="A line for each node as well.")] = False,
    draw: Draw = None,
    collapse: Collapse = None,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE", help="Write the genome: .yaml or .json.")] = None,
) -> None:
    """One network: its paper, its hyper-parameters, what it costs, and how its paths run."""
    from nas.genome import save as save_genome
    from nas.zoo import build, find, hyper_parameters
    from nas.zoo.named import setting

    entry = find(name)
    settings = dict(setting(text) for text in set_ or [])
    genome = build(name, settings)
    if draw is not None:
        draw_to(draw, genome, collapse=collapse, title=entry.name)
    if save is not None:
        save_genome(genome, save)
        note(f"wrote {save}")
    used = {**hyper_parameters(entry), **settings}
    about = {
        "name": entry.name,
        "title": entry.family.title,
        "paper": entry.family.paper,
        "year": entry.family.year,
        "hyper_parameters": used,
        "published": _published(entry) if not settings else {},
    }
    if json:
        with numbers_of_any_length():
            print_json({**about, **described(genome, nodes=nodes)})
        return
    put(f"{entry.family.title}: {entry.family.paper}")
    put((entry.family.build.__doc__ or "").strip().partition("\n")[0])
    put(", ".join(f"{key}={value}" for key, value in used.items()))
    if about["published"]:
        put(f"published: {figures(entry)}{f' ({entry.variant.note})' if entry.variant.note else ''}")
    put()
    print_genome(genome, nodes=nodes)


def _row(entry: Entry) -> list[Any]:
    genome, family = entry.genome, entry.family
    return [entry.name, family.year, genome.depth, f"{genome.params:,}", f"{genome.macs:,}", figures(entry), family.paper]


def figures(entry: Entry) -> str:
    """The published figures with a tick, or a cross that the note explains."""
    agreement = entry.agreement()
    printed = {"params": entry.variant.params, "macs": entry.variant.macs}
    return ", ".join(
        f"{printed[key]} {key if key == 'macs' else ''}".strip() + (" ✓" if agrees else " ✗") for key, agrees in agreement.items()
    )


def _published(entry: Entry) -> dict[str, Any]:
    agreement = entry.agreement()
    printed = {"params": entry.variant.params, "macs": entry.variant.macs}
    figures: dict[str, Any] = {key: {"printed": printed[key], "agrees": agrees} for key, agrees in agreement.items()}
    return figures | ({"note": entry.variant.note} if entry.variant.note else {})


def _document(entry: Entry) -> dict[str, Any]:
    genome = entry.genome
    return {
        "name": entry.name,
        "title": entry.family.title,
        "family": entry.family.name,
        "year": entry.family.year,
        "depth": genome.depth,
        "params": genome.params,
        "auxiliary_params": genome.auxiliary_params,
        "macs": genome.macs,
        "published": _published(entry),
        "paper": entry.family.paper,
    }
