"""The answer of a comparison: which network is best at each budget, and which differences were shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nas.comparison.names import not_one, place_of
from nas.comparison.results import Results, results
from nas.comparison.statistics import LEVEL, Difference, compare
from nas.errors import SpaceError
from nas.seeds import derive
from nas.space.compare import CompareSettings
from nas.space.comparison import ComparisonSpace
from nas.study.run import Run


@dataclass
class Group:
    """Networks that are compared with each other, and the one that the others are compared with."""

    name: str
    networks: list[Results]
    reference: Results | None = None
    against: dict[str, Difference] = field(default_factory=dict)  # name -> that network minus the reference


@dataclass
class Answer:
    """Of a whole comparison; `seeds` are those with which every network that counts was trained."""

    compare: CompareSettings
    metric: str
    maximized: bool
    groups: list[Group]
    seeds: list[int]
    smallest: float | None = None  # difference that so many seeds could have shown
    samples: int = 0  # of the bootstrap

    @property
    def networks(self) -> list[Results]:
        return [network for group in self.groups for network in group.networks]

    def verdict_of(self, group: Group, network: Results) -> str:
        """reference, better, worse, no difference shown, or not compared."""
        difference = group.against.get(network.name)
        if network is group.reference:
            return "reference"
        if difference is None:
            return "not compared"
        if not difference.shown:
            return "no difference shown"
        return "better" if (difference.mean > 0) == self.maximized else "worse"


def answer(run: Run) -> Answer:
    """What is known so far; `SpaceError` for a run that compares nothing."""
    kind, file = run.space.kind, run.space.file
    if not isinstance(kind, ComparisonSpace):
        raise SpaceError(f"{run.folder}: its search is no comparison")
    objective = file.objectives[0]
    return answered(
        results(kind, run.trials, objective.metric),
        kind.compare,
        metric=objective.metric,
        maximized=objective.direction == "maximize",
        seed=file.strategy.seed,
    )


def answered(found: Sequence[Results], compare: CompareSettings, *, metric: str, maximized: bool, seed: int) -> Answer:
    """The same from the results alone."""
    groups = {one.group: Group(one.group, []) for one in found}
    for one in found:
        groups[one.group].networks.append(one)
    # One that failed once has other seeds than the rest, and what fails is not chance: it is shown, and not compared.
    counted = [one for one in found if one.values and not one.failed]
    seeds = [seed for seed in range(1, compare.seeds + 1) if counted and all(seed in one.values for one in counted)]
    known = Answer(compare, metric, maximized, list(groups.values()), seeds)
    for group in known.groups:
        group.reference = _reference(group, counted, known)
    _compare(known, counted, seed=seed)
    return known


def _reference(group: Group, counted: Sequence[Results], known: Answer) -> Results | None:
    """The network that was named, or the best one over the seeds that all have."""
    able = [one for one in group.networks if any(one is other for other in counted)]
    wanted = known.compare.reference.items()
    if wanted:
        named = [one for one in group.networks if wanted <= one.said.items()]
        if len(named) != 1:
            raise SpaceError(f"compare.reference: {not_one(known.compare.reference, len(named), group.name)}")
        return named[0] if any(named[0] is one for one in able) else None
    if not known.seeds or not able:
        return None
    sign = -1 if known.maximized else 1
    return min(able, key=lambda one: sign * float(np.mean([one.values[seed] for seed in known.seeds])))


def _compare(known: Answer, counted: Sequence[Results], *, seed: int) -> None:
    """Fill in the differences: all pairs of a group where the best is sought, else those with the one that was named."""
    place = {id(one): number for number, one in enumerate(counted)}
    pairs: list[tuple[int, int]] = []
    for group in known.groups:
        rows = [place[id(one)] for one in group.networks if id(one) in place]
        if group.reference is not None and known.compare.reference:
            pairs += [(row, place[id(group.reference)]) for row in rows if row != place[id(group.reference)]]
        elif group.reference is not None:
            pairs += [(a, b) for number, b in enumerate(rows) for a in rows[number + 1 :]]
    if not pairs or not known.seeds:
        return
    values = np.array([[one.values[seed] for seed in known.seeds] for one in counted])
    found = compare(values, pairs, seed=derive(seed, "bootstrap"))
    known.smallest, known.samples = found.smallest, found.samples
    of = {(one.first, one.second): one for one in found.pairs}
    for group in known.groups:
        if group.reference is None:
            continue
        b = place[id(group.reference)]
        for one in group.networks:
            a = place.get(id(one))
            if a is not None and a != b:
                group.against[one.name] = of[a, b] if (a, b) in of else _turned(of[b, a])


def _turned(one: Difference) -> Difference:
    """The same from the other side."""
    interval = None if one.interval is None else (-one.interval[1], -one.interval[0])
    return Difference(one.second, one.first, -one.mean, interval, one.p, one.corrected)


def document(known: Answer) -> dict[str, Any]:
    """Plain data, for JSON and for the page."""
    from nas.comparison.verdict import sentences, title

    return {
        "title": title(known),
        "metric": known.metric,
        "direction": "maximize" if known.maximized else "minimize",
        "equal": known.compare.equal,
        "seeds": known.compare.seeds,
        "compared_seeds": known.seeds,
        "level": LEVEL,
        "smallest": known.smallest,
        "samples": known.samples,
        "verdict": sentences(known),
        "groups": [
            {
                "name": group.name,
                "reference": group.reference.name if group.reference else None,
                "named": bool(known.compare.reference),
                "networks": [_network(known, group, one) for one in group.networks],
            }
            for group in known.groups
        ],
    }


def _network(known: Answer, group: Group, one: Results) -> dict[str, Any]:
    difference = group.against.get(one.name)
    row, column = place_of(one.said)
    budget = one.said.get("budget", known.compare.budgets[0]) if known.compare.budgets else None
    cost = getattr(one, known.compare.equal) if known.compare.equal != "width" else 0
    return {
        "name": one.name,
        "row": row,
        "column": column,
        "choices": one.choices or one.said,
        "params": one.params,
        "macs": one.macs,
        "depth": one.depth,
        "spent": cost / budget if budget and cost else None,
        "values": one.values,
        "trials": one.trials,
        "mean": one.mean,
        "spread": one.spread,
        "missing": one.missing(known.compare.seeds),
        "failed": one.failed,
        "left_out": one.left_out or None,
        "verdict": known.verdict_of(group, one),
        "difference": difference.mean if difference else None,
        "interval": list(difference.interval) if difference and difference.interval else None,
        "p": difference.p if difference else None,
        "p_corrected": difference.corrected if difference else None,
    }
