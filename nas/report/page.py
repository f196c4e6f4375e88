"""The page of a run: the answer, the front, deeper or wider, the best networks, how they came about, what failed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from nas.report.all_trials import all_trials
from nas.report.best import best_networks
from nas.report.charts import charts
from nas.report.compared import compared
from nas.report.document import Section, document, note
from nas.report.failures import failures
from nas.report.final import duration, final_trainings
from nas.report.lineage import ancestry_table
from nas.report.published import published_table
from nas.report.reproduce import reproduce
from nas.report.scores import scores_against_results
from nas.report.trials import objectives
from nas.whole_files import write_alone

STATES = ("finished", "stopped", "paused", "failed", "repeat", "over-budget", "screened", "running")


def write_report(data: dict[str, Any], path: Path) -> None:
    """Write the page of a run; `data` as `contents` gives it, or as `nas show RUN --json` prints it, which has less."""
    write_alone(path, [page(data).encode()])


def page(data: dict[str, Any]) -> str:
    """The page as HTML."""
    return document(
        name=str(data.get("run") or "run"),
        answer=str(data.get("answer") or "There is no answer yet: no trial has finished."),
        facts=_facts(data),
        sections=sections(data),
    )


def sections(data: dict[str, Any]) -> list[Section]:
    """What the page shows, in its order; one that has nothing to show is left out."""
    drawn = charts(data)
    fronts = [chart for name, chart in drawn.items() if name.startswith("front-")]
    wanting = "" if fronts else note(f"No trial has {objectives(data)[0]} yet.")
    baselines = (data.get("baselines") or {}).get("text")
    return [
        Section("The comparison", compared(data.get("comparison"))),
        Section("The front", [wanting, *fronts, note(baselines) if baselines else "", published_table(data)]),
        Section("Deeper or wider", _some(drawn, "depth", "map")),
        Section("The best networks", [best_networks(data)]),
        Section("Final training, measured on the test part", [final_trainings(data.get("final"))]),
        Section("How they learned, and which choices mattered", _some(drawn, "curves", "importance")),
        Section("Where they came from", [*_some(drawn, "lineage"), ancestry_table(data)]),
        Section("Scores against results", [scores_against_results(data.get("agreement"))]),
        Section("What did not finish", [failures(data.get("trials") or [])]),
        Section("All trials", [all_trials(data)]),
        Section("To reproduce", [reproduce(data)]),
    ]


def _some(drawn: dict[str, Any], *names: str) -> list[Any]:
    return [drawn[name] for name in names if name in drawn]


def _facts(data: dict[str, Any]) -> str:
    trials = data.get("trials") or []
    counts = Counter(str(trial.get("state")) for trial in trials)
    known = [f"{counts[state]} {state}" for state in STATES if counts[state]]
    seconds = sum(trial.get("seconds") or 0 for trial in trials)
    facts = f"{len(trials)} trial{'' if len(trials) == 1 else 's'}: {', '.join(known)}" if trials else "no trials"
    spent = f"; {duration(seconds)} of training" if seconds else ""
    early = f"; ended early ({data['ended']})" if data.get("ended") else ""
    return facts + spent + early
