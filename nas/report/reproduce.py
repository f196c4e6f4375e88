"""To reproduce a run: the space as it was written, its seed, the versions, the commit and the machine."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from nas.report.document import note
from nas.report.table import table


def reproduce(data: dict[str, Any]) -> str:
    """How to do it again; "" where nothing is known."""
    parts = []
    if data.get("space"):
        seed = f" --seed {data['seed']}" if data.get("seed") is not None else ""
        trials = f" --trials {data['planned']}" if data.get("planned") else ""
        command = "nas study space.yaml" if data.get("comparison") else f"nas search space.yaml{trials}"
        parts.append(note(f"Save this as space.yaml and run: {command}{seed}"))
        parts.append(f'<pre tabindex="0">{html.escape(str(data["space"]))}</pre>')
    known = {
        "commit": data.get("commit"),
        "seed": data.get("seed"),
        **{name: (data.get("environment") or {}).get(name) for name in ("started", "python", "machine")},
        **(data.get("versions") or {}),
    }
    rows = [("", [html.escape(name), html.escape(str(value))]) for name, value in _flat(known)]
    if rows:
        parts.append(
            f"<details open><summary>versions and machine</summary>{table(['what', 'was'], ['word', 'text'], rows)}</details>"
        )
    for each in data.get("changes") or []:
        parts.append(note(f"Gone on with on {each.get('when')}, although this had changed: {'; '.join(each.get('changes', []))}"))
    return "\n".join(parts)


def _flat(document: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{name}", value
