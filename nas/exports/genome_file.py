"""genome.yaml: the architecture without weights, read again and compared."""

from __future__ import annotations

from pathlib import Path

from nas.document import read_text
from nas.errors import DocumentError, ExportError
from nas.exports.formats import Format, Written, formats
from nas.exports.subject import Subject

FILE = "genome.yaml"


def write(subject: Subject, folder: Path) -> Written:
    """Writes the genome as YAML. Raises ExportError where it would be read as something else, or not at
    all."""
    text = subject.genome.to_yaml()
    try:
        same = read_text(text, name=FILE).data == subject.genome.to_dict()
    except DocumentError as error:
        raise ExportError(f"{FILE}: the genome cannot be read again: {error}; it was not kept") from None
    if not same:
        raise ExportError(f"{FILE}: the genome is not plain data, it reads as something else; it was not kept")
    (folder / FILE).write_text(text, encoding="utf-8")
    return Written(FILE, {"read_again": "equal"})


formats.register("genome", Format(write))
