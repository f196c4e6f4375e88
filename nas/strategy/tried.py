"""What was tried: the choices of all trials as a tree, in the order in which they were drawn.

A define-by-run space is known only by what it asked for. The same answers lead to the same next question, so trials are
paths of a tree whose nodes are questions. A branch is spent when all that it can lead to was tried; who stays off spent
branches never repeats an assignment, whatever the conditions of the space, and needs no try in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from optuna.distributions import BaseDistribution

from nas.strategy import ranges


class _Node:
    """A question, and where its answers lead; without a name the end of a trial."""

    __slots__ = ("name", "next", "size", "spent", "values")

    def __init__(self) -> None:
        self.name: str | None = None
        self.values: BaseDistribution | None = None
        self.size: int | None = None
        self.next: dict[float, _Node] = {}
        self.spent = True  # an end is


class Tried:
    """All assignments of a study."""

    def __init__(self) -> None:
        self._root: _Node | None = None

    def add(self, params: Mapping[str, Any], distributions: Mapping[str, BaseDistribution]) -> None:
        """Note a trial's choices, in their order; one that goes on where another ended replaces that end."""
        if not params:
            return
        self._root = node = self._root or _Node()
        path = []
        for name, value in params.items():
            values = distributions[name]
            if node.name is None:
                node.name, node.values, node.size = name, values, ranges.count(values)
            elif node.name != name:
                break  # another question after the same answers: not a space of fixed rules, and no path of it
            path.append(node)
            node = node.next.setdefault(ranges.key(values, value), _Node())
        for node in reversed(path):
            node.spent = len(node.next) == node.size and all(child.spent for child in node.next.values())

    @property
    def all(self) -> bool:
        """Whether nothing new is left."""
        return self._root is not None and self._root.spent

    def open(self, wanted: Mapping[str, Any]) -> bool:
        """Whether something new can have these choices, as far as they are asked for."""
        return self._root is None or _open(self._root, wanted)

    def untried(self, wanted: Mapping[str, Any]) -> bool:
        """Whether no trial had these choices, as far as they were asked for."""
        node = self._root
        while node is not None and node.name is not None:
            if node.name not in wanted:
                return False
            node = _after(node, wanted[node.name])
        return node is None

    def choose(
        self,
        so_far: Mapping[str, Any],
        name: str,
        values: BaseDistribution,
        wanted: Mapping[str, Any],
        random: Random,
    ) -> Any:
        """A random answer to the next question that can still lead to something new, where one is left."""
        node = self._find(so_far)
        allowed = _allowed(node if node is not None and node.name == name else None, values, wanted)
        for _ in range(ranges.TRIES):
            value = ranges.draw(values, random)
            if allowed(value):
                return value
        left = [value for place in range(ranges.count(values) or 0) if allowed(value := ranges.at(values, place))]
        return random.choice(left) if left else ranges.draw(values, random)

    def first(self, so_far: Mapping[str, Any], name: str, values: BaseDistribution) -> Any:
        """The first answer to the next question that can still lead to something new; where none is left, the first.

        The values can be counted.
        """
        node = self._find(so_far)
        allowed = _allowed(node if node is not None and node.name == name else None, values, {})
        every = [ranges.at(values, place) for place in range(ranges.count(values) or 0)]
        return next((value for value in every if allowed(value)), every[0])

    def _find(self, so_far: Mapping[str, Any]) -> _Node | None:
        node = self._root
        while node is not None and node.name is not None and node.name in so_far:
            node = _after(node, so_far[node.name])
        return node


def _after(node: _Node, value: Any) -> _Node | None:
    assert node.values is not None
    return node.next.get(ranges.key(node.values, value))


def _open(node: _Node, wanted: Mapping[str, Any]) -> bool:
    if node.spent:
        return False
    if node.name is not None and node.name in wanted:
        after = _after(node, wanted[node.name])
        return after is None or _open(after, wanted)
    return len(node.next) != node.size or any(_open(after, wanted) for after in node.next.values())


def _allowed(node: _Node | None, values: BaseDistribution, wanted: Mapping[str, Any]) -> Callable[[Any], bool]:
    def allowed(value: Any) -> bool:
        after = None if node is None else node.next.get(ranges.key(values, value))
        return after is None or _open(after, wanted)

    return allowed
