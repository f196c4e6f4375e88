"""nas latency: how long a network takes, and tables of operations that predict it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from nas.cli.options import AllowCode, Json, TrialName
from nas.cli.show import columns, cut, note, print_json, put
from nas.cli.show import table as table_of
from nas.errors import InputError

if TYPE_CHECKING:
    from nas.genome import Genome


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("latency")(latency)


def latency(
    run: Annotated[
        str | None, typer.Argument(metavar="RUN|GENOME", help="The folder of a run, a genome's file, or zoo:NAME.")
    ] = None,
    trial: TrialName = "best",
    batch: Annotated[
        str | None, typer.Option("--batch", metavar="N,N", help="Images in a pass; left out: 1, and the run's batch or 64.")
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", metavar="N", min=1, help="Left out: the run's, or 1.")] = None,
    engines: Annotated[str | None, typer.Option("--engines", metavar="NAMES", help="Joined by commas; left out: all.")] = None,
    seconds: Annotated[float, typer.Option("--seconds", metavar="S", min=0.1, help="At most, for each row.")] = 10.0,
    table: Annotated[
        Path | None, typer.Option("--table", metavar="FILE", help="Predict by it too; with --space: measure it.")
    ] = None,
    space: Annotated[str | None, typer.Option("--space", metavar="SPACE", help="Whose operations a new table holds.")] = None,
    samples: Annotated[int, typer.Option("--samples", metavar="N", min=1, help="Random genomes of the space.")] = 150,
    seed: Annotated[int, typer.Option("--seed", metavar="N", min=0, help="Another seed draws others.")] = 0,
    allow_code: AllowCode = False,
    json: Json = False,
) -> None:
    """Measure how long a network takes.

    Median and spread by torch eager, torch.compile and onnxruntime, repeated until the median is steady. With --space and
    --table: measures the operations of a space once, so that latencies are known before training.
    """
    batches = None if batch is None else _numbers("--batch", batch)
    if space is not None:
        if run is not None or table is None or (batches is not None and len(batches) > 1):
            raise InputError("a table is measured by: nas latency --space SPACE --table FILE, at one --batch (1), of no run")
        from nas import api

        options = {"batch": batches[0] if batches else 1, "threads": threads or 1, "samples": samples, "seed": seed}
        document = api.latency_table(space, table, **options, allow_code=allow_code, say=note)
        print_json(document) if json else put(_made(document, table))
        return
    if run is None:
        raise InputError("nas latency takes RUN, a genome's file, or zoo:NAME; or, for a table, --space SPACE --table FILE")
    document = _measured(run, trial, batches, threads, engines, seconds, table, allow_code=allow_code)
    print_json(document) if json else put(_shown(document, width=columns(sys.stdout)))


def _measured(
    run: str,
    trial: str,
    batches: list[int] | None,
    threads: int | None,
    engines: str | None,
    seconds: float,
    table: Path | None,
    *,
    allow_code: bool,
) -> dict[str, Any]:
    """The document of `nas latency`; what it is of comes first."""
    from nas import api
    from nas.space.latency_table import load as load_table

    predicts = None if table is None else load_table(table)
    about, genome, recipe = _subject(run, trial, allow_code=allow_code)
    found = api.latency(
        genome,
        batches=batches or list(dict.fromkeys([1, recipe.get("batch", 64)])),
        threads=threads or recipe.get("threads", 1),
        engines=None if engines is None else [name.strip() for name in engines.split(",") if name.strip()],
        seconds=seconds,
        table=predicts,
        say=note,
    )
    return about | found


def _subject(run: str, trial: str, *, allow_code: bool) -> tuple[dict[str, Any], Genome, dict[str, int]]:
    """What is measured, its genome, and the batch and threads of its training, where it had one."""
    from nas.zoo import load

    if run.startswith("zoo:") or Path(run).is_file():
        return {"run": None, "trial": None, "genome": run}, load(run), {}
    from nas.study import Run

    found = Run.open(run, allow_code=allow_code)
    one, recipe = found.trial(trial), found.space.file.train
    about = {"run": str(found.folder), "trial": one.number, "genome": None}
    return about, found.genome(one), {"batch": recipe.batch, "threads": recipe.threads}


def _numbers(option: str, text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 8 and int(part) for part in parts):
        raise InputError(f"{option}: must be whole numbers of at least 1, joined by commas, such as 1,64, got {text[:80]!r}")
    return list(dict.fromkeys(map(int, parts)))


def _shown(document: Mapping[str, Any], *, width: int | None) -> str:
    """The document for a person: a row for each engine and batch size."""
    name = document["genome"] or f"trial {document['trial']} of {document['run']}"
    lines = [
        f"{name}: {document['params']:,} params, {document['macs']:,} macs",
        f"on {_where(document)}",
        "",
    ]
    rows = [
        [
            row["engine"],
            row["batch"],
            *(f"{row[key]:.4g}" for key in ("median_ms", "iqr_ms", "min_ms")),
            f"{1e3 * row['batch'] / row['median_ms']:,.0f}",
            f"{row['passes']:,}",
            "" if row["steady"] else "not steady",
        ]
        for row in document["rows"]
    ]
    if rows:
        lines.append(table_of(["engine", "batch", "median ms", "iqr", "least", "images/s", "passes", ""], rows, width=width))
    lines += [cut(f"{each['engine']}: skipped, {each['reason']}", width) for each in document["skipped"]]
    if document["predicted_ms"] is not None:
        lines.append(
            f"predicted: {document['predicted_ms']:.4g} ms by the table, "
            f"{100 * document['interpolated']:.0f} % of the operations interpolated"
        )
    return "\n".join(lines)


def _made(document: Mapping[str, Any], path: Path) -> str:
    return (
        f"{path}: {len(document['operations']):,} operations on {_where(document)}, batch {document['batch']}\n"
        f"a network takes {document['constant_ms']:.3g} ms + {document['call_ms']:.3g} ms a call "
        f"+ {document['scale']:.3g} times the sum of its operations"
    )


def _where(document: Mapping[str, Any]) -> str:
    """The device, its name, threads and torch's version."""
    threads = "" if document["device"].startswith("cuda") else f", {document['threads']} thread{'s'[: document['threads'] > 1]}"
    return f"{document['device']} ({document['processor']}){threads}, torch {document['versions']['torch']}"
