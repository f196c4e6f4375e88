"""What the documents show is true: their commands and programs run, and their lists are those of the registries.

Blocks of `sh`, `python` and `yaml` run in their order in one folder; one that opens with a file's name as a comment is written
there instead. `<!-- not run: why -->` leaves a block out. Searches run with settings that take seconds.
"""

from __future__ import annotations

import contextlib
import glob
import inspect
import io
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import nas
from nas import api, blocks, connectivities, ops, shipped, strategies
from nas.cli.main import app, main
from nas.cli.zoo import figures
from nas.zoo import entries, find

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("README.md", "results/README.md")  # their blocks follow each other
AS_THEY_ARE = ("nasbench201", "thrifty.yaml")  # searches of a table, or whose epochs and rungs are what is shown
TINY = ["train.epochs=1", "train.final_epochs=1", "stop.name=none", "data.limit=60", "train.precision=float32"]


class Block(NamedTuple):
    """A fenced block of a document."""

    document: str
    line: int
    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The name that its first line, a comment, gives it."""
        named = re.match(r"# (\S+\.(?:yaml|py))\n", self.text)
        return named[1] if named else None


def blocks_of(document: str) -> list[Block]:
    """The blocks of a document that are to run."""
    text = (ROOT / document).read_text(encoding="utf-8")
    found = []
    for match in re.finditer(r"(<!-- not run: [^\n]*-->\n)?^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        if not match[1] and match[2] in ("sh", "python", "yaml"):
            found.append(Block(document, text[: match.start(3)].count("\n") + 1, match[2], match[3]))
    return found


def quick(arguments: list[str]) -> list[str]:
    """The same command in seconds: few trials of few images, and no Ray."""
    command, *rest = arguments
    runner = [] if "--runner" in rest else ["--runner", "inline"]
    if command == "search":
        shown = rest[0] in AS_THEY_ARE
        tiny = ["data.limit=60"] if shown else TINY
        return [*arguments, *runner, "--trials", "4" if shown else "2", *(part for value in tiny for part in ("--set", value))]
    if command == "latency":
        return [*arguments, "--engines", "eager"]
    return [*arguments, *runner, "--trials", "3"] if command == "resume" else arguments


def run_commands(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is `nas ...`, perhaps with `*` in a path or its output sent to a file; its status must be 0."""
    for line in text.splitlines():
        words = shlex.split(line, comments=True)
        name, *arguments = [path for word in words for path in (sorted(glob.glob(word)) if "*" in word else [word])]
        assert name == "nas"
        output, errors = io.StringIO(), io.StringIO()
        target = Path(arguments[-1]) if ">" in arguments else None
        monkeypatch.setattr(sys, "argv", ["nas", *quick(arguments[:-2] if target else arguments)])
        with pytest.raises(SystemExit) as end, contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            main()
        assert not end.value.code, f"{line}\n{errors.getvalue()}"
        if target:
            target.write_text(output.getvalue())


@pytest.fixture
def photos(tmp_path: Path) -> None:
    """Two classes of pictures."""
    image = pytest.importorskip("PIL.Image")
    draw = np.random.default_rng(0)
    for label, name in enumerate(("daisy", "rose")):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(20):
            pixels = draw.integers(0, 100, (40, 50, 3)) + 120 * label
            image.fromarray(pixels.astype(np.uint8)).save(tmp_path / "photos" / name / f"{number}.jpg")


@pytest.mark.usefixtures("photos")
def test_what_the_readme_shows_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def search(space: str, *, overrides: tuple[str, ...] = (), **options: Any) -> nas.Run:
        return api.search(space, **options | {"runner": "inline", "trials": 2, "overrides": [*overrides, *TINY]})

    monkeypatch.setattr(nas, "search", search)
    for block in [block for document in DOCUMENTS for block in blocks_of(document)]:
        if block.file is not None:
            Path(block.file).write_text(block.text)
        elif block.language == "sh":
            run_commands(block.text, monkeypatch)
        else:
            exec(compile(block.text, f"{block.document}:{block.line}", "exec"), {"__name__": "__main__"})
    monkeypatch.delitem(sys.modules, "mine")
    runs = {path.parent.name for path in Path("results").glob("*/study.journal")}
    assert {"digits", "first", "flowers", "blobs", "choices", "more", "thrifty", "two", "mine"} <= runs


def test_what_contributing_shows_runs(tmp_path: Path) -> None:
    """In a process of its own, because it registers what other tests would find."""
    found = blocks_of("CONTRIBUTING.md")
    assert {block.language for block in found} == {"python"}
    program = "\n".join(block.text for block in found)
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def listed(kind: str) -> list[str]:
    """The names in the README's list of this kind."""
    text = re.search(rf"<!-- {kind} -->(.*?)\.\n", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert text is not None, f"README.md lists no {kind}"
    return re.findall(r"`([\w-]+)`", text[1])


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("ops", [name for name in ops.registry.names() if ops.registry.get(name).__module__.startswith("nas.")]),
        ("blocks", blocks.names()),
        ("connectivities", connectivities.names()),
        ("strategies", strategies.names()),
        ("spaces", shipped.names("search_spaces")),
        ("studies", shipped.names("search_spaces/studies")),
    ],
)
def test_lists_of_names_are_those_of_the_registries(kind, names):
    assert listed(kind) == sorted(names)


def test_the_published_networks_are_as_the_zoo_has_them():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"<!-- zoo -->{len(list(entries()))}." in text
    rows = re.findall(r"^\| `([\w.-]+)` \| (\d+) \| ([\d,]+) \| ([\d,]+) \| (.*) \|$", text, re.MULTILINE)
    assert len(rows) > 20
    for name, *shown in rows:
        genome = find(name).genome
        assert shown == [str(genome.depth), f"{genome.params:,}", f"{genome.macs:,}", figures(find(name))]


def test_the_options_of_every_strategy_are_in_its_table():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("| `strategy.name` | `strategy.options` |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([\w-]+)` \|(.*?)\|", section, re.MULTILINE)
    shown = {name: re.findall(r"`(\w+): ([^`]+)`", options) for name, options in rows}
    parameters = {name: inspect.signature(strategies.get(name)).parameters.values() for name in strategies.names()}
    assert shown == {
        name: [(p.name, str(p.default)) for p in found if p.kind is p.KEYWORD_ONLY] for name, found in parameters.items()
    }


def test_every_runner_is_named():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    line = re.search(r"<!-- runners -->(.*) are shipped", text)
    assert line is not None
    assert re.findall(r"`([\w-]+)`", line[1]) == shipped.names("runners")


def test_every_command_is_in_the_table():
    commands = [command.name for command in app.registered_commands] + [group.name for group in app.registered_groups]
    table = re.findall(r"^\| `nas (\w+)` \|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(map(str, commands))


def test_the_tables_of_keys_are_those_of_the_models():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(ROOT / "docs" / "keys.py"))["filled"](text) == text, "run: python docs/keys.py"


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "results/README.md"])
def test_links_within_the_project_lead_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("http")]
    assert [link for link in links if not (ROOT / document).parent.joinpath(link).exists()] == []
