"""What of a run has changed since its study was written.

A run that goes on with other choices, images or versions is another search under the same name. So it is not gone on with,
unless somebody says so; then the study notes what changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import yaml

from nas.errors import RunError
from nas.study.folder.content import resolved, state
from nas.study.folder.home import ENVIRONMENT, write
from nas.study.run import Run


def changes(run: Run, data: str | None) -> list[str]:
    """What is not as it was, as `key: was, is`; empty where nothing changed."""
    about, now = run.store.about(), state(run.space, data)
    found = [
        *_differing(about["search"], now["search"]),
        *_differing({"network.start (the network)": about["start"]}, {"network.start (the network)": now["start"]}),
        *_differing({"latency.table (the file)": about["table"]}, {"latency.table (the file)": now["table"]}),
        *_differing({f"version of {k}": v for k, v in about["versions"].items()}, _versions(now)),
    ]
    if None not in (about["data"], data):
        found += _differing({"data (the images)": about["data"]}, {"data (the images)": data})
    return [f"{key}: was {was}, is {is_}" for key, was, is_ in found]


def refuse(run: Run, found: Sequence[str], *, accepted: bool) -> None:
    """`RunError` for changes that nobody accepted, or that no study can take."""
    about = run.store.about()
    was, now = about["search"]["objectives"], resolved(run.space)["objectives"]
    if [one["direction"] for one in was] != [one["direction"] for one in now]:
        raise RunError(
            f"{run.folder}: its study holds results for {_objectives(was)}, and search.yaml says {_objectives(now)}: restore it, "
            f"or search anew and learn from this run (--learn-from)"
        )
    if found and not accepted:
        raise RunError(
            f"{run.folder} would go on as another search: {'; '.join(found)}. Restore that, or go on all the same: "
            f"nas resume {run.folder} --despite-changes"
        )


def note(run: Run, found: Sequence[str], data: str | None) -> None:
    """Let the study and `environment.json` know that the run goes on despite changes."""
    around = dict(run.store.about()["environment"])
    entry = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "changes": list(found)}
    around["changes"] = [*around.get("changes", []), entry]
    run.store.note("environment", around)
    for name, value in state(run.space, data).items():
        run.store.note(name, value)
    write(run.folder / ENVIRONMENT, json.dumps(around, indent=2) + "\n")


def _versions(now: dict[str, Any]) -> dict[str, str]:
    return {f"version of {name}": value for name, value in now["versions"].items()}


def _differing(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    before, after = dict(_leaves(was, "")), dict(_leaves(now, ""))
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            yield key, _text(before.get(key)), _text(after.get(key))


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Values by their paths; a list is one value."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def _text(value: Any) -> str:
    """A value as YAML writes it in a line."""
    if value is None:
        return "not there"
    return yaml.safe_dump(value, default_flow_style=True, sort_keys=False, width=10**6).removesuffix("...\n").strip()


def _objectives(given: list[dict[str, Any]]) -> str:
    return ", ".join(f"{one['metric']} ({one['direction']})" for one in given)
