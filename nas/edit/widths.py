"""Edits of width: of one set of tied nodes, or of the whole network."""

from __future__ import annotations

from collections.abc import Callable

from nas.edit.ties import Ties, rescaled
from nas.errors import GenomeError
from nas.genome import Genome


def widen(genome: Genome, node: str, factor: float) -> Genome:
    """`node` and all that must be as wide as it, `factor` times as wide; rounded to what grouped operations need.

    Raises `GenomeError` where the width is fixed: by the images, the classes, a concatenation, or channels picked by number.
    """
    _check_factor(factor)
    genome[node]  # an error for an unknown name
    ties = Ties(genome)
    tied = ties.of(node)
    if not ties.is_free(tied):
        why = "follows from other lines" if ties.follows(tied) else "is fixed"
        known = ", ".join(widenable(genome)[:8])
        raise GenomeError(f"node '{node}': its width {why}{f'; widen one of: {known}' if known else ''}")
    width = _times(ties, tied, factor)
    if width == genome.shapes[node][0]:
        raise GenomeError(f"node '{node}': {factor:g} times its {width} channels are rounded to as many")
    try:
        return rescaled(genome, ties, {tied: width})
    except GenomeError as error:
        raise GenomeError(f"node '{node}': its width cannot change alone: {error}") from None


def widenable(genome: Genome) -> list[str]:
    """One node of each set whose width `widen` can change: the first that says it."""
    ties = Ties(genome)
    free = [tied for tied in ties.members if ties.is_free(tied)]
    if ties.has_meetings():
        free = [tied for tied in free if _goes(ties, tied)]
    return [ties.sayers(tied)[0].name for tied in free]


def _goes(ties: Ties, tied: str) -> bool:
    """Whether a set can be wider by itself."""
    try:
        ties.widths({tied: ties.genome.shapes[tied][0] + ties.multiple(tied)})
    except GenomeError:
        return False
    return True


def scale_width(genome: Genome, factor: float) -> Genome:
    """All widths `factor` times as wide, 1 at least, but for those of images and classes.

    Raises `GenomeError` where sums and concatenations leave no such widths.
    """
    return scaling(genome)(factor)


def scaling(genome: Genome) -> Callable[[float], Genome]:
    """`scale_width` of one genome: to try several factors takes half the time so."""
    ties = Ties(genome)
    free = [tied for tied in ties.members if ties.is_free(tied)]

    def scaled(factor: float) -> Genome:
        _check_factor(factor)
        return rescaled(genome, ties, {tied: _times(ties, tied, factor) for tied in free})

    return scaled


def _times(ties: Ties, tied: str, factor: float) -> int:
    multiple = ties.multiple(tied)
    return max(1, round(ties.genome.shapes[tied][0] * factor / multiple)) * multiple


def _check_factor(factor: float) -> None:
    if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 < factor <= 64:
        raise GenomeError(f"a width is multiplied by a number above 0 and at most 64, got {factor!r}")
