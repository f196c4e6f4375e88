"""The folder of a run: where its study is, whether there is one, whether it may be made.

A study that does not lie in the folder is named by a file `study.url`: the database and the study's name in it.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Any

import yaml

from nas.database_url import DatabaseUrl, parse
from nas.errors import InputError, RunError
from nas.study.ledger import lock
from nas.study.ledger.ledger import Location
from nas.whole_files import write_alone

SEARCH = "search.yaml"
ENVIRONMENT = "environment.json"
JOURNAL = "study.journal"
URL = "study.url"
UNFINISHED = ".unfinished"  # there while a run is made; where it was broken off then, it may be made again


def location_of(folder: Path) -> Location:
    """Where the study of a run is; `RunError` for a folder that is no run."""
    if (folder / UNFINISHED).exists():
        raise RunError(f"{folder} is no run: it was broken off while it was made; begin it again: nas search ... --out {folder}")
    if (folder / JOURNAL).is_file():
        return folder / JOURNAL
    return database_of(folder)


def database_of(folder: Path) -> DatabaseUrl:
    """Where `study.url` says that the study is; `RunError` where there is none, or it does not say so."""
    try:
        url = parse((folder / URL).read_text(encoding="utf-8").strip())
    except FileNotFoundError:
        raise RunError(f"{folder} is no run: it has no {JOURNAL} and no {URL}; `nas runs` lists those in results/") from None
    except (OSError, ValueError) as error:  # an InputError is a ValueError
        raise RunError(f"{folder / URL} does not say where the study is: {error}") from None
    if not url.study:
        raise RunError(f"{folder / URL} does not say which study of {url.text} it is: ?study=NAME is missing")
    return located(url, folder)


def new_location(folder: Path, setting: str) -> Location:
    """Where a runner's profile wants the study of a new run, `journal` or the URL of a database, as `study.url` will say it."""
    if setting == "journal":
        return folder / JOURNAL
    url = parse(setting)
    if url.study:
        raise InputError("a runner's study names a database; the study's own name is made for each run, so leave out ?study=")
    name = re.sub(r"[^\w.-]", "-", folder.resolve().name)[:100]
    return url.of(f"{name}-{secrets.token_hex(4)}")


def located(url: DatabaseUrl, folder: Path) -> DatabaseUrl:
    """The same, where a file of SQLite goes from the run's folder."""
    if url.kind == "postgresql":
        return url
    return DatabaseUrl("sqlite", f"sqlite:///{folder.resolve() / url.file}", url.study)


def write(path: Path, text: str) -> None:
    """Write a file of a run all or nothing; the driver of the search is the only one that does."""
    write_alone(path, [text.encode()])


def write_search(folder: Path, search: dict[str, Any]) -> None:
    """Write `search.yaml`: a search as it was resolved."""
    write(folder / SEARCH, f"# The search as it was resolved.\n{yaml.safe_dump(search, sort_keys=False, width=110)}")


def is_run(folder: Path) -> bool:
    """Whether a run was begun in a folder."""
    return (folder / JOURNAL).is_file() or (folder / URL).is_file()


def runs(folder: Path) -> list[Path]:
    """The folders of the runs that lie in a folder, by name."""
    return sorted({path.parent for name in (JOURNAL, URL) for path in folder.glob(f"*/{name}")})


def check_free(folder: Path) -> None:
    """`RunError` where a new run cannot be: something is there already, or nothing can be written there."""
    try:
        if folder.exists() and not folder.is_dir():
            raise RunError(f"{folder} is a file; a run needs a new folder")
        if folder.is_dir() and not (folder / UNFINISHED).exists() and any(path.name != lock.FILE for path in folder.iterdir()):
            hint = f"go on with it: nas resume {folder}" if is_run(folder) else "choose another with --out"
            raise RunError(f"{folder} is not empty; {hint}")
        around = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    except OSError as error:
        raise RunError(f"{folder} cannot be written: {error.strerror}") from None
    if not around.is_dir():
        raise RunError(f"{folder} cannot be written: {around} is a file")
    if not os.access(around, os.W_OK | os.X_OK):
        raise RunError(f"{folder} cannot be written: {around} may not be written to")
