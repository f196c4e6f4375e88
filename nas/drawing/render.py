"""Graphviz, to place what is drawn and to make a picture of it: by the package pygraphviz, or by the program `dot`.

Both run in a process of their own: they print warnings of the system's fonts, and what they cannot place in time is ended.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from nas.errors import InputError, MissingExtraError

SECONDS = 120
FORMATS = ("svg", "png", "pdf")

_PROGRAM = r"""
import sys, pygraphviz
engine, form = sys.argv[1:]
drawn = (pygraphviz.AGraph(string=text).draw(format=form, prog=engine) for text in sys.stdin.read().split("\0"))
sys.stdout.buffer.write(b"\0".join(drawn))
"""


def there() -> bool:
    """Whether there is a Graphviz."""
    return importlib.util.find_spec("pygraphviz") is not None or shutil.which("dot") is not None


def layout(text: str) -> dict[str, Any]:
    """Where `dot` places everything, as Graphviz's JSON."""
    return json.loads(_run("dot", "json", text))


def picture(text: str, form: str, *, placed: bool = False) -> bytes:
    """A picture in the format svg, png or pdf; `placed`: everything has its place already."""
    return _run("nop2" if placed else "dot", form, text)


def vectors(texts: Sequence[str]) -> list[str]:
    """An SVG for each text, by one process: starting it takes longer than to draw a stage."""
    if not texts:
        return []
    if importlib.util.find_spec("pygraphviz") is not None:
        return _run("dot", "svg", "\0".join(texts)).decode().split("\0")
    drawn = _run("dot", "svg", "\n".join(texts)).decode()
    return [f"<?xml{each}" for each in drawn.split("<?xml")[1:]]


def _run(engine: str, form: str, text: str) -> bytes:
    try:
        done = subprocess.run(_command(engine, form), input=text.encode(), capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        raise InputError(f"Graphviz has not placed it after {SECONDS} s; collapse more of it") from None
    if done.returncode:
        raise InputError(f"Graphviz does not draw it: {done.stderr.decode(errors='replace').strip()[-300:]}")
    return done.stdout


def _command(engine: str, form: str) -> Sequence[str]:
    if importlib.util.find_spec("pygraphviz") is not None:
        return [sys.executable, "-P", "-X", "utf8", "-c", _PROGRAM, engine, form]
    program = shutil.which("dot")
    if program is None:
        raise MissingExtraError("pygraphviz", extra="draw", purpose="a drawing as SVG, PNG or PDF")
    return [program, f"-K{engine}", f"-T{form}"]
