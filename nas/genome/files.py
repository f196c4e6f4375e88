"""Genomes in files: YAML for people, JSON for programs; the same data in both."""

from __future__ import annotations

import json
import re
from pathlib import Path

from nas.document import Document, read, read_json
from nas.errors import GenomeError, InputError
from nas.genome.genome import Genome


def load(path: str | Path) -> Genome:
    """The genome in a file of the schema "nas.genome/1"; a large one is read from .json in a tenth of the time.

    Raises `DocumentError` with file, line and column where the file is not a genome.
    """
    document = read_json(Path(path)) if Path(path).suffix == ".json" else read(Path(path))
    try:
        return Genome.from_dict(document.data)
    except GenomeError as error:
        raise document.error(_place(document, str(error)), str(error)) from None


def _place(document: Document, message: str) -> tuple[str | int, ...]:
    """Where the node stands that the message is about: the first that it names."""
    nodes = document.data.get("nodes") if isinstance(document.data, dict) else None
    if not isinstance(nodes, list):
        return ()
    places = {str(entry.get("name")): index for index, entry in enumerate(nodes) if isinstance(entry, dict)}
    named = next((name for name in re.findall(r"'([^']+)'", message) if name in places), None)
    return () if named is None else ("nodes", places[named])


def save(genome: Genome, path: str | Path) -> None:
    """Write a genome as YAML or JSON, as the name of the file says."""
    path = Path(path)
    if path.suffix in (".yaml", ".yml"):
        text = genome.to_yaml()
    elif path.suffix == ".json":
        text = json.dumps(genome.to_dict(), indent=1) + "\n"
    else:
        raise InputError(f"{path}: a genome is written to a file that ends in .yaml or .json")
    path.write_text(text, encoding="utf-8")
