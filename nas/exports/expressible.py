"""Which operation a format cannot express, by name and before any work.

Every format expresses every shipped operation; a test says so. An operation of the user's own is tried alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from nas.errors import ExportError
from nas.genome import Genome, Node
from nas.network.builders import Place, builders

Lines = tuple[Tensor | list[Tensor]]
_SHIPPED = "nas."


class Alone(nn.Module):
    """One operation as a network of its own, of a list of as many lines as it takes."""

    def __init__(self, genome: Genome, node: Node) -> None:
        super().__init__()
        shapes = tuple(genome.shapes[name] for name in node.inputs)
        self.compute = builders.get(node.op.kind)(node.op, Place(shapes, (False,) * len(shapes)))

    def forward(self, lines: list[Tensor]) -> Tensor:
        return self.compute(*lines)


def check_own(genome: Genome, format: str, export: Callable[[nn.Module, Lines], object]) -> None:
    """Try each operation that is not shipped; raises ExportError where `export` fails on one, with the name of its node."""
    tried = set()
    for node in genome.nodes:
        if type(node.op).__module__.startswith(_SHIPPED) or node.op in tried:
            continue
        tried.add(node.op)
        lines = [torch.zeros(2, *genome.shapes[name]) for name in node.inputs]
        try:
            export(Alone(genome, node).eval(), (lines,))
        except Exception as error:  # whatever torch raises
            raise ExportError(
                f"node '{node.name}': {format} cannot express the operation '{node.op.kind}': {first_line(error)}; "
                f"write it in torch calls without branches on values, or export to safetensors or python"
            ) from None


def any_batch(lines: Lines) -> tuple[Any]:
    """What torch.export is told of lines, each (batch, ...): their batch may have any size."""
    batch = {0: torch.export.Dim("batch")}
    return ([batch for _ in lines[0]] if isinstance(lines[0], list) else batch,)


def first_line(error: BaseException) -> str:
    """The first line of the innermost cause: torch wraps it in pages of advice."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:300]}"
