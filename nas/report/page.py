"""One page for a run: the answer, the trade-off, deeper or wider, the best trials, what failed, how to reproduce.

It is one HTML file without scripts, which asks nobody for anything: its pictures are inline SVG.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nas.drawing.numbers import shower
from nas.report.pictures import deeper_or_wider, trade_off
from nas.report.scores import scores_against_results
from nas.report.style import STYLE
from nas.report.table import table
from nas.report.trials import Trial, objectives, ranked, value_of
from nas.whole_files import sweep, write_whole

SHOWN = 15
NUMBER = re.compile(r"-?\d[\d.,]*(e[-+]?\d+)?(?<![.,])")
STATES = ("finished", "stopped", "paused", "failed", "repeat", "over-budget", "screened", "running")


def write_report(data: dict[str, Any], path: Path) -> None:
    """Write the page of a run; `data` is the document that `nas show RUN --json` prints."""
    sweep(path)
    write_whole(path, [page(data).encode()])


def page(data: dict[str, Any]) -> str:
    """The page as HTML."""
    run = str(data.get("run") or "run")
    sections = [
        _head(data, run),
        '<div class="pictures">',
        _section("The trade-off", trade_off(data)),
        _section("Deeper or wider", deeper_or_wider(data)),
        "</div>",
        _section("Final training, measured on the test part", _final(data.get("final"))),
        _section("The best trials", _leaderboard(data)),
        _section("Scores against results", scores_against_results(data.get("agreement"))),
        _section("What did not finish", _failures(data.get("trials") or [])),
        _section("To reproduce", _reproduce(data)),
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{html.escape(run)}: search report</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(section for section in sections if section)
        + "\n</body>\n</html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{html.escape(title)}</h2>\n{body}</section>" if body else ""


def _head(data: dict[str, Any], run: str) -> str:
    trials = data.get("trials") or []
    counts = Counter(str(trial.get("state")) for trial in trials)
    known = [f"{counts[state]} {state}" for state in STATES if counts[state]]
    seconds = sum(trial.get("seconds") or 0 for trial in trials)
    facts = f"{len(trials)} trial{'' if len(trials) == 1 else 's'}: {', '.join(known)}" if trials else "no trials"
    spent = f"; {_duration(seconds)} of training" if seconds else ""
    early = f"; ended early ({data['ended']})" if data.get("ended") else ""
    answer = data.get("answer") or "There is no answer yet: no trial has finished."
    return (
        f"<header><h1>{html.escape(run)}</h1>\n"
        f'<p class="answer">{html.escape(str(answer))}</p>\n'
        f'<p class="facts">{html.escape(facts + spent + early)}</p></header>'
    )


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _leaderboard(data: dict[str, Any]) -> str:
    """Finished trials, the best first."""
    metrics = objectives(data)
    trials = ranked(data)
    if not trials:
        return '<p class="note">No trial has finished.</p>'
    scores = [str(name) for trial in trials for name in trial.get("scores") or {}]
    numbers = list(dict.fromkeys([*metrics, "params", "macs", *scores, "depth", "width", "seconds"]))
    choices = list(dict.fromkeys(key for trial in trials for key in trial.get("choices") or {}))
    choices = [key for key in choices if key.rpartition(".")[2] not in numbers]
    note = '<p class="note"><span class="mark">●</span> on the front; the best trial is shaded'
    if any(trial.get("inherits") is not None for trial in trials):
        numbers.append("inherits")
        note += "; inherits: the trial whose weights it started from, where final trainings start from scratch"
    note += "</p>"
    head = ["trial", *numbers, *choices]
    rows = [_row(trial, numbers, choices, best=data.get("best")) for trial in trials]
    kinds = ["number", *["number"] * len(numbers), *["word"] * len(choices)]
    shown = table(head, kinds, rows[:SHOWN])
    if len(rows) > SHOWN:
        rest = table(head, kinds, rows[SHOWN:])
        shown += f"<details><summary>{len(rows) - SHOWN} more</summary>{rest}</details>"
    return note + shown


def _row(trial: Trial, numbers: Sequence[str], choices: Sequence[str], *, best: object) -> tuple[str, list[str]]:
    """The class of a row and its cells, escaped."""
    mark = '<span class="mark">●</span> ' if trial.get("on_front") else ""
    cells = [mark + html.escape(f"#{trial.get('number')}")]
    for name in numbers:
        value = value_of(trial, name)
        shown = "" if value is None else f"#{value}" if name == "inherits" else shower(name, [value])(value)
        cells.append(html.escape(shown))
    chosen = trial.get("choices") or {}
    cells += [html.escape(str(chosen.get(key, ""))) for key in choices]
    return ("best" if best is not None and trial.get("number") == best else ""), cells


def _failures(trials: Sequence[Trial]) -> str:
    """Trials that neither finished nor were stopped, by reason, the most frequent first."""
    reasons: dict[tuple[str, str], list[str]] = {}
    for trial in trials:
        if trial.get("state") in ("failed", "repeat", "over-budget", "screened"):
            reason = _first_line(trial.get("reason"))
            if trial["state"] == "screened":
                reason = NUMBER.sub("…", reason)  # each has its own score in it
            key = (str(trial["state"]), reason)
            reasons.setdefault(key, []).append(f"#{trial.get('number')}")
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


def _final(finals: object) -> str:
    """What final trainings on train and validation gave, by the trial's number, measured once on the test part."""
    if not isinstance(finals, dict) or not finals:
        return ""
    kept = {str(number): entry for number, entry in finals.items() if isinstance(entry, dict)}
    names = sorted({name for entry in kept.values() for name in entry.get("metrics") or {} if name.startswith("test_")})
    rows = []
    for number, entry in kept.items():
        metrics = entry.get("metrics") or {}
        cells = [shower(name, [metrics[name]])(metrics[name]) if name in metrics else "" for name in names]
        rows.append(("", [f"#{number}", *cells, _duration(entry.get("seconds") or 0), str(entry.get("seed", ""))]))
    head = ["trial", *(name.replace("_", " ") for name in names), "time", "seed"]
    escaped = [(mark, [html.escape(cell) for cell in cells]) for mark, cells in rows]
    return table(head, ["number"] * len(head), escaped)


def _flat(document: dict[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is not None:
            yield f"{prefix}{name}", value


def _reproduce(data: dict[str, Any]) -> str:
    """The space as it was written, and the versions that it ran with."""
    versions = [("", [html.escape(str(name)), html.escape(str(value))]) for name, value in _flat(data.get("versions") or {})]
    parts = []
    if data.get("space"):
        parts.append('<p class="note">Save this as space.yaml and run: nas search space.yaml</p>')
        parts.append(f"<pre>{html.escape(str(data['space']))}</pre>")
    if versions:
        rows = table(["package", "version"], ["word", "text"], versions)
        parts.append(f"<details open><summary>versions</summary>{rows}</details>")
    return "\n".join(parts)
