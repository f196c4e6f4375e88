"""What a space holds: how many genomes, the cheapest and the dearest, and what fits the budget at each depth.

A space of a few thousand combinations is looked through one by one. Of a larger one the size is estimated by random
descents, each weighted by the product of the numbers of options that it chose among, which is unbiased (Knuth 1975,
Mathematics of Computation 29, "Estimating the efficiency of backtrack programs").
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from statistics import median
from typing import Any, NamedTuple

from nas.errors import OverBudget, SpaceError
from nas.space.cell import CellSpace
from nas.space.check_cells import CellsReport, check_cells
from nas.space.check_edits import EditsReport, check_edits
from nas.space.choice import Solve
from nas.space.comparison import ComparisonSpace
from nas.space.drawing import ContinuousError, RandomTrial, every
from nas.space.edits import EditsSpace
from nas.space.kind import Values
from nas.space.report import Count, Example, SpaceReport
from nas.space.space import SearchSpace
from nas.space.staged import LIMITS, StagedSpace, blocks_in

COUNTED = 20_000  # structures that are counted one by one
COSTED = 4_000  # combinations that are costed one by one; of more, so many random ones as DRAWS
DRAWS = 600
USED = 300  # of them, for the use of the budget
COMPARED = 60  # random draws, for how many of them are different networks


class _Found(NamedTuple):
    """A structure with its genomes: all of them, or one that was drawn and stands for as many as its weight."""

    values: Values
    structures: float
    genomes: float
    narrowest: list[int] | None  # widths of the cheapest; None where nothing fits
    widest: list[int] | None


class _Descent:
    """Draws every choice uniformly, and keeps the product of the numbers of options."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.weight = 1.0
        self.continuous: list[str] = []

    def take(self, options: Any) -> Any:
        self.weight *= len(options)
        return options[self.random.randrange(len(options))]

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        return self.take(range(low, high + 1, step))

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        self.continuous.append(name)
        return self.random.uniform(low, high)

    def suggest_categorical(self, name: str, choices: Any) -> Any:
        return self.take(choices)


def check(space: SearchSpace) -> SpaceReport | EditsReport | CellsReport:
    """Look through a space, in a second or two, with the same result each time.

    Raises `SpaceError` where nothing in it meets the budget, as far as it was looked at.
    """
    where = space.document.where(("budget",))
    if isinstance(space.kind, EditsSpace):
        return check_edits(space.kind, name=space.name, where=where)
    if isinstance(space.kind, CellSpace):
        return check_cells(space.kind, name=space.name, where=where)
    if isinstance(space.kind, ComparisonSpace):
        raise SpaceError(f"{space.name} is a comparison, and no search: nas study --dry-run lists its networks")
    assert isinstance(space.kind, StagedSpace)
    return _check_staged(space.kind, name=space.name, where=where)


def _check_staged(kind: StagedSpace, *, name: str, where: str) -> SpaceReport:
    descents = [_Descent(seed) for seed in range(DRAWS)]
    drawn = [_drawn(kind, descent) for descent in descents]
    number = _number_of_structures(kind)
    listed = _listed(kind) if number is not None and number <= COSTED else None
    found = drawn if listed is None else listed
    fitting = [one for one in found if one.widest is not None]
    if not fitting:
        raise SpaceError(f"{where}: budget: no genome of '{name}' meets it, of {len(found):,} structures that were tried")
    share = 1 / DRAWS if listed is None else 1.0
    cheapest, dearest = _extremes(kind, fitting)
    return SpaceReport(
        name=name,
        input_shape=kind.input_shape,
        classes=kind.classes,
        structures=Count(sum(one.structures for one in drawn) / DRAWS if number is None else number, number is not None),
        genomes=Count(sum(one.genomes for one in found) * share, listed is not None),
        distinct=_distinct(kind),
        continuous=tuple(sorted({name for descent in descents for name in descent.continuous})),
        feasible=_by_depth(found),
        cheapest=cheapest,
        dearest=dearest,
        use=_use(kind, [one for one in drawn if one.widest is not None]),
    )


