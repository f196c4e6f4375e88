"""A runner's profile: where a search runs, and what each trial is given there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from nas import database_url, shipped
from nas.document import parse, read
from nas.space.settings import Settings


class KeepSettings(Settings):
    """Which trained weights stay, so that a sweep cannot fill a disk."""

    best: int | None = Field(default=None, ge=1, description="weights of so many of the best trials; left out: of all")
    gigabytes: float | None = Field(default=None, gt=0, description="of all weights together; the worst go first")


class Profile(Settings):
    """One YAML file of `runners/`."""

    name: str = Field(description="what errors and plans call it")
    about: str = Field(default="", description="a sentence")
    engine: Literal["ray", "local", "inline"] = Field(
        description="ray: Ray Tune; local: one trial at a time, in a worker process; inline: in this process, for debuggers"
    )
    address: str = Field(
        default="local",
        description="local: a private Ray that ends with the search; auto: the cluster that this machine is in; else HOST:PORT",
    )
    workers: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        default="auto", description="trials at once; auto: as many as fit"
    )
    cpus: Annotated[float, Field(gt=0)] | Literal["auto"] = Field(default="auto", description="for each trial; auto: its threads")
    gpus: Annotated[float, Field(ge=0)] | Literal["auto"] = Field(
        default="auto", description="for each trial; auto: eighths of one, as many as the network's memory needs"
    )
    retries: int = Field(default=1, ge=0, description="how often a trial is tried again after its worker died")
    time_limit_minutes: float | None = Field(default=None, gt=0, description="of one attempt at a trial")
    silence_minutes: float | None = Field(default=None, gt=0, description="a trial that reports nothing for so long is ended")
    memory_gb: float | None = Field(default=None, gt=0, description="of the process of one trial; more fails that trial alone")
    study: str = Field(
        default="journal",
        description="journal: a file in the run's folder; else sqlite:///FILE or postgresql://USER@HOST/DATABASE",
    )
    storage: str | None = Field(
        default=None,
        description="a folder or URL (s3://...) that every node reaches, for checkpoints; left out: the run's folder",
    )
    keep: KeepSettings = Field(default_factory=KeepSettings, description="what is kept of the weights")

    @field_validator("study")
    @classmethod
    def _is_known(cls, study: str) -> str:
        """A password in it is refused here already, with the place in the file."""
        return study if study == "journal" else str(database_url.parse(study))


def schema() -> dict[str, Any]:
    """The JSON schema of a runner's file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Profile.model_json_schema(), "title": "nas runner"}


def load(name_or_path: str, *, overrides: Sequence[str] = ()) -> Profile:
    """The profile of a shipped name ("laptop") or of a file."""
    return parse(Profile, read(shipped.find("runners", name_or_path), overrides=overrides))
