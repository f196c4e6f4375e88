"""Networks drawn from a space without a trial, and remembered: the same choices are asked for at many proposals."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any, TypeVar

from optuna.distributions import BaseDistribution, CategoricalDistribution

from nas.errors import OverBudget
from nas.genome import Genome
from nas.space.kind import Drawn
from nas.strategy.answers import Answers, allows
from nas.strategy.surrogate.features import Item, described
from nas.strategy.tried import Tried
from nas.strategy.view import View

REMEMBERED = 5000  # networks

Key = frozenset[tuple[str, Any]]  # choices; a child has them in the order of both its parents
K = TypeVar("K")
V = TypeVar("V")


class Drawing:
    """Draws items from the space of a view."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._items: OrderedDict[Key, Item | None] = OrderedDict()
        self._fingerprints: dict[Key, str] = {}
        self._scores: OrderedDict[tuple[str, Key], Mapping[str, float]] = OrderedDict()
        self._earlier: dict[int, Item] = {}

    def completed(self, given: Mapping[str, Any], tried: Tried, random: Random) -> Item | None:
        """The item of some choices, the others drawn so that it can be new; None where it costs too much."""
        known = frozenset(given.items())
        if known in self._items:
            self._items.move_to_end(known)
            return self._items[known]
        answers = Answers(given, tried, random)
        try:
            drawn = self._view.draw(answers)
        except OverBudget:
            return _remember(self._items, frozenset(answers.params.items()), None)
        key = frozenset(answers.params.items())
        if key in self._items:
            return self._items[key]
        params, distributions = answers.params, answers.distributions
        item = described(drawn.genome, params, distributions) if isinstance(drawn, Drawn) else Item(params, distributions)
        return _remember(self._items, key, item)

    def item(self, params: Mapping[str, Any]) -> Item:
        """The item of a trial's choices, which are all there."""
        item = self.completed(params, Tried(), Random(0))
        assert item is not None, f"{params} was trained, and costs too much now"
        return item

    def earlier(self, number: int, distributions: Mapping[str, BaseDistribution]) -> Item:
        """The network -1, -2, ... of other runs; distributions: of this space's choices, by name."""
        if number not in self._earlier:
            one = self._view.earlier[-number - 1]
            self._earlier[number] = replace(described(one.genome, one.choices, {}), genome=one.genome)
        item = self._earlier[number]
        # Anew each time: other choices are known at other proposals, and a search that is made anew must find the same.
        return replace(item, distributions={name: _holding(v, distributions.get(name)) for name, v in item.params.items()})

    def scored(self, item: Item) -> Item:
        """With the zero-cost scores of its network, where there is one."""
        if self._view.scores is None or not item.subtrees:
            return item
        # Not by fingerprint alone: of two names of one network the scores differ, and the first must not decide.
        key = item.genome.fingerprint if item.genome else "", frozenset(item.params.items())
        if key not in self._scores:
            genome = item.genome or self._genome(item.params)
            assert genome is not None, "it has subtrees"
            _remember(self._scores, key, self._view.scores(genome))
        self._scores.move_to_end(key)
        return replace(item, scores=self._scores[key])

    def fingerprint(self, params: Mapping[str, Any]) -> str:
        """The identity of a trial's network; of an assignment without one, or that costs too much, the assignment itself."""
        key = frozenset(params.items())
        if key not in self._fingerprints:
            genome = self._genome(params)
            self._fingerprints[key] = str(sorted(key)) if genome is None else genome.fingerprint
        return self._fingerprints[key]

    def _genome(self, params: Mapping[str, Any]) -> Genome | None:
        try:
            drawn = self._view.draw(Answers(params, Tried(), Random(0)))
        except OverBudget:
            return None
        return drawn.genome if isinstance(drawn, Drawn) else None


def _remember(known: OrderedDict[K, V], key: K, value: V) -> V:
    known[key] = value
    if len(known) > REMEMBERED:
        known.popitem(last=False)
    return value


def _holding(value: Any, values: BaseDistribution | None) -> BaseDistribution:
    """The values that a choice of this name may take, where this is one of them; else this value alone."""
    return values if values is not None and allows(values, value) else CategoricalDistribution([value])
