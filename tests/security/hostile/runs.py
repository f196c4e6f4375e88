"""Folders of runs from a stranger: their search, study, notes, links and exports."""

from __future__ import annotations

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hostile import Content, Hostile, search_space
from hostile.arrays import Evil
from hostile.code_names import NAMED
from hostile.documents import BOMBS, TAGS
from nas.study.ledger.journal import HEAD, _head, sealed

READS = (("show", "run"), ("show", "run", "0"), ("show", "run", "--json"), ("report", "run"))
ESCAPE = "\x1b]0;owned\x07\x1b[2J"


def every_line(change: Callable[[dict[str, Any]], Any]) -> Content:
    """The study with each of its lines changed."""

    def changed(path: Path) -> None:
        _, *lines = [json.loads(line) for line in path.read_text().splitlines()]
        logs = [change({key: value for key, value in line.items() if key != "digest"}) for line in lines]
        content = sealed(logs, b"")  # its digests are right: whoever made it could compute them
        path.write_bytes(_head(HEAD + len(content)) + content)

    return changed


def trial_with(**fields: Any) -> Content:
    """The study with these fields in all of its trials."""

    def change(line: dict[str, Any]) -> dict[str, Any]:
        attributes = line.get("user_attrs") or line.get("user_attr") or {}
        for part in ("trial", "result"):
            if isinstance(attributes.get(part), dict):
                attributes[part] |= {name: value for name, value in fields.items() if name in attributes[part]}
        return line

    return every_line(change)


