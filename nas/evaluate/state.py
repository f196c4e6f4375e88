"""What `torch.save` wrote, read without running any of it and without growing: a file may come from a stranger.

`torch.load(weights_only=True)` runs no code, and yet makes what a file of 1.5 kB asks for: a tensor of 2^40 numbers, all at
one place in memory, or a deflated one of a thousand times the file. So what the file asks for is looked at first.
"""

from __future__ import annotations

import io
import pickle
import pickletools
import zipfile
from typing import Any

MOST_BYTES = 1 << 33  # of a state
MOST_PICKLED = 1 << 26  # of what is in it beside the numbers of tensors
MOST_OBJECTS = 1_000_000

_TENSORS = "torch._utils _rebuild_tensor_v2"
_STORAGES = ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool")
_NAMES = frozenset([_TENSORS, "collections OrderedDict", *(f"torch {kind}Storage" for kind in _STORAGES)])


class BadState(ValueError):
    """What is no state that `Checkpoint.save` wrote."""


def read_state(payload: bytes | memoryview) -> dict[str, Any]:
    """The dict of tensors and plain data that was saved, tensors on the CPU; `BadState` for anything else."""
    import torch  # on demand: what only asks whether there is a state does not wait for torch

    _check_archive(payload)
    try:
        state = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises what it meets, and all of it means the same
        raise BadState(f"torch cannot read it: {type(error).__name__}") from None
    if not isinstance(state, dict):
        raise BadState(f"it holds a {type(state).__name__}")
    _check_values(state)
    return state


def _check_archive(payload: bytes | memoryview) -> None:
    """See that the archive holds its tensors as they are, and names nothing but tensors and plain data."""
    if len(payload) > MOST_BYTES:
        raise BadState(f"it has more than {MOST_BYTES:,} bytes")
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            members = archive.infolist()
            if any(m.compress_type != zipfile.ZIP_STORED or m.file_size != m.compress_size for m in members):
                raise BadState("it is compressed")
            if sum(member.file_size for member in members) > len(payload):
                raise BadState("its parts lie upon each other")
            pickled = [member for member in members if member.filename.endswith("/data.pkl")]
            if len(pickled) != 1 or pickled[0].file_size > MOST_PICKLED:
                raise BadState("it is not what torch.save writes")
            content = archive.read(pickled[0])
    except (zipfile.BadZipFile, EOFError, OSError, LookupError, NotImplementedError, RuntimeError, ValueError) as error:
        raise error if isinstance(error, BadState) else BadState(f"it is no archive: {error}") from None
    _check_names(content)


def _check_names(pickled: bytes) -> None:
    try:
        for opcode, argument, _ in pickletools.genops(pickled):
            if opcode.name in ("STACK_GLOBAL", "INST", "OBJ", "EXT1", "EXT2", "EXT4"):
                raise BadState(f"it has the operation {opcode.name}")
            if opcode.name == "GLOBAL" and argument not in _NAMES:
                raise BadState(f"it names '{str(argument)[:60]}'")
    except (ValueError, EOFError, IndexError, OverflowError, MemoryError, pickle.UnpicklingError) as error:
        raise error if isinstance(error, BadState) else BadState(f"it is damaged: {error}") from None


def _check_values(state: dict[str, Any]) -> None:
    """See that each tensor has its numbers in the file, and that the rest is plain and finite."""
    import torch

    stack: list[Any] = [state]
    seen = 0
    while stack:
        value = stack.pop()
        seen += 1
        if seen > MOST_OBJECTS:
            raise BadState(f"it has more than {MOST_OBJECTS:,} values")
        if isinstance(value, dict):
            stack.extend(value)
            stack.extend(value.values())
        elif isinstance(value, list | tuple):
            stack.extend(value)
        elif isinstance(value, torch.Tensor):
            if value.layout is not torch.strided or value.numel() * value.element_size() > value.untyped_storage().nbytes():
                raise BadState(f"it has a tensor of {tuple(value.shape)} whose numbers are not there")
        elif not (value is None or isinstance(value, bool | int | float | str)):
            raise BadState(f"it holds a {type(value).__name__}")
