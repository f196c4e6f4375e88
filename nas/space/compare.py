"""The section `compare` of a study: what is held equal, how often each network is trained, and what cannot be compared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nas.complaint import InnerError
from nas.document import Quantity
from nas.space.choice import FloatChoice, Scalar, Solve, choices_in
from nas.space.network import ORDER, NetworkSettings
from nas.space.settings import Settings, StrategySettings

Published = Annotated[str, Field(pattern=r"^zoo:", description="zoo:NAME (`nas zoo list`), or zoo:NAME(depth=20)")]


class CompareSettings(Settings):
    """What is held equal among networks, and how often each is trained."""

    equal: Literal["params", "macs", "width"] = Field(
        default="params", description="params, macs: the width is solved for; width: networks are as they stand in the file"
    )
    budgets: tuple[Quantity, ...] = Field(default=(), description="what each network spends; several are compared apart")
    tolerance: float = Field(default=0.01, gt=0, lt=1, description="the share of a budget that a network may leave unspent")
    unmet: Literal["refuse", "leave-out"] = Field(
        default="refuse", description="what becomes of a comparison where some networks cannot come that near to a budget"
    )
    seeds: int = Field(default=3, ge=1, le=1000, description="trainings of each network; the same seeds for all")
    reference: dict[str, Scalar] = Field(
        default={}, description="choices of the network that others are compared with; left out: the best one"
    )
    networks: dict[str, dict[str, Published]] = Field(
        default={}, description="published networks in place of a grid: {row: {column: zoo:NAME}}; compared within rows"
    )


class GridSettings(StrategySettings):
    """A grid: of a comparison the seed alone is to be chosen."""

    name: str = Field(default="grid", description="every combination, in the order of the file")


def check(compare: CompareSettings, network: NetworkSettings) -> None:
    """`InnerError` for what cannot be compared, or is said twice."""
    if compare.networks:
        _check_published(compare, network)
    elif compare.equal == "width":
        _check_as_given(compare, network)
    else:
        _check_solved(compare, network)
    for name in ORDER:
        if any(isinstance(choice, FloatChoice) for choice in choices_in(network.position(name))):
            text = "is any number of a range, and a comparison lists them: {choice: [0.0, 0.3]}"
            raise InnerError(tuple(name.split(".")), text)


def _check_published(compare: CompareSettings, network: NetworkSettings) -> None:
    if compare.equal != "width":
        raise InnerError(("compare", "equal"), f"published networks are compared as they are: write width, got {compare.equal}")
    if network != NetworkSettings():
        raise InnerError(("network",), "stands beside compare.networks, which names the networks; leave one of them out")
    for row, columns in compare.networks.items():
        if len(columns) < 2:
            raise InnerError(("compare", "networks", row), "compares nothing; name two networks at least")
    _check_no_budgets(compare)


def _check_as_given(compare: CompareSettings, network: NetworkSettings) -> None:
    _check_no_budgets(compare)
    if isinstance(network.width, Solve) or choices_in(network.width):
        raise InnerError(("network", "width"), "is to be a number, or one for each stage, where compare.equal is width")


def _check_no_budgets(compare: CompareSettings) -> None:
    if compare.budgets:
        text = "says what each network spends, and with equal: width nothing is solved for; leave one of them out"
        raise InnerError(("compare", "budgets"), text)


def _check_solved(compare: CompareSettings, network: NetworkSettings) -> None:
    if not compare.budgets:
        raise InnerError(("compare",), f"takes budgets, such as {{equal: {compare.equal}, budgets: [20k, 40k]}}, or equal: width")
    if len(set(compare.budgets)) < len(compare.budgets):
        raise InnerError(("compare", "budgets"), f"must differ, got {', '.join(f'{one:,}' for one in compare.budgets)}")
    width = network.width
    # As it is where the file says nothing; a file that was resolved says it.
    solved = isinstance(width, Solve) and width.solve == compare.equal
    if not solved and width != NetworkSettings().width:
        raise InnerError(("network", "width"), f"is solved for where compare.equal is {compare.equal}; leave it out")
