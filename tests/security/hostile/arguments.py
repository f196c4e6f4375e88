"""Names and paths: of spaces, runs, trials, files, formats and networks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from hostile import Hostile, as_space, search_space

NAMES = (
    *(
        "../outside/x",
        "/tmp/x",
        "..",
        ".",
        "",
        ".hidden",
        "a/b",
        "a\\\\b",
        "C:x",
        "x\\0y",
        "x\\ny",
        "x\\ry",
        "\\e[2Jx",
        "\\u202Ex",
    ),
    *(
        "a" * 300,
        "CON",
        "con",
        "nul",
        "NUL.txt",
        "COM1",
        "lpt9.x",
        "~root",
        "$HOME",
        "`touch canary`",
        "$(touch canary)",
        "-rf",
        "é",
        "x ",
    ),
)
PATHS = (
    *(
        "x\\0y",
        "a" * 5000,
        "/dev/zero",
        "/dev/stdin",
        "/proc/self/mem",
        "~nobody_at_all/x",
        "loop",
        "pipe",
        "\\e]0;x\\a",
        "../" * 1000,
    ),
    *("outside", "https://example.org/x", "file:///etc/passwd", "", "."),
)
NETWORKS = (
    *("resnet_cifar(depth=600000000000000002)", "densenet(depth=4000000000)", "vgg(classes=1000000000000000000)"),
    *("fractalnet(columns=60)", "lenet5(classes=-1)", "__class__", "resnet_cifar.__init__", "resnet_cifar(__class__=1)"),
    *("resnet_cifar(depth=[[[[[[1]]]]]])", "resnet_cifar(" + "(" * 5000, "resnet_cifar(depth=!!python/name:os.system)"),
    *(
        "wide_resnet(widen=1000000000)",
        "resnet_cifar(depth=1e999)",
        "a" * 10_000,
        "\x1b[2J",
        "lenet5(input_shape=[1, 1000000000, 1000000000])",
    ),
    "preresnet_cifar(depth=900002)",
)


def links(folder: Path) -> None:
    """A link that leads to itself, and a pipe that nobody writes to."""
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")


def inputs() -> Iterator[Hostile]:
    for name in NAMES:
        yield from as_space(f"the name {name[:12]!r}", search_space(name=f'name: "{name}"'))
    for path in PATHS:
        places = {
            "data": search_space(data=f'data: {{name: npz, path: "{path}"}}'),
            "a folder of data": search_space(data=f'data: {{name: folder, path: "{path}"}}'),
            "a start": search_space(kind="kind: edits", network=f'network: {{start: "{path}"}}'),
            "another run": search_space(strategy=f'strategy: {{name: surrogate, learn_from: ["{path}"]}}'),
        }
        for place, text in places.items():
            command = ("search", "space.yaml", "--dry-run", "--runner", "local")
            yield Hostile(f"{path[:16]!r} as {place}", command, {"space.yaml": text, ".": links})
    for name in NETWORKS:
        yield Hostile(f"the network {name[:30]!r}", ("genome", "show", f"zoo:{name}"))
        yield Hostile(f"the start {name[:30]!r}", ("space", "check", "space.yaml"), {"space.yaml": _start(name)})
    for trial in ("../0", "-1", "1e9", "9" * 5000, "\x1b[2J", "best/../..", "٣"):
        yield Hostile(f"the trial {trial[:12]!r} shown", ("show", "run", "--", trial), run=True)
        yield Hostile(f"the trial {trial[:12]!r} exported", ("export", "run", "--to", "genome", "--", trial), run=True)
    for name in ("../x", "onnx/../..", "\x1b[2J", "a" * 5000):
        yield Hostile(f"the format {name[:12]!r}", ("export", "run", "best", "--to", name), run=True)
    for override in ("__class__=1", "network.__init__.__globals__=1", "a" * 5000 + "=1", "name=../x", "=", "\x1b[2J=1"):
        yield Hostile(f"the override {override[:20]!r}", ("space", "check", "tiny", "--set", override))
    yield Hostile("a folder that is a link to another", ("search", "tiny", "--out", "new/x"), {".": _linked_out}, harmless=True)


def _start(name: str) -> str:
    quoted = name.replace("\x1b", "\\e")
    return search_space(kind="kind: edits", network=f'network: {{start: "zoo:{quoted}"}}')


def _linked_out(folder: Path) -> None:
    (folder / "new").symlink_to(folder / "loop")
