"""The whole file of a search: what may vary, on which data, within which budget, and how it is searched."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from nas import plugins
from nas.complaint import InnerError
from nas.space.choice import Solve
from nas.space.network import NetworkSettings
from nas.space.settings import (
    BudgetSettings,
    DataSettings,
    ObjectiveSettings,
    Settings,
    StopSettings,
    StrategySettings,
    TrainSettings,
)

MAXIMIZED = ("accuracy",)


def _objective(value: Any) -> Any:
    if isinstance(value, str):
        return {"metric": value, "direction": "maximize" if value in MAXIMIZED else "minimize"}
    return value


# "error" stands for {metric: error, direction: minimize}
def _imported(name: str) -> str:
    """Import a module before the sections that name what it registers are read."""
    plugins.module(name)
    return name


Objective = Annotated[ObjectiveSettings, BeforeValidator(_objective, json_schema_input_type=str | ObjectiveSettings)]


class SearchFile(Settings):
    """A search space as written in YAML."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$", description="also of the run's folder")
    about: str = Field(default="", description="a sentence for `nas space list`")
    kind: Literal["staged"] = Field(default="staged", description="stages of blocks")
    imports: tuple[Annotated[str, AfterValidator(_imported)], ...] = Field(
        default=(), description="modules that register your own operations, blocks or strategies; their code is run"
    )
    data: DataSettings = DataSettings()
    network: NetworkSettings = NetworkSettings()
    budget: BudgetSettings = BudgetSettings()
    objectives: tuple[Objective, ...] = Field(
        default=(ObjectiveSettings(metric="error"),),
        min_length=1,
        max_length=4,
        description="what is better; the first one ranks",
    )
    evaluator: str = Field(default="train", description="train, or module:function")
    train: TrainSettings = TrainSettings()
    stop: StopSettings = StopSettings()
    strategy: StrategySettings = StrategySettings()

    @model_validator(mode="after")
    def _consistent(self) -> SearchFile:
        width = self.network.width
        if isinstance(width, Solve) and getattr(self.budget, width.solve) is None:
            text = f"network.width is solved for {width.solve}, so it must say how many, such as {{{width.solve}: 100k}}"
            raise InnerError(("budget",), text)
        if self.stop.name != "none" and self.stop.min_epochs > self.train.epochs:
            most = f"must be at most train.epochs, which is {self.train.epochs}"
            text = f"{most}, got {self.stop.min_epochs}; or set stop.name to none"
            raise InnerError(("stop", "min_epochs"), text)
        names = [objective.metric for objective in self.objectives]
        if len(set(names)) < len(names):
            raise InnerError(("objectives",), f"must differ, got {', '.join(names)}")
        return self