def _set(line: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return line | {key: value} if key in line else line


STUDIES: dict[str, Content] = {
    "garbage": bytes(range(256)) * 10,
    "nothing": "",
    "an empty line": "\n",
    "numbers": "1\n2\n",
    "lists in each other": "[" * 100_000 + "\n",
    "a line of 5 MB": "x" * 5_000_000,
    "a pickle": pickle.dumps(Evil()),
    "an unknown operation": every_line(lambda line: line | {"op_code": 99}),
    "an operation that is a text": every_line(lambda line: line | {"op_code": "0"}),
    "another study's name": every_line(lambda line: _set(line, "study_name", "../x")),
    "trials of no study": every_line(lambda line: _set(line, "study_id", 10**9)),
    "trials of text": every_line(lambda line: _set(line, "trial_id", "../x")),
    "unknown states": every_line(lambda line: _set(line, "state", 99)),
    "values of text": every_line(lambda line: _set(line, "values", ["x"])),
    "distributions of text": every_line(lambda line: _set(line, "distributions", {"a": "evil"})),
    "distributions of code": every_line(
        lambda line: _set(line, "distributions", {"a": '{"name": "os.system", "attributes": {}}'})
    ),
    "attributes of text": every_line(lambda line: _set(line, "user_attrs", {"trial": "x", "result": 1})),
    "no attributes": every_line(lambda line: _set(line, "user_attrs", {})),
    "times of text": every_line(lambda line: _set(line, "datetime_start", "never")),
}
TRIALS: dict[str, Content] = {
    "a repeat of ../..": trial_with(repeats="../../outside", state="repeat"),
    "a repeat of another": trial_with(repeats=10**9, state="repeat"),
    "an unknown state": trial_with(state=ESCAPE),
    "a state of a list": trial_with(state=["finished"]),
    "choices of text": trial_with(choices="x"),
    "choices with escapes": trial_with(choices={ESCAPE: ESCAPE, "<script>alert(1)</script>": "<img src=x onerror=alert(1)>"}),
    "a genome of text": trial_with(genome="x"),
    "a genome of another schema": trial_with(genome={"schema": "x"}),
    "a genome that is too much": trial_with(genome={"schema": "nas.genome/1", "nodes": [{}] * 100_001}),
    "params of text": trial_with(params="x"),
    "params of 5000 digits": trial_with(params=10**4000),
    "a reason with escapes": trial_with(reason=ESCAPE, state="failed"),
    "a reason of HTML": trial_with(reason="<script>alert(1)</script>", state="failed"),
    "a reason of 1 MB": trial_with(reason="x" * 1_000_000, state="failed"),
    "a reason of a number": trial_with(reason=1, state="failed"),
    "metrics of text": trial_with(metrics={"error": "x"}),
    "metrics that are a list": trial_with(metrics=[1]),
    "metrics with escapes": trial_with(metrics={"error": 0.1, ESCAPE: 0.2, "<script>": 0.3}),
    "metrics that are infinite": trial_with(metrics={"error": float("inf")}),
    "scores of text": trial_with(scores={"naswot": "x"}),
    "legs of text": trial_with(legs="x"),
    "legs of one number": trial_with(legs=[[1]]),
    "parents of text": trial_with(parents="../x"),
    "an inheritance of ../..": trial_with(inherits="../../outside"),
    "seconds of text": trial_with(seconds="x"),
    "an attempt of text": trial_with(attempt=[]),
}
NOTES: dict[str, Content] = {
    "lists in each other": "[" * 100_000,
    "a number": "1",
    "text": "evil",
    "a number of 5000 digits": "9" * 5000,
    "no text": b"\xff" * 100,
    "lists for its parts": '{"space": [], "versions": [], "commit": []}',
    "HTML": '{"space": {"text": "<script>alert(1)</script>"}, "versions": {"<script>": "</td><script>"}, "commit": "<b>"}',
    "a file of 20 MB": b"[" + b"1," * 10_000_000 + b"1]",
}


def inputs() -> Iterator[Hostile]:
    for name, content in STUDIES.items():
        for command in (*READS[:2], ("resume", "run", "--runner", "local")):
            yield _run(f"a study of {name}", command, {"study.journal": content}, harmless=True)
    for name, content in TRIALS.items():
        for command in (*READS, ("export", "run", "0", "--to", "genome")):
            yield _run(f"trials with {name}", command, {"study.journal": content}, harmless=True)
    for name, content in NOTES.items():
        yield _run(f"notes of {name}", ("report", "run"), {"environment.json": content}, harmless=True)
    for number, tag in enumerate(TAGS[:4]):
        yield _run(f"the tag {number} in its search", ("show", "run"), {"search.yaml": search_space(name=f"name: {tag}")})
    for name in ("merge keys", "flow lists in each other"):
        yield _run(f"a bomb of {name} in its search", ("show", "run"), {"search.yaml": BOMBS[name]})
    yield from _with_code()
    yield from _with_links()


def _with_code() -> Iterator[Hostile]:
    """Code that the search of a run names; what only shows it needs none of it, unless it is an import."""
    commands = (
        *READS,
        ("runs", "."),
        ("resume", "run", "--runner", "local", "--trials", "9"),
        ("train", "run", "0", "--again"),
        ("export", "run", "0"),
    )
    for name in ("an evaluator", "data", "an import", "all of them"):
        text = search_space(**{"strategy": "strategy: {trials: 2}", **NAMED[name]})
        for command in commands:
            needs = (
                command[0] in ("resume",)
                or name in ("an import", "all of them")
                or (name == "data" and command[0] in ("train", "export"))
            )
            harmless = not needs or command[0] == "runs"
            if command[0] in ("train", "export") and name == "an evaluator":
                continue  # trains with the recipe of the file, and no code is named that it needs
            yield _run(f"{name} in its search", command, {"search.yaml": text}, harmless=harmless)


def _with_links() -> Iterator[Hostile]:
    for name in (
        "study.journal",
        "search.yaml",
        "checkpoints",
        "exports",
        "checkpoints/0",
        "exports/0",
        "checkpoints/9",
        "environment.json",
    ):
        target = "secret" if name.endswith((".journal", ".yaml", ".json")) else ""
        for command in (("show", "run"), ("resume", "run", "--runner", "local"), ("export", "run", "0", "--to", "genome")):
            yield _run(f"a link out as {name}", command, {name: _link(target)})
    files = json.dumps({"schema": "nas.export/1", "files": {"../../../outside/secret": {}, "/etc/passwd": {}}})
    export = ("export", "run", "0", "--to", "genome")
    yield _run("an export that lists others' files", export, {"exports/0/manifest.json": files}, harmless=True)
    yield _run("an export of lists in each other", export, {"exports/0/manifest.json": "[" * 100_000})
    yield _run("an export with others' files", export, {"exports/0/mine.txt": "x"})


def _link(target: str) -> Content:
    def link(path: Path) -> None:
        outside = next(parent for parent in path.parents if parent.name == "inside").parent / "outside"
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() and not path.is_symlink() else path.unlink(missing_ok=True)
        path.symlink_to(outside / target)

    return link


def _run(name: str, command: tuple[str, ...], files: dict[str, Content], *, harmless: bool = False) -> Hostile:
    return Hostile(f"a run with {name}: {' '.join(command)}", command, files, run=True, harmless=harmless)
