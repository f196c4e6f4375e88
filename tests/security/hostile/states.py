"""Checkpoints and weights: pickles that run code, tensors that are larger than their file."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import struct
import zipfile
from collections.abc import Iterator

from hostile import CANARY, Content, Hostile
from hostile.arrays import Evil

CALLS = {
    "os.system": f"cposix\nsystem\n(X\x0c\0\0\0touch {CANARY}tR.",
    "open": f"cbuiltins\nopen\n(X\x06\0\0\0{CANARY}X\x01\0\0\0wtR.",
    "eval": f"cbuiltins\neval\n(X\x13\0\0\0open('{CANARY}', 'w')tR.",
    "getattr": "cbuiltins\ngetattr\n(cposix\nsystem\nX\x08\0\0\0__call__tR.",
    "a module of the folder": "cevil\ntrain\n.",
    "an instance": f"(X\x06\0\0\0{CANARY}ibuiltins\nopen\n.",
    "an extension": "\x82\x01.",
    "bytearray": "cbuiltins\nbytearray\n(J\xff\xff\xff\x7ftR.",
    "torch.load": "ctorch.serialization\nload\n(X\x06\0\0\0canarytR.",
    "a tensor without numbers": "ctorch._utils\n_rebuild_meta_tensor_no_storage\n.",
    "a sparse tensor": "ctorch._utils\n_rebuild_sparse_tensor\n.",
    "a memo of 2^31": "Nr\xff\xff\xff\x7f.",
    "no end": "(" * 100_000,
    "lists in each other": "]" * 100_000 + "a" * 99_999 + ".",
    "a number of 10^5 digits": "I" + "9" * 100_000 + "\n.",
    "nothing": "",
}


def stored(members: dict[str, bytes], *, deflated: bool = False) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED) as out:
        for name, content in members.items():
            out.writestr(f"archive/{name}", content)
    return file.getvalue()


def archive(pickled: bytes, **members: bytes) -> bytes:
    """What torch takes for a file of its own, with this pickle."""
    return stored({"data.pkl": pickled, "byteorder": b"little", "version": b"3\n", **members})


def tensor(size: str, stride: str, *, held: int = 1) -> bytes:
    """A pickle of {"a": tensor} with `held` numbers in the file."""
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpu" + _number(held) + b"tQ"
    shape = "".join(["(", *(_number(int(n)).decode("latin1") for n in size.split()), "t"]).encode("latin1")
    steps = "".join(["(", *(_number(int(n)).decode("latin1") for n in stride.split()), "t"]).encode("latin1")
    order = b"ccollections\nOrderedDict\n)R"
    body = b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + b"K\x00" + shape + steps + b"\x89" + order + b"tR"
    return b"\x80\x02}X\x01\0\0\0a" + body + b"s."


def _number(value: int) -> bytes:
    content = value.to_bytes(9, "little", signed=True)
    return b"\x8a\x09" + content


def checkpoint(payload: bytes) -> bytes:
    """The same as a checkpoint whose digest is right."""
    return b"nas.checkpoint/1\n" + hashlib.blake2b(payload, digest_size=20).hexdigest().encode() + b"\n" + payload


def weights(head: object, data: bytes = bytes(64), *, size: int | None = None) -> bytes:
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text + data


def entry(shape: list[int], offsets: list[int], dtype: str = "F32") -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets}


WEIGHTS: dict[str, Content] = {
    "a pickle": pickle.dumps(Evil()),
    "a header of 2^63": weights({}, size=2**63),
    "a header of 10^9": weights({}, size=10**9),
    "a header without an end": weights(b'{"a": '),
    "a header of brackets": weights(b"[" * 100_000),
    "a shape of 2^40": weights({"a": entry([2**40], [0, 64])}),
    "a shape that wraps around": weights({"a": entry([2**32, 2**32, 4], [0, 64])}),
    "a negative shape": weights({"a": entry([-1], [0, 64])}),
    "offsets beyond the end": weights({"a": entry([16], [0, 10**12])}),
    "offsets backwards": weights({"a": entry([16], [64, 0])}),
    "parts upon each other": weights({"a": entry([16], [0, 64]), "b": entry([16], [0, 64])}),
    "a hole": weights({"a": entry([8], [32, 64])}),
    "an unknown type": weights({"a": entry([16], [0, 64], "EVIL")}),
    "one name twice": weights(
        b'{"a": %b, "a": %b}' % (json.dumps(entry([8], [0, 32])).encode(), json.dumps(entry([8], [32, 64])).encode())
    ),
    "notes that are no text": weights({"__metadata__": {"fingerprint": [1]}, "a": entry([16], [0, 64])}),
    "another network": weights({"__metadata__": {"fingerprint": "0" * 32}, "a": entry([16], [0, 64])}),
    "nothing": b"",
    "no tensors": weights({}, b""),
}


def states() -> Iterator[tuple[str, bytes]]:
    for name, text in CALLS.items():
        yield f"a call of {name}", archive(text.encode("latin1"))
        yield f"a call of {name}, in the second protocol", archive(b"\x80\x02" + text.encode("latin1"))
    yield "a plain pickle", pickle.dumps(Evil())
    for protocol in range(6):
        yield f"a pickle of protocol {protocol}", archive(pickle.dumps({"a": Evil()}, protocol=protocol))
    numbers = {"data/0": bytes(4)}
    for size, stride in (
        (f"{2**40}", "0"),
        ("1000000 1000000", "0 0"),
        (f"{2**62} 4", "0 0"),
        ("-1", "1"),
        ("4", "1"),
    ):
        yield f"a tensor of {size} with steps of {stride}", archive(tensor(size, stride), **numbers)
    yield "a tensor that says it has 10^9 numbers", archive(tensor("1", "1", held=10**9), **numbers)
    big = {
        "data.pkl": tensor("50000000", "1", held=50_000_000),
        "byteorder": b"little",
        "version": b"3\n",
        "data/0": bytes(200_000_000),
    }
    yield "deflated numbers", stored(big, deflated=True)
    yield "a list", archive(b"\x80\x02].")
    yield "no archive", bytes(1000)
    yield "nothing", b""


def inputs() -> Iterator[Hostile]:
    for name, payload in states():
        yield Hostile(f"a state: {name}", ("state",), {"trial/state.pt": checkpoint(payload)})
    for name, content in WEIGHTS.items():
        yield Hostile(f"weights: {name}", ("weights",), {"weights.safetensors": content})
        at = {"checkpoints/0/weights.safetensors": content}
        yield Hostile(f"weights in a run: {name}", ("export", "run", "0", "--to", "genome"), at, run=True)
