"""A run is made, found again and checked: its files, and what is noted about its study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nas.database_url import DatabaseUrl, parse
from nas.errors import RunError
from nas.genome import save
from nas.safe_paths import check_links, is_url
from nas.space import SearchSpace
from nas.space.edits import EditsSpace
from nas.space.settings import Direction
from nas.storage import Storage
from nas.study.folder.content import START, TABLE, resolved, state
from nas.study.folder.environment import environment
from nas.study.folder.home import (
    ENVIRONMENT,
    JOURNAL,
    SEARCH,
    UNFINISHED,
    URL,
    database_of,
    located,
    location_of,
    write,
    write_search,
)
from nas.study.ledger.ledger import Location, drop
from nas.study.ledger.store import Store

FAMILY = "nas.run/"
SCHEMA = f"{FAMILY}1"
OVER = "over"  # the note that says so: of how many networks


def made(folder: Path, space: SearchSpace, location: Location, storage: Storage | None, data: str | None) -> Store:
    """Write the files of a new run, and its study."""
    (folder / UNFINISHED).touch(0o600)
    (folder / JOURNAL).unlink(missing_ok=True)  # of a run that was broken off here
    if (folder / URL).exists():
        _drop(folder)
    around = environment(space)
    search = resolved(space)
    if search["network"].get("start") == START and isinstance(space.kind, EditsSpace):
        save(space.kind.given, folder / START)  # the file may be changed or moved before the run is resumed
    if space.file.latency.table is not None:
        write(folder / TABLE, Path(space.file.latency.table).read_text(encoding="utf-8"))  # this one too
    write_search(folder, search)
    write(folder / ENVIRONMENT, json.dumps(around, indent=2) + "\n")
    about = {
        "schema": SCHEMA,
        "space": space.name,
        "trials": space.file.strategy.trials,
        "input_shape": list(space.kind.input_shape),
        "classes": space.kind.classes,
        "environment": around,
        "storage": None if storage is None else str(storage),
        **state(space, data),
    }
    directions: list[Direction] = [objective.direction for objective in space.file.objectives]
    where = located(location, folder) if isinstance(location, DatabaseUrl) else location
    if isinstance(location, DatabaseUrl):  # first, so that what is begun in a database can be found
        write(folder / URL, f"{location}\n")
    try:
        store = Store.create(where, directions=directions, about=about, resume=f"nas resume {folder}")
    except RunError:
        (folder / URL).unlink(missing_ok=True)  # there is no such study
        raise
    (folder / UNFINISHED).unlink()
    return store


def _drop(folder: Path) -> None:
    """Take away what was begun in a database for a run that was broken off here while it was made."""
    try:
        drop(database_of(folder))
    except RunError as error:
        raise RunError(f"a run in {folder} was broken off while it was made; {error}; or choose another with --out") from None
    (folder / URL).unlink()


def restored(folder: Path, about: dict[str, Any]) -> bool:
    """Write `search.yaml` anew, as the study has it, where it is missing; whether it was."""
    if (folder / SEARCH).exists():
        return False
    write_search(folder, about["search"])
    return True


def found(where: Path | str) -> tuple[Location, Path]:
    """Where a study is, and the run's folder."""
    if is_url(where):
        url = parse(str(where))
        if not url.study:
            raise RunError(f"{url.text} does not say which study; nas watch {url.text} lists those that it has")
        return url, Path(url.study)
    folder = Path(where)
    location = location_of(folder)
    check_links(folder, within=("checkpoints", "exports", "explain"))
    return location, folder


def is_over(about: dict[str, Any]) -> bool:
    """Whether what is noted about a study says that everything that was planned is done."""
    return about.get(OVER) == about["trials"]


def checked(about: dict[str, Any], location: Location) -> dict[str, Any]:
    """What is noted about a study; `RunError` where it is none of ours, or of a newer version of ours."""
    found = about.get("schema")
    if found == SCHEMA:
        return about
    if isinstance(found, str) and found.startswith(FAMILY):
        version = about.get("versions", {}).get("deepwide", "a newer one")
        raise RunError(
            f"{location} was written by another version of deepwide ({version}; {found}, not {SCHEMA}): install that one"
        )
    raise RunError(f"{location} cannot be read as the study of a search: it says nothing about a run")
