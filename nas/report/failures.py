"""What did not finish: trials that neither finished nor were stopped, by reason."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from nas.report.table import table
from nas.report.trials import Trial

NUMBER = re.compile(r"-?\d[\d.,]*(e[-+]?\d+)?(?<![.,])")


def failures(trials: Sequence[Trial]) -> str:
    """The most frequent reason first; "" where there are none."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for trial in trials:
        if trial.get("state") in ("failed", "repeat", "over-budget", "screened"):
            reason = _first_line(trial.get("reason"))
            if trial["state"] in ("screened", "repeat"):
                reason = NUMBER.sub("…", reason)  # each has its own score in it, or its own trial
            reasons.setdefault((str(trial["state"]), reason), []).append(f"#{trial.get('number')}")
    if not reasons:
        return ""
    ordered = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [
        ("", [html.escape(state), html.escape(reason), str(len(found)), html.escape(_listed(found))])
        for (state, reason), found in ordered
    ]
    return table(["state", "reason", "times", "trials"], ["word", "text", "number", "text"], rows)


def _first_line(reason: object) -> str:
    lines = str(reason or "").strip().splitlines()
    return lines[0][:300] if lines else "no reason given"


def _listed(found: Sequence[str]) -> str:
    return ", ".join(found[:10]) + (f" and {len(found) - 10} more" if len(found) > 10 else "")
