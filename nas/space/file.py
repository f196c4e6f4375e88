"""The whole file of a search: what may vary, on which data, within which budget, and how it is searched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from nas import plugins
from nas.complaint import InnerError, Loc, shown
from nas.document import Document, parse
from nas.errors import InputError, nearest
from nas.genome import Shape
from nas.safe_paths import is_device, is_url, resolved
from nas.space.cell import CellSettings, CellSpace
from nas.space.choice import Solve, options_of
from nas.space.compare import CompareSettings, GridSettings
from nas.space.compare import check as check_comparison
from nas.space.comparison import ComparisonSpace
from nas.space.edits import EditsSpace
from nas.space.given import EditsSettings, SolveFactor
from nas.space.kind import Kind
from nas.space.network import PER_STAGE, NetworkSettings
from nas.space.settings import (
    LATENCY,
    PREDICTED,
    BudgetSettings,
    DataSettings,
    LatencySettings,
    ObjectiveSettings,
    Settings,
    StopSettings,
    StrategySettings,
    TrainSettings,
)
from nas.space.staged import StagedSpace

MAXIMIZED = ("accuracy",)
TABLE = "table"  # evaluator: table:FILE


def _objective(value: Any) -> Any:
    if isinstance(value, str):
        return {"metric": value, "direction": "maximize" if value in MAXIMIZED else "minimize"}
    return value


def _imported(name: str) -> str:
    """Import a module before the sections that name what it registers are read."""
    try:
        plugins.module(name)
    except InputError as error:
        raise ValueError(f"'{name}': {error}") from None
    return name


def _placed(path: str, folder_of: Callable[[Loc], Path], loc: Loc) -> str:
    try:
        return resolved(path, within=folder_of(loc))
    except InputError as error:
        raise InnerError(loc, str(error)) from None


def _no_device(name: str) -> str:
    if is_device(name):
        raise ValueError(f"'{name}' is a device on Windows, and runs are called after their space; choose another name")
    return name


# "error" stands for {metric: error, direction: minimize}
Objective = Annotated[ObjectiveSettings, BeforeValidator(_objective, json_schema_input_type=str | ObjectiveSettings)]


class SearchFile(Settings):
    """A search space as written in YAML, of whatever kind."""

    name: Annotated[str, AfterValidator(_no_device)] = Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="also of the run's folder"
    )
    about: str = Field(default="", description="a sentence for `nas space list`")
    kind: str
    imports: tuple[Annotated[str, AfterValidator(_imported)], ...] = Field(
        default=(), description="modules that register your own operations, blocks or strategies; run with --allow-code"
    )
    data: DataSettings = DataSettings()
    network: Settings
    budget: BudgetSettings = BudgetSettings()
    latency: LatencySettings = LatencySettings()
    objectives: tuple[Objective, ...] = Field(
        default=(ObjectiveSettings(metric="error"),),
        min_length=1,
        max_length=4,
        description="what is better; the first one ranks",
    )
    evaluator: str = Field(default="train", description="train, zero-cost, table:FILE, or module:function")
    train: TrainSettings = TrainSettings()
    stop: StopSettings = StopSettings()
    strategy: StrategySettings = StrategySettings()

    def space(self, *, input_shape: Shape, classes: int) -> Kind:
        """What draws the genomes; `InnerError` where the file names what is not there."""
        raise NotImplementedError

    def placed(self, folder_of: Callable[[Loc], Path]) -> Self:
        """With absolute paths; `folder_of` says from which folder a path at a place of the file goes.

        Raises `InnerError` for what is no path.
        """
        update: dict[str, Any] = {}
        if self.data.path is not None:
            path = _placed(self.data.path, folder_of, ("data", "path"))
            update["data"] = self.data.model_copy(update={"path": path})
        placed = {
            name: tuple(
                run if is_url(run) else _placed(run, folder_of, ("strategy", name, place)) for place, run in enumerate(runs)
            )
            for name, runs in (("learn_from", self.strategy.learn_from), ("reuse", self.strategy.reuse))
            if runs
        }
        if placed:
            update["strategy"] = self.strategy.model_copy(update=placed)
        if self.latency.table is not None:
            table = _placed(self.latency.table, folder_of, ("latency", "table"))
            update["latency"] = self.latency.model_copy(update={"table": table})
        name, _, table = self.evaluator.partition(":")
        if name == TABLE and table:
            update["evaluator"] = f"{TABLE}:{_placed(table, folder_of, ('evaluator',))}"
        return self.model_copy(update=update) if update else self

    @property
    def reads_results(self) -> bool:
        """Whether results come from a table, so that no images are needed."""
        return self.evaluator.startswith(f"{TABLE}:")

    @property
    def measures_latency(self) -> bool:
        """Whether each trial measures its latency: a table of results has its own, if any."""
        return not self.reads_results and LATENCY in [objective.metric for objective in self.objectives]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        self._check_width()
        self._check_stop()
        self._check_latency()
        if self.train.inherit and self.reads_results:
            text = "results of a table are those of networks that were trained from scratch; set it to false"
            raise InnerError(("train", "inherit"), text)
        names = [objective.metric for objective in self.objectives]
        if len(set(names)) < len(names):
            raise InnerError(("objectives",), f"must differ, got {', '.join(names)}")
        return self

    def _check_width(self) -> None:
        width = getattr(self.network, "width", None)
        if isinstance(width, Solve | SolveFactor) and getattr(self.budget, width.solve) is None:
            text = f"network.width is solved for {width.solve}, so it must say how many, such as {{{width.solve}: 100k}}"
            raise InnerError(("budget",), text)

    def _check_latency(self) -> None:
        stop, names = self.stop, [objective.metric for objective in self.objectives]
        if self.measures_latency and stop.name != "none" and stop.metric in (None, LATENCY):
            text = f"{LATENCY} is measured when a trial ends, so rungs cannot compare it; name another, such as error"
            raise InnerError(("stop", "metric"), text)
        if self.latency.table is None:
            place = ("objectives", names.index(PREDICTED)) if PREDICTED in names else ("budget", LATENCY)
            if PREDICTED in names or self.budget.latency_ms is not None:
                text = "is predicted from a table of operations: set latency: {table: FILE}, which nas latency --table makes"
                raise InnerError(place, text)

    def _check_stop(self) -> None:
        stop, most = self.stop, self.train.epochs
        if stop.name == "none":
            return
        if list(stop.rungs) != sorted(set(stop.rungs)) or any(epoch >= most for epoch in stop.rungs):
            given = ", ".join(map(str, stop.rungs))
            raise InnerError(("stop", "rungs"), f"must ascend and lie below train.epochs, which is {most}, got {given}")
        if not stop.rungs and stop.min_epochs > most:
            text = f"must be at most train.epochs, which is {most}, got {stop.min_epochs}; or set stop.name to none"
            raise InnerError(("stop", "min_epochs"), text)
        if stop.unit == "compute" and self.budget.macs is None:
            text = "compares trials at equal compute, which is counted in epochs at budget.macs; set it, such as {macs: 10M}"
            raise InnerError(("stop", "unit"), text)


class StagedFile(SearchFile):
    """A search space of stages of blocks."""

    kind: Literal["staged"] = Field(
        default="staged", description="stages of blocks; `edits`: changes of a given network; `cell`: a cell in a fixed skeleton"
    )
    network: NetworkSettings = NetworkSettings()

    def space(self, *, input_shape: Shape, classes: int) -> StagedSpace:
        most = max(options_of(self.network.stages))
        for name in PER_STAGE:
            position = self.network.position(name)
            if isinstance(position, tuple) and len(position) != most:
                raise InnerError(("network", name), f"one value for each stage, so {most} of them, got {len(position)}")
        return StagedSpace(self.network, self.budget, input_shape, classes)


class EditsFile(SearchFile):
    """A search space of changes of a given network."""

    kind: Literal["edits"] = Field(description="changes of a given network")
    network: EditsSettings

    def space(self, *, input_shape: Shape, classes: int) -> EditsSpace:
        return EditsSpace.starting(self.network, self.budget, input_shape=input_shape, classes=classes)

    def placed(self, folder_of: Callable[[Loc], Path]) -> Self:
        start = self.network.start
        if not start.startswith("zoo:"):
            start = _placed(start, folder_of, ("network", "start"))
        network = self.network.model_copy(update={"start": start})
        return super().placed(folder_of).model_copy(update={"network": network})


class CellFile(SearchFile):
    """A search space of cells in a fixed skeleton."""

    kind: Literal["cell"] = Field(description="a cell in a fixed skeleton")
    network: CellSettings = CellSettings()

    def space(self, *, input_shape: Shape, classes: int) -> CellSpace:
        return CellSpace(self.network, self.budget, input_shape, classes)


class ComparisonFile(SearchFile):
    """A comparison: every combination at an equal budget, trained with several seeds."""

    kind: Literal["comparison"] = Field(description="every combination of the choices at an equal budget, for `nas study`")
    compare: CompareSettings = CompareSettings()
    network: NetworkSettings = NetworkSettings()
    strategy: GridSettings = GridSettings()

    def space(self, *, input_shape: Shape, classes: int) -> ComparisonSpace:
        StagedFile.model_construct(network=self.network).space(input_shape=input_shape, classes=classes)
        return ComparisonSpace(self.compare, self.network, input_shape, classes)

    def _check_width(self) -> None:
        """What it is solved for stands in compare.budgets."""

    @model_validator(mode="after")
    def _comparable(self) -> Self:
        """All networks are trained alike, each from scratch and to the end."""
        check_comparison(self.compare, self.network)
        if self.budget != BudgetSettings():
            raise InnerError(("budget",), "is what a search may spend at most; a comparison spends compare.budgets")
        if self.stop.name != "none":
            raise InnerError(("stop",), "ends trials early, and a comparison trains every network to the end; leave it out")
        if self.train.inherit:
            raise InnerError(("train", "inherit"), "compares networks by whose weights they had; leave it out")
        strategy = self.strategy
        if strategy.name != "grid" or strategy.prefilter or strategy.reuse or strategy.learn_from:
            text = "a comparison trains every network with every seed; of this section it takes the seed alone"
            raise InnerError(("strategy",), text)
        return self


KINDS: dict[str, type[SearchFile]] = {"staged": StagedFile, "edits": EditsFile, "cell": CellFile, "comparison": ComparisonFile}


def code_of(data: Any) -> Iterator[tuple[Loc, str]]:
    """The code that a file names, and where: modules to import, and functions as "module:function"."""
    if not isinstance(data, dict):
        return
    section, imports = data.get("data"), data.get("imports")
    named: list[tuple[Loc, Any]] = [(("evaluator",), data.get("evaluator"))]
    if isinstance(section, dict):
        named.append((("data", "name"), section.get("name")))
    for loc, name in named:
        if isinstance(name, str) and ":" in name and not name.startswith(f"{TABLE}:"):
            yield loc, name
    for place, name in enumerate(imports if isinstance(imports, list) else []):
        if isinstance(name, str):
            yield ("imports", place), name


def parsed(document: Document, *, allow_code: bool) -> SearchFile:
    """The file of a search as its kind reads it; `DocumentError` with the place of what is wrong.

    The code that an override names may be run, because the person wrote it; that of the file with `allow_code` only.
    """
    plugins.allow(name for loc, name in code_of(document.data) if allow_code or document.overridden(loc))
    data = document.data if isinstance(document.data, dict) else {}
    kind, network = data.get("kind", "staged"), data.get("network")
    if not isinstance(kind, str) or kind not in KINDS:
        raise document.error(("kind",), f"{shown(kind)} is not a kind of search space{nearest(str(kind), KINDS)}")
    if "kind" not in data and isinstance(network, dict) and "start" in network:
        raise document.error(("network", "start"), "is of changes of a given network, which takes 'kind: edits'", key=True)
    if "kind" not in data and isinstance(network, dict) and "cell" in network:
        raise document.error(("network", "cell"), "is of cells in a fixed skeleton, which take 'kind: cell'", key=True)
    return parse(KINDS[kind], document)
