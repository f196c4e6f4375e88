"""Files of arrays: .npz, IDX, CIFAR; pickled, deflated, or claiming to be larger than they are."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hostile import CANARY, Content, Hostile, search_space


class Evil:
    """What leaves a canary when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (CANARY, "w")


def npy(array: np.ndarray, *, pickled: bool = False) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=pickled)
    return file.getvalue()


def header(text: str, *, version: int = 1, data: bytes = b"") -> bytes:
    """An .npy file with this header, whatever it says."""
    encoded = text.encode() + b"\n"
    size = struct.pack("<H" if version == 1 else "<I", len(encoded))
    return b"\x93NUMPY" + bytes([version, 0]) + size + encoded + data


def archive(*, deflated: bool = False, **members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED) as out:
        for name, content in members.items():
            out.writestr(f"{name}.npy", content)
    return file.getvalue()


def described(dtype: str, shape: str) -> str:
    return f"{{'descr': {dtype}, 'fortran_order': False, 'shape': {shape}}}"


X, Y = npy(np.zeros((30, 8, 8), np.uint8)), npy(np.arange(30) % 3)
EVIL = npy(np.array([Evil(), Evil()], object), pickled=True)
IMAGES = {
    "pickled images": EVIL,
    "a shape of 10^18": header(described("'|u1'", f"({10**18}, 8, 8)")),
    "a shape of 10^30": header(described("'|u1'", f"({10**30}, 8, 8)")),
    "a negative shape": header(described("'|u1'", "(-1, 8, 8)"), data=bytes(64)),
    "a shape that wraps around": header(described("'|u1'", f"({2**32}, {2**32}, 1)")),
    "a shape of floats": header(described("'|u1'", "(1.5, 8, 8)"), data=bytes(96)),
    "a type of 10^9 bytes": header(described("'|V1000000000'", "(1,)")),
    "a type of nothing": header(described("'|V0'", "(10, 8, 8)")),
    "a type of fields": header(described("[('a', '|O')]", "(3,)"), data=pickle.dumps(Evil())),
    "an unknown type": header(described("'evil'", "(3,)")),
    "a header that is code": header(f"__import__('os').system('touch {CANARY}')"),
    "a header of brackets": header("(" * 9000),
    "a header of 4 GB": b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + bytes(100),
    "a header of the third version": header(described("'|u1'", "(3, 8, 8)"), version=3, data=bytes(10)),
    "no header": bytes(100),
    "nothing": b"",
    "numbers that end early": X[:-100],
    "more numbers than it says": X + bytes(1000),
    "not numbers": npy(np.full((30, 8, 8), "x")),
    "complex numbers": npy(np.zeros((30, 8, 8), np.complex64)),
    "times": npy(np.zeros((30, 8, 8), "datetime64[s]")),
    "NaN": npy(np.full((30, 8, 8), np.nan)),
    "images without pixels": npy(np.zeros((30, 0, 8), np.uint8)),
    "one axis": npy(np.zeros(30, np.uint8)),
    "images of 10^5 x 10^5 pixels": header(described("'|u1'", "(1, 100000, 100000)")),
}
LABELS = {
    "pickled labels": EVIL,
    "labels of another number": npy(np.arange(29)),
    "labels of text": npy(np.full(30, "a")),
    "labels of numbers with points": npy(np.full(30, 0.5)),
    "two rows of labels": npy(np.zeros((30, 30), np.int64)),
    "a class for each image": npy(np.arange(30)),
    "labels below zero and above all": npy(np.array([-(2**63), 2**63 - 1, 0] * 10)),
}
CLASSES = {
    "pickled classes": EVIL,
    "classes that are numbers": npy(np.arange(3)),
    "classes with escapes": npy(np.array(["\x1b[2J", "a", "a"])),
    "too few classes": npy(np.array(["a"])),
}


def bomb(name: str, unpacked: int) -> bytes:
    """An archive whose images are so many zeros, deflated to a thousandth."""
    return archive(deflated=True, **{name: header(described("'|u1'", f"({unpacked // 64}, 8, 8)"), data=bytes(unpacked)), "y": Y})