def _drawn(kind: StagedSpace, descent: _Descent) -> _Found:
    values = kind.structure(descent)
    structures = descent.weight
    widths: list[int] = []
    try:
        for _ in range(kind.width_count(values)):
            allowed = kind.allowed(values, widths)
            solved = isinstance(kind.network.width, Solve)
            widths.append(allowed[-1] if solved else descent.take(allowed))
        _check_depth(kind, values, widths)
    except OverBudget:
        return _Found(values, structures, 0.0, None, None)
    return _Found(values, structures, descent.weight, widths, widths)


def _check_depth(kind: StagedSpace, values: Values, widths: list[int]) -> None:
    if kind.budget.depth is not None:
        kind.drawn(values, widths)


def _number_of_structures(kind: StagedSpace) -> int | None:
    """Counted; None where there are too many, or a range of numbers with fractions."""
    try:
        number = sum(1 for _ in islice(every(kind.structure), COUNTED + 1))
    except ContinuousError:
        return None
    return number if number <= COUNTED else None


def _listed(kind: StagedSpace) -> list[_Found] | None:
    """Every structure with all its genomes; None where that would take too long."""
    found = []
    left = COSTED
    for values in every(kind.structure):
        try:
            groups = list(islice(_groups(kind, values, []), left + 1))
            _check_depth(kind, values, groups[0][1])
        except (OverBudget, IndexError):
            groups = []
        left -= max(1, len(groups))
        if left < 0:
            return None
        if groups:
            widest = max((group[2] for group in groups), key=lambda widths: kind.share(values, widths))
            found.append(_Found(values, 1, sum(group[0] for group in groups), groups[0][1], widest))
        else:
            found.append(_Found(values, 1, 0, None, None))
    return found


def _groups(kind: StagedSpace, values: Values, before: list[int]) -> Iterator[tuple[int, list[int], list[int]]]:
    """Number, narrowest and widest of the genomes that differ in the last width only."""
    try:
        allowed = kind.allowed(values, before)
    except OverBudget:
        return
    if isinstance(kind.network.width, Solve):
        allowed = allowed[-1:]
    if len(before) + 1 == kind.width_count(values):
        yield len(allowed), [*before, allowed[0]], [*before, allowed[-1]]
        return
    for width in allowed:
        yield from _groups(kind, values, [*before, width])


def _distinct(kind: StagedSpace) -> tuple[int, int]:
    """Different networks among random draws whose choices differ, and how many those are."""
    networks: dict[tuple[Any, ...], str] = {}
    for seed in range(COMPARED):
        try:
            drawn = kind.draw(RandomTrial(seed))
        except OverBudget:
            continue
        networks[tuple(drawn.choices.items())] = drawn.genome.fingerprint
    return len(set(networks.values())), len(networks)


def _by_depth(found: list[_Found]) -> dict[int, tuple[int, int]]:
    """Structures that fit, of how many, by their blocks in all stages together."""
    counts: dict[int, tuple[int, int]] = {}
    for one in found:
        fit, of = counts.get(blocks_in(one.values), (0, 0))
        counts[blocks_in(one.values)] = fit + (one.widest is not None), of + 1
    return dict(sorted(counts.items()))


def _extremes(kind: StagedSpace, found: list[_Found]) -> tuple[Example, Example]:
    """The cheapest and the dearest by the first limit of the budget, or else by params."""
    limit = next((limit for limit in LIMITS if getattr(kind.budget, limit) is not None), "params")

    def cost(ends: tuple[Values, list[int]]) -> int:
        return getattr(kind.cost(*ends), limit)

    cheapest = min(((one.values, one.narrowest) for one in found if one.narrowest is not None), key=cost)
    dearest = max(((one.values, one.widest) for one in found if one.widest is not None), key=cost)
    return _example(kind, *cheapest), _example(kind, *dearest)


def _example(kind: StagedSpace, values: Values, widths: list[int]) -> Example:
    drawn = kind.drawn(values, widths)
    genome = drawn.genome
    return Example(drawn.choices, genome.params, genome.macs, genome.activations, genome.depth)


def _use(kind: StagedSpace, found: list[_Found]) -> dict[str, tuple[float, float, float]]:
    """The least, the median and the most that random genomes use of each limit."""
    costs = [kind.cost(one.values, one.widest) for one in found[:USED] if one.widest is not None]
    use = {}
    for limit in LIMITS:
        most = getattr(kind.budget, limit)
        if most is not None and costs:
            shares = [getattr(cost, limit) / most for cost in costs]
            use[limit] = (min(shares), median(shares), max(shares))
    return use
