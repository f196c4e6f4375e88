"""Every deliberate error of the toolkit, in one tree.

NasError
|-- InputError (also a ValueError)       what the user gave is wrong: exit status 2
|   |-- UnknownNameError                 a name that no registry holds; shows the nearest
|   |-- DocumentError                    a YAML file: file, line, column, path
|   |-- GenomeError                      a graph that cannot be a network; names the node
|   |-- SpaceError                       a search space that no genome meets
|   |-- DataError                        a data set that cannot be used
|   `-- RunError                         a run's folder that is missing, taken or damaged
|-- MissingExtraError (also ImportError) an optional package is not installed: exit status 2
|-- OverBudget                           a draw from a space that costs more than its budget; not an error of the user
|-- SearchError                          the search cannot go on: exit status 1
|   `-- ClusterLost                      the head of a Ray cluster is gone: exit status 3
`-- ExportError                          an exported file does not compute what it should: exit status 1
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

MANY = 40  # names that an error text does not list any more


class NasError(Exception):
    """The base of every error that the toolkit raises on purpose."""


class InputError(NasError, ValueError):
    """What the user gave is wrong; nothing was started."""


class UnknownNameError(InputError):
    """A name that is not known; `nearest` shows what was probably meant."""


class DocumentError(InputError):
    """A YAML document that is not what was expected, with its position."""


class GenomeError(InputError):
    """A graph that cannot be a network."""


class SpaceError(InputError):
    """A search space that cannot be searched."""


class DataError(InputError):
    """A data set that cannot be used."""


class RunError(InputError):
    """A run's folder that is missing, taken or damaged."""


class MissingExtraError(NasError, ImportError):
    """An optional package is missing; the text names the command that installs it."""

    def __init__(self, package: str, *, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs the package '{package}': pip install 'deepwide[{extra}]'")


class OverBudget(NasError):
    """A draw from a search space whose cheapest genome costs more than the budget.

    `excess` is the largest cost over its limit, minus 1: what a strategy learns from.
    """

    def __init__(self, message: str, *, excess: float) -> None:
        super().__init__(message)
        self.excess = excess


class SearchError(NasError):
    """The search cannot go on; what was finished is in the study."""


class ClusterLost(SearchError):
    """The head of the Ray cluster is gone; the search can be resumed when there is one again."""


class ExportError(NasError):
    """An exported file does not compute what the network computes; it was not kept."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The end of an error text for an unknown `name`: the closest of `known`, or all of them, or of many the three closest.

    >>> nearest("merge_run", ["plain", "merge-and-run"])
    "; did you mean 'merge-and-run'?"
    """
    options = sorted(known)
    close = difflib.get_close_matches(name, options, n=1, cutoff=0.5)
    if close:
        return f"; did you mean '{close[0]}'?"
    if len(options) > MANY:
        return f"; the nearest are {', '.join(difflib.get_close_matches(name, options, n=3, cutoff=0.0))}"
    return f"; known: {', '.join(options)}" if options else ""