def lying() -> bytes:
    """An archive whose directory says that an array is short, while a hundred times as much is packed in it."""
    content = bytearray(archive(deflated=True, x=header(described("'|u1'", "(1562500, 8, 8)"), data=bytes(10**8)), y=Y))
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = struct.pack("<I", 5000)
    return bytes(content)


def idx(sizes: tuple[int, ...], data: bytes, *, kind: int = 8) -> bytes:
    return bytes([0, 0, kind, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes) + data


def mnist(images: bytes, *, packed: bool = False) -> dict[str, Content]:
    ending = ".gz" if packed else ""
    labels = idx((30,), bytes(range(3)) * 10)
    return {
        f"d/train-images-idx3-ubyte{ending}": gzip.compress(images) if packed else images,
        "d/train-labels-idx1-ubyte": labels,
        "d/t10k-images-idx3-ubyte": idx((30, 8, 8), bytes(30 * 64)),
        "d/t10k-labels-idx1-ubyte": labels,
    }


IDX = {
    "2^96 pixels": idx((2**32 - 1, 2**32 - 1, 2**32 - 1), bytes(100)),
    "4 GB": idx((2**20, 64, 64), bytes(100)),
    "too few pixels": idx((30, 8, 8), bytes(100)),
    "another kind": idx((30, 8, 8), bytes(30 * 64 * 8), kind=14),
    "five axes": idx((1, 1, 1, 1, 1), bytes(1)),
    "nothing": b"",
    "no pixels": idx((0, 8, 8), b""),
}


def inputs() -> Iterator[Hostile]:
    for kind, members, whole in (("x", IMAGES, {"y": Y}), ("y", LABELS, {"x": X}), ("classes", CLASSES, {"x": X, "y": Y})):
        for name, content in members.items():
            yield _loaded(
                f"an archive of {name}", "{name: npz, path: d.npz}", {"d.npz": archive(**{**whole, kind: content})}, name
            )
    for name, content in (("200 MB", bomb("x", 200_000_000)), ("a lie", lying()), ("labels", bomb("y", 200_000_000))):
        yield _loaded(f"a bomb of {name}", "{name: npz, path: d.npz}", {"d.npz": content}, name)
    for name, content in (
        ("garbage", bytes(1000)),
        ("a zip's end", b"PK\x05\x06" + b"\xff" * 18),
        ("nothing", b""),
        ("one half", archive(x=X, y=Y)[:900]),
    ):
        yield _loaded(f"an archive that is {name}", "{name: npz, path: d.npz}", {"d.npz": content}, name)
    for name, content in IDX.items():
        for packed in (False, True):
            yield _loaded(f"IDX with {name}{', packed' * packed}", "{name: idx, path: d}", mnist(content, packed=packed), name)
    yield _loaded(
        "IDX as a gzip bomb", "{name: idx, path: d}", mnist(idx((3_125_000, 8, 8), bytes(200_000_000)), packed=True), ""
    )
    yield _loaded("IDX that links out", "{name: idx, path: d}", mnist(b"") | {"d/train-images-idx3-ubyte": _link_out}, "")
    rows = bytes(3073 * 10)
    batches: dict[str, Content] = {f"d/{name}.bin": rows for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch")}
    cifar = {"a file of a terabyte": _sparse, "half a row": rows[:-1], "nothing": b"", "a link out": _link_out}
    for name, content in cifar.items():
        yield _loaded(f"CIFAR with {name}", "{name: cifar10, path: d}", batches | {"d/data_batch_3.bin": content}, name)
    names = {"an endless line": b"a" * 10**6, "no text": b"\xff" * 1000, "a link out": _link_out}
    for name, content in names.items():
        yield _loaded(
            f"names of CIFAR's classes: {name}", "{name: cifar10, path: d}", batches | {"d/batches.meta.txt": content}, name
        )
    pickled = {"d/cifar-10-batches-py/data_batch_1": pickle.dumps(Evil())}
    yield _loaded("CIFAR, pickled", "{name: cifar10, path: d}", pickled, "")


def _loaded(name: str, data: str, files: dict[str, Content], what: str) -> Hostile:
    harmless = what in ("classes with escapes", "labels below zero and above all")
    return Hostile(name, ("load",), {"space.yaml": search_space(data=f"data: {data}"), **files}, harmless=harmless)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10**12)


def _link_out(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.parent.parent.parent / "outside" / "secret")
