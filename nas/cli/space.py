"""nas space: list, check, sample, schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from nas.cli.options import AllowCode, Json, Set, Space
from nas.cli.show import note, print_json, put, table

if TYPE_CHECKING:
    from nas.space import Drawn, SearchSpace

app = typer.Typer(help="Search spaces: what may vary (list, check, sample, schema).", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_(json: Json = False) -> None:
    """The search spaces that are shipped."""
    from nas import shipped
    from nas.space import load

    rows = [(name, load(name).file.about) for name in shipped.names("search_spaces")]
    if json:
        print_json([{"name": name, "about": about} for name, about in rows])
    else:
        put(table(["space", "about"], rows))


def _load(space: str, overrides: list[str] | None, *, allow_code: bool) -> SearchSpace:
    from nas import data
    from nas.errors import DataError
    from nas.prepare import placed
    from nas.space import load

    found = load(space, overrides=overrides or [], allow_code=allow_code)
    try:
        with placed(found):
            info = data.describe(found.file.data)
    except DataError as error:
        note(f"warning: the data set is not here ({error}); checked for images of 3x32x32 and 10 classes")
        return found
    return found.bound(input_shape=info.shape, classes=len(info.classes))


@app.command()
def check(space: Space, set_: Set = None, allow_code: AllowCode = False, json: Json = False) -> None:
    """Size and costs of a space, and what fits its budget.

    How many genomes it holds, the cheapest and the dearest of them, and the feasible share at each depth.
    """
    from nas.space.check import check as check_space

    report = check_space(_load(space, set_, allow_code=allow_code))
    if json:
        print_json(report.to_dict())
    else:
        put(report.text())


@app.command()
def sample(
    space: Space,
    count: Annotated[int, typer.Option("--count", "-n", metavar="N", min=1, max=100_000, help="How many.")] = 5,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Another seed gives other genomes.")] = 0,
    set_: Set = None,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Random genomes of a space."""
    from nas.errors import OverBudget
    from nas.seeds import derive
    from nas.space.drawing import RandomTrial
    from nas.study.summary import number

    found = _load(space, set_, allow_code=allow_code)
    rows = []
    for index in range(count):
        try:
            drawn = found.draw(RandomTrial(derive(seed, "sample", index)))
        except OverBudget as error:
            note(f"sample {index} is over budget: {error}")
            continue
        rows.append((index, drawn))
    if json:
        print_json([_document(drawn) for _, drawn in rows])
        return
    cells = []
    for index, drawn in rows:
        genome, choices = drawn.genome, ", ".join(f"{name} {number(value)}" for name, value in drawn.choices.items())
        cells.append([index, f"{genome.params:,}", f"{genome.macs:,}", genome.depth, choices])
    put(table(["sample", "params", "macs", "depth", "choices"], cells))


def _document(drawn: Drawn) -> dict[str, Any]:
    genome = drawn.genome
    costs = {"params": genome.params, "macs": genome.macs, "depth": genome.depth}
    return {"choices": drawn.choices, **costs, "genome": genome.to_dict()}


@app.command()
def schema(kind: Annotated[str, typer.Argument(metavar="KIND", help="search_space or runner.")] = "search_space") -> None:
    """The JSON schema that editors check a file with."""
    from nas.errors import UnknownNameError, nearest
    from nas.runner.profile import schema as runner_schema
    from nas.space.schema import schema as space_schema

    known = {"search_space": space_schema, "runner": runner_schema}
    if kind not in known:
        raise UnknownNameError(f"'{kind}' is not a kind of file{nearest(kind, known)}")
    print_json(known[kind]())
