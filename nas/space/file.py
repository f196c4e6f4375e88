"""The whole file of a search: what may vary, on which data, within which budget, and how it is searched."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

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


Objective = Annotated[ObjectiveSettings, BeforeValidator(_objective)]


class SearchFile(Settings):
    """A search space as written in YAML."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")
    about: str = Field("", description="a sentence for `nas space list`")
    kind: Literal["staged"] = "staged"
    data: DataSettings = DataSettings()
    network: NetworkSettings = NetworkSettings()
    budget: BudgetSettings = BudgetSettings()
    objectives: tuple[Objective, ...] = Field((ObjectiveSettings(metric="error"),), min_length=1, max_length=4)
    evaluator: str = Field("train", description="train, or module:function")
    train: TrainSettings = TrainSettings()
    stop: StopSettings = StopSettings()
    strategy: StrategySettings = StrategySettings()

    @model_validator(mode="after")
    def _consistent(self) -> SearchFile:
        width = self.network.width
        if isinstance(width, Solve) and getattr(self.budget, width.solve) is None:
            raise ValueError(f"network.width is solved for {width.solve}, so the budget must say how many: 'budget: {{{width.solve}: 100k}}'")
        if self.stop.name != "none" and self.stop.min_epochs > self.train.epochs:
            raise ValueError(f"stop.min_epochs ({self.stop.min_epochs}) must be at most train.epochs ({self.train.epochs})")
        names = [objective.metric for objective in self.objectives]
        if len(set(names)) < len(names):
            raise ValueError(f"objectives must differ, got {names}")
        return self
