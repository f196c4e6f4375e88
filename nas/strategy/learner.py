"""Which strategies learn from other runs: those whose function says so. The others must not be given any in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

_MARK = "learns_from_runs"
S = TypeVar("S", bound=Callable[..., Any])


def learner(strategy: S) -> S:
    """Say that a strategy learns from `View.earlier`.

    >>> @learner
    ... def surrogate(seed, view): ...
    >>> learns(surrogate)
    True
    """
    setattr(strategy, _MARK, True)
    return strategy


def learns(strategy: Callable[..., Any]) -> bool:
    """Whether it learns from other runs."""
    return getattr(strategy, _MARK, False)
