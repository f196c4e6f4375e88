"""A search that was broken off, and what becomes of it when one of its files holds something else."""

from __future__ import annotations

import shutil
from pathlib import Path

from commands import ForkServer, Home
from harness import Broken


class Ruined:
    """`twin` is what the search would have become; each resume is of a copy, so that the next one finds it as it was."""

    def __init__(self, server: ForkServer, folder: Path, settings: tuple[str, ...], *, space: str | None, kill_when: int) -> None:
        self.folder, self.server = folder, server
        self.twin, self.broken = (Broken(server, Home(folder / name), settings) for name in ("twin", "broken"))
        for search in (self.twin, self.broken):
            search.space = space or search.space
        assert self.twin.go_on() == 0
        self.broken.go_on(kill_when=kill_when)
        assert self.broken.kills == 1

    def resumed(self, name: str, content: bytes | None) -> tuple[int, str, Broken]:
        """Resume a copy in which one file holds something else; exit status, what was said, and the copy."""
        home = Home(self.folder / "copy")
        shutil.rmtree(home.folder, ignore_errors=True)
        shutil.copytree(self.broken.home.folder, home.folder)
        copy = Broken(self.server, home)
        path = copy.run / name
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        before = _content(copy.run)
        home.err.write_bytes(b"")
        arguments = ["resume", "run", "--allow-code", "--runner", "runner.yaml"]
        status = self.server.wait(self.server.start(arguments, home))
        said = home.err.read_text()
        if status:
            assert _content(copy.run) == before, "a run that was refused was changed"
        return status, said, copy


def _content(run: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in run.rglob("*") if path.is_file() and path.name != "driver.lock"}
