"""Genomes that are none, or too much of one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hostile import Hostile

HEAD = [{"name": "x", "op": "input", "shape": [3, 32, 32]}]


def document(*nodes: dict[str, Any], outputs: Any = None, head: list[dict[str, Any]] = HEAD) -> str:
    whole: dict[str, Any] = {
        "schema": "nas.genome/1",
        "nodes": [*head, *nodes, {"name": "out", "op": "output", "inputs": ["last"]}],
    }
    return json.dumps(whole if outputs is None else whole | {"outputs": outputs})


def last(op: str = "activation", inputs: Any = ("x",), **arguments: Any) -> dict[str, Any]:
    return {"name": "last", "op": op, "inputs": inputs, **arguments}


def chain(length: int) -> str:
    nodes = [{"name": f"n{i}", "op": "activation", "inputs": [f"n{i - 1}" if i else "x"]} for i in range(length)]
    return document(*nodes, last(inputs=[f"n{length - 1}"]))


DOCUMENTS = {
    "a cycle": document(last(inputs=["last"])),
    "a cycle of two": document({"name": "a", "op": "activation", "inputs": ["last"]}, last(inputs=["a"])),
    "an input that is not there": document(last(inputs=["nowhere"])),
    "the same name twice": document(last(), last()),
    "a dead end": document(last(), {"name": "dead", "op": "activation", "inputs": ["x"]}),
    "a million nodes in a line": '{"schema": "nas.genome/1", "nodes": [' + '{"name": "a", "op": "input"},' * 1_000_000 + "]}",
    "too many nodes": '{"schema": "nas.genome/1", "nodes": [' + ", ".join(["{}"] * 49_000) + "]}",
    "10^18 channels": document(last("conv2d", out_channels=10**18)),
    "10^6 channels twice": document(
        {"name": "a", "op": "conv2d", "inputs": ["x"], "out_channels": 10**6}, last("conv2d", inputs=["a"], out_channels=10**8)
    ),
    "a kernel of 10^9": document(last("conv2d", out_channels=8, kernel=[10**9, 10**9], padding=[10**9, 10**9])),
    "an image of 10^9 x 10^9": document(last(), head=[{"name": "x", "op": "input", "shape": [3, 10**9, 10**9]}]),
    "a negative shape": document(last(), head=[{"name": "x", "op": "input", "shape": [-3, 32, 32]}]),
    "a shape of text": document(last(), head=[{"name": "x", "op": "input", "shape": "32"}]),
    "a shape of 500 axes": document(last(), head=[{"name": "x", "op": "input", "shape": [1] * 500}]),
    "an empty shape": document(last(), head=[{"name": "x", "op": "input", "shape": []}]),
    "a padding of 10^12": document(last("conv2d", out_channels=1, padding=10**12)),
    "an upsampling by 10^9": document(last("upsample", scale=10**9)),
    "a pyramid of 10^6 levels": document(last("spatial_pyramid_pool", levels=[10**6])),
    "an unknown operation": document(last("os.system")),
    "an operation called __class__": document(last("__class__")),
    "an argument called __class__": document(last(__class__="x")),
    "an argument of the wrong kind": document(last("conv2d", out_channels={"a": [1, {"b": 2}]})),
    "an activation called by an escape": document(last(function="\x1b[2J")),
    "inputs that are a text": document(last(inputs="x")),
    "inputs that are numbers": document(last(inputs=[1])),
    "outputs that are a number": document(last(), outputs=3),
    "outputs that are not there": document(last(), outputs=["x"]),
    "an empty list of nodes": '{"schema": "nas.genome/1", "nodes": []}',
    "another schema": '{"schema": "nas.genome/99", "nodes": [{}]}',
    "a list": "[1, 2]",
    "a text": '"nas.genome/1"',
    "a number": "1",
}
NAMES = ("../../outside/x", "/etc/passwd", "a b", "a\nb", "\x1b[2J", "a" * 100_000, "", ".", "x/../y", "<script>", "a//b", "é")


def inputs() -> Iterator[Hostile]:
    for name, text in DOCUMENTS.items():
        yield Hostile(f"a genome with {name}", ("genome", "show", "g.json"), {"g.json": text})
        yield Hostile(f"a genome with {name}, trained", ("train", "g.json", "--space", "tiny", "--out", "new"), {"g.json": text})
    for name in NAMES:
        text = document({"name": name, "op": "activation", "inputs": ["x"]}, last(inputs=[name]))
        yield Hostile(f"a node called {name[:12]!r}", ("genome", "show", "--nodes", "g.json"), {"g.json": text})
    for length in (1000, 19_900, 60_000):
        yield Hostile(
            f"{length} nodes in a row", ("genome", "show", "g.json"), {"g.json": chain(length)}, harmless=length < 20_000
        )
    wide = document(last("concat", inputs=["x"] * 20_000))
    yield Hostile("20,000 inputs to one node", ("genome", "show", "g.json"), {"g.json": wide}, harmless=True)
    ladder = [{"name": f"n{i}", "op": "add", "inputs": [f"n{i - 1}" if i else "x"] * 4} for i in range(2000)]
    text = document(*ladder, last(inputs=["n1999"]))
    yield Hostile("4^2000 paths", ("genome", "paths", "g.json"), {"g.json": text}, harmless=True)
