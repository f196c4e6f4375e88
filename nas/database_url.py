"""The URL of a database that holds studies, always without a password.

A URL ends in shell histories, process lists, files and error texts. So one with a password is refused, and never repeated;
PostgreSQL's own ways to give it (PGPASSWORD, ~/.pgpass) do the same without that.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from nas.errors import InputError

FORMS = "sqlite:///FILE or postgresql://USER@HOST[:PORT]/DATABASE"
PASSWORD = (
    "a password in a URL ends in shell histories, process lists and files: leave it out, and set PGPASSWORD or write ~/.pgpass"
)
OPTIONS = ("host", "sslmode", "sslrootcert")  # of a connection to PostgreSQL; host: the folder of a Unix socket
_SECRET = re.compile(
    r"(?<=://)([^\s/@:]*):[^\s]*@|\b(password|passwd|pwd|sslpassword)\s*=\s*('[^']*'|\"[^\"]*\"|\S+)", re.IGNORECASE
)


@dataclass(frozen=True)
class DatabaseUrl:
    """A database, and one of its studies by name; `study` is empty where none is named."""

    kind: Literal["sqlite", "postgresql"]
    text: str  # as it was given, but for the study
    study: str = ""

    def __str__(self) -> str:
        if not self.study:
            return self.text
        return f"{self.text}{'&' if '?' in self.text else '?'}study={quote(self.study, safe='')}"

    @property
    def file(self) -> str:
        """The file of SQLite."""
        return self.text.removeprefix("sqlite:///")

    def of(self, study: str) -> DatabaseUrl:
        """The same database, and this study."""
        return replace(self, study=study)


def parse(text: str) -> DatabaseUrl:
    """The database that a URL names; `InputError` for any other, and for one with a password, which the text never repeats."""
    scheme, _, rest = text.partition("://")
    if "@" in rest and ":" in rest.rpartition("@")[0]:
        raise InputError(PASSWORD)
    if not rest.isprintable() or scheme not in ("sqlite", "postgresql"):
        raise InputError(f"the scheme {scheme[:20]!r} is no database of studies; write {FORMS}")
    where, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    study = options.pop("study", "")
    unknown = [name for name in options if name not in OPTIONS or scheme == "sqlite"]
    if unknown:
        known = "study" if scheme == "sqlite" else ", ".join(("study", *OPTIONS))
        raise InputError(PASSWORD if "pass" in unknown[0] else f"an option of the URL is not known; known: {known}")
    if scheme == "sqlite":
        if not where.startswith("/") or where.endswith("/") or where in ("/", "/:memory:"):
            raise InputError(
                f"a study in SQLite is named by its file: sqlite:///FILE, or sqlite:////FILE from the root; write {FORMS}"
            )
        return DatabaseUrl("sqlite", f"sqlite://{where}", study)
    _check_server(where, options)
    return DatabaseUrl("postgresql", f"postgresql://{where}{'?' + urlencode(options) if options else ''}", study)


def _check_server(where: str, options: dict[str, str]) -> None:
    try:
        parts = urlsplit(f"//{where}")
        port = parts.port
    except ValueError:  # its text would repeat what stands in the URL
        raise InputError(f"the host or port of the URL is wrong; write {FORMS}") from None
    if port == 0 or not (parts.hostname or options.get("host")):
        raise InputError(f"the URL names no host; write {FORMS}")
    if not parts.path.strip("/") or "/" in parts.path[1:]:
        raise InputError(f"the URL names no database, or more than one; write {FORMS}")


def redacted(text: str) -> str:
    """A text of a driver without passwords, should it ever hold one."""
    text = _SECRET.sub(lambda found: f"{found[1]}:***@" if found[1] is not None else f"{found[2]}=***", text)
    secret = os.environ.get("PGPASSWORD", "")
    return text.replace(secret, "***") if len(secret) > 3 else text
