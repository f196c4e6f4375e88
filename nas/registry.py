"""A registry: one dictionary and two verbs."""

from __future__ import annotations

from typing import Generic, TypeVar

from nas.errors import InputError, UnknownNameError, nearest

T = TypeVar("T")


class Registry(Generic[T]):
    """Items of one kind by name.

    A taken name raises; an unknown one raises `UnknownNameError` with the nearest known name.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}

    def register(self, name: str, item: T) -> T:
        if name in self._items:
            raise InputError(f"{self.kind} '{name}' is registered already, as {self._items[name]!r}")
        self._items[name] = item
        return item

    def get(self, name: str) -> T:
        try:
            return self._items[name]
        except (KeyError, TypeError):
            raise UnknownNameError(f"'{name}' is not a known {self.kind}{nearest(str(name), self._items)}") from None

    def names(self) -> list[str]:
        return sorted(self._items)

    def __contains__(self, name: object) -> bool:
        return name in self._items
