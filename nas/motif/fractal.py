"""Fractal connectivity: columns of different depth side by side, which meet by averaging again and again.

Larsson et al. 2017, "FractalNet", arXiv:1605.07648, section 3: f_1 = F and f_{c+1}(x) = join((f_c o f_c)(x), F(x)). Joins
that follow one another at once are one, as in the paper's figure 1. The paper's F is conv-norm-ReLU; here it is any block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nas.errors import GenomeError
from nas.genome import ops
from nas.motif.builder import Builder, Line
from nas.motif.connectivity import Connectivity, Lines, Step, body, connectivities, enter, leave

MOST_COLUMNS = 10  # a fractal of so many holds 1,023 blocks

Unit = Callable[[Builder, Line, bool], Line]
"""(builder, line, whether it is the first of its column) -> F of the line."""


def expand(
    b: Builder,
    line: Line,
    columns: int,
    unit: Unit,
    *,
    end: Callable[[Builder, Line], Line] | None = None,
    drop: float = 0.15,
    global_share: float = 0.5,
) -> Line:
    """The fractal f_C: C columns, of 1, 2, 4 and so on units; all meet at the end, the deeper ones on the way as well.

    `end` stands behind the last unit of each column, in front of the last join. Raises `GenomeError` for a number of
    columns that is not 1 to 10.
    """
    if not 1 <= columns <= MOST_COLUMNS:
        raise GenomeError(f"a fractal has 1 to {MOST_COLUMNS} columns, got {columns}")
    lines, rows = [line] * columns, 2 ** (columns - 1)
    for row in range(1, rows + 1):
        # A column has a unit in every row, in every second, fourth, ...; those that have one in this row meet behind it.
        meeting = [column for column in range(columns) if row % (rows >> column) == 0]
        for column in meeting:
            with b.scope(f"column{column + 1}"), b.scope(f"unit{row // (rows >> column)}"):
                lines[column] = unit(b, lines[column], lines[column] is line)
                if end is not None and row == rows:
                    lines[column] = end(b, lines[column])
        if len(meeting) > 1:
            join = ops.FractalJoin(tuple(meeting), columns, drop, global_share)
            joined = b.add(f"join{row}", join, *[lines[column] for column in meeting])
            lines[meeting[0] :] = [joined] * len(meeting)
    return lines[-1]


def fractal(b: Builder, lines: Lines, step: Step) -> Lines:
    """x -> f_C(x) of `options.columns` columns; the first block of each changes width and resolution.

    A join is a mean, so a block's activation stands in front of each, as the paper's units end with ReLU. A pre-activated
    block brings its own, and nothing follows the join.
    """
    inner = replace(step, stride=1)

    def unit(b: Builder, line: Line, first: bool) -> Line:
        one = step if first else inner
        return leave(b, body(b, enter(b, line, one), one), one)

    return (expand(b, lines[0], step.options.columns, unit),)


connectivities.register("fractal", Connectivity(fractal))
