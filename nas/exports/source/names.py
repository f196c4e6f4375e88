"""Names of classes, variables and arguments: Python's rules, no two alike, and the papers' words where a block has one."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Collection

RESERVED = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | {"self", "torch", "nn", "F", "Tensor", "OrderedDict", "Path"}


def identifier(text: str) -> str:
    """A name for a variable: "three/conv-1" -> "three_conv_1"."""
    name = re.sub(r"\W", "_", text, flags=re.ASCII).strip("_") or "x"
    name = f"x{name}" if name[0].isdigit() else name
    return f"{name}_" if name in RESERVED else name


def class_name(text: str) -> str:
    """A name for a class: "inception_a" -> "InceptionA"."""
    words = [word for word in re.split(r"[\W_]+", text, flags=re.ASCII) if word]
    name = "".join(word[0].upper() + word[1:] for word in words) or "Block"
    name = f"Block{name}" if name[0].isdigit() else name
    return f"{name}Block" if name in RESERVED else name


def free(name: str, taken: Collection[str]) -> str:
    """The name, or with the lowest number behind it that makes it new."""
    if name not in taken:
        return name
    number = 2
    while f"{name}{number}" in taken:
        number += 1
    return f"{name}{number}"
