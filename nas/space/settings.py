"""What a search space's YAML says beside the network: data, training, stopping, strategy, objectives.

Each class is one section of the file; a section that is left out has these defaults.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from nas.document import Quantity


class Settings(BaseModel):
    """A frozen section of a document: an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class DataSettings(Settings):
    """Which images, and how they are divided."""

    name: str = Field(default="digits", description="digits, npz, folder, idx, cifar10, cifar100, parquet, or module:function")
    path: str | None = Field(default=None, description="the file or folder that holds the images")
    limit: int | None = Field(default=None, ge=1, description="take a stratified part of so many images for train and validation")
    validation: float = Field(
        default=0.2, gt=0, lt=1, description="the share of the training images that the search validates on"
    )
    test: float = Field(
        default=0.2, gt=0, lt=1, description="the share kept for the final report, where the source has no test part"
    )
    seed: int = Field(default=0, ge=0, description="the seed of the split")
    size: tuple[int, int] | None = Field(default=None, description="resize every image of a folder to height, width")


class AugmentSettings(Settings):
    """What is done to training images, in batches, on the device."""

    pad: int = Field(default=0, ge=0, description="pad by so many pixels and crop at random")
    flip: bool = Field(default=False, description="mirror half of the images")
    cutout: int = Field(default=0, ge=0, description="the side of a square set to the mean, in pixels")


class TrainSettings(Settings):
    """How one network is trained."""

    epochs: int = Field(default=15, ge=1, description="passes over the training images")
    final_epochs: int | None = Field(default=None, ge=1, description="of the final training by `nas train`; left out: epochs")
    batch: int = Field(default=128, ge=1, description="images in a step")
    optimizer: Literal["sgd", "adamw"] = Field(default="sgd", description="sgd has Nesterov momentum")
    lr: float = Field(default=0.1, gt=0, description="the highest learning rate")
    momentum: float = Field(default=0.9, ge=0, lt=1, description="Nesterov momentum of sgd; the first beta of adamw")
    weight_decay: float = Field(default=5e-4, ge=0, description="not on norms and biases")
    schedule: Literal["cosine", "one-cycle", "constant"] = Field(default="cosine", description="of the learning rate")
    warmup: float = Field(default=1.0, ge=0, description="epochs of linear warm-up")
    label_smoothing: float = Field(default=0.0, ge=0, lt=1, description="the share of a label that goes to all classes")
    clip: float | None = Field(default=None, gt=0, description="the largest norm of the gradient")
    ema: float | None = Field(
        default=None, gt=0, lt=1, description="decay of an average of the weights that is evaluated instead"
    )
    augment: AugmentSettings = AugmentSettings()
    precision: Literal["float32", "bf16", "auto"] = Field(
        default="auto", description="auto: bf16 on a GPU, and on a CPU where a short probe finds it faster and the losses agree"
    )
    channels_last: bool | None = Field(default=None, description="memory format; left out: on a GPU, and on a CPU too")
    deterministic: bool = Field(
        default=False, description="only deterministic kernels on a GPU; the CPU's are deterministic anyway"
    )
    threads: int = Field(
        default=1, ge=1, description="CPU threads of one trial; results depend on it, so it is part of the search"
    )
    inherit: bool = Field(
        default=False, description="a trial that has a parent starts from its weights; final trainings never do"
    )
    inherited_epochs: int | None = Field(
        default=None, ge=1, description="of a trial that starts from its parent's weights; left out: half of epochs"
    )


class StopSettings(Settings):
    """When a trial that does badly is ended early."""

    name: Literal["none", "successive-halving"] = Field(default="none", description="the rule")
    min_epochs: int = Field(default=1, ge=1, description="the first rung")
    factor: int = Field(default=3, ge=2, description="of each rung one trial in so many goes on; rungs grow by the same factor")
    rungs: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(), description="epochs of all rungs; left out: min_epochs, and factor times as many each time"
    )
    unit: Literal["epochs", "compute"] = Field(
        default="epochs", description="compute: a rung is where a trial has spent what so many epochs cost at budget.macs"
    )
    pause: bool = Field(
        default=False, description="a trial waits at a rung and goes on from there when it is among the best; none is lost"
    )
    metric: str | None = Field(
        default=None, description="what rungs compare, less is better; left out: the objectives, several by their front"
    )


class PrefilterSettings(Settings):
    """Propose many, train few."""

    of: int = Field(default=10, ge=2, le=1000, description="of each so many proposals one is trained")
    by: str = Field(default="naswot", description="a zero-cost score, or params or macs; more is better")


class StrategySettings(Settings):
    """Who decides what to try next."""

    name: str = Field(default="tpe", description="a strategy")
    options: dict[str, bool | int | float | str] = Field(default={}, description="of the strategy, by name")
    trials: int = Field(default=24, ge=1, description="networks to train")
    seed: int = Field(default=0, ge=0, description="of the whole search; another one gives another search")
    window: int = Field(default=8, ge=1, description="a proposal knows the results of trials at least so many before it")
    repeats: Literal["reuse", "retrain"] = Field(
        default="reuse", description="a genome that was tried already: take its result, or train it again with a new seed"
    )
    scores: tuple[str, ...] = Field(
        default=(), description="zero-cost scores of every proposal: shown, and features of the surrogate's model"
    )
    prefilter: PrefilterSettings | None = Field(default=None, description="train only the best proposals by a score")
    learn_from: tuple[str, ...] = Field(
        default=(), description="other runs (folders, or URLs of studies) whose results the surrogate learns from"
    )
    reuse: tuple[str, ...] = Field(
        default=(),
        description="other runs (folders, or URLs of studies) whose results stand for the same trainings here",
    )

    @property
    def asked_scores(self) -> tuple[str, ...]:
        """The zero-cost scores that are computed of every proposal, the prefilter's among them."""
        return tuple(dict.fromkeys([*self.scores, *([self.prefilter.by] if self.prefilter else [])]))


Direction = Literal["minimize", "maximize"]


class ObjectiveSettings(Settings):
    """A metric and which way is better."""

    metric: str
    direction: Direction = "minimize"


class BudgetSettings(Settings):
    """What a network may cost at most; 100k and 1.7M are read as numbers."""

    params: Quantity | None = Field(default=None, description="learnable scalars")
    macs: Quantity | None = Field(default=None, description="multiply-accumulates for one image")
    depth: Quantity | None = Field(default=None, description="weighted layers on the longest path")
    activations: Quantity | None = Field(default=None, description="scalars that the nodes put out for one image")
    latency_ms: float | None = Field(default=None, gt=0, description="milliseconds, as latency.table predicts them")


class LatencySettings(Settings):
    """How the latency of networks is measured, where it is an objective, and predicted."""

    batch: int = Field(default=1, ge=1, description="images in a pass")
    threads: int | None = Field(default=None, ge=1, description="CPU threads of the measurement; left out: train.threads")
    table: str | None = Field(
        default=None, description="what `nas latency --table` wrote: predicts latencies before training, predicted_latency_ms"
    )


LATENCY, PREDICTED = "latency_ms", "predicted_latency_ms"  # the metrics: measured at a trial's end, known before it
COSTS = ("params", "macs", "depth", "activations")  # known of every genome, so that each may have a limit or be an objective
