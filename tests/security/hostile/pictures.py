"""Folders of pictures: bombs, other formats, links, names."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from hostile import CANARY, Content, Hostile, search_space

POSTSCRIPT = f"""%!PS-Adobe-3.0 EPSF-3.0
%%BoundingBox: 0 0 8 8
%%EndComments
(%pipe%touch {CANARY}) (w) file
(outside/owned) (w) file
"""


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8), mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind)
    return file.getvalue()


def png(width: int, height: int, *chunks: bytes, data: bytes = b"") -> bytes:
    """A PNG that says how large it is, whatever its data hold."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), *chunks, chunk(b"IDAT", zlib.compress(data)), chunk(b"IEND", b"")]
    )


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


GOOD = picture()
PICTURES: dict[str, Content] = {
    "10^5 x 10^5 pixels": png(100_000, 100_000),
    "2^31 pixels in a row": png(2**31 - 1, 1),
    "40 million pixels": png(8000, 5000, data=bytes(8001 * 5000)),
    "no pixels": png(0, 0),
    "data that end": png(8, 8, data=bytes(10)),
    "a text of 60 MB": png(8, 8, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(60_000_000))), data=bytes(72)),
    "a profile of 60 MB": png(8, 8, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(60_000_000))), data=bytes(72)),
    "PostScript": POSTSCRIPT.encode(),
    "an icon": b"\0\0\1\0\1\0\0\0\0\0\1\0\x20\0\xff\xff\xff\xff\x16\0\0\0",
    "a film": b"\0\0\1\xba" + bytes(100),
    "a PDF": b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\n",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "a BMP of 2^31 pixels": b"BM"
    + struct.pack("<IHHIIiiHHIIiiII", 100, 0, 0, 54, 40, 2**31 - 1, -(2**31) + 1, 1, 24, 0, 0, 0, 0, 0, 0),
    "a PPM of 10^18 pixels": b"P6\n1000000000 1000000000\n255\n",
    "a PPM of many digits": b"P6\n" + b"9" * 5000,
    "half a JPEG": picture("JPEG", (64, 64))[:300],
    "half a TIFF": picture("TIFF")[:60],
    "a TIFF of loops": b"II*\0\x08\0\0\0\1\0\0\1\4\0\1\0\0\0\1\0\0\0\x08\0\0\0",
    "16 bits": picture(mode="I;16"),
    "garbage": bytes(range(256)) * 10,
    "nothing": b"",
    "another size": picture(size=(9, 9)),
    "colour": picture(mode="RGB"),
}


def folder(name: str = "a", **more: Content) -> dict[str, Content]:
    """Two classes of four good pictures."""
    return {f"d/{kind}/{number}.png": GOOD for kind in (name, "b") for number in range(4)} | dict(more)


def inputs() -> Iterator[Hostile]:
    for name, content in PICTURES.items():
        yield loaded(f"a picture of {name}, the first", folder() | {"d/a/0.png": content}, harmless=name == "colour")
        if name != "nothing":
            yield loaded(f"a picture of {name}, among others", folder() | {"d/b/2.png": content})
    for name in (
        "\x1b[2J\x1b]0;x\x07",
        "a\nb",
        "\u202eevil",
        "<script>alert(1)</script>",
        "x" * 255,
        "$(touch canary)",
        "CON",
        "-rf",
    ):
        yield loaded(f"a class called {name[:12]!r}", folder(name), harmless=True)
    yield loaded("a class that is a link out", folder() | {"d/c": _link("outside")})
    yield loaded("a class that is a link to the root", folder() | {"d/c": _link("../../../../../../..")})
    yield loaded("a picture that is a link out", folder() | {"d/a/9.png": _link("outside/secret")})
    yield loaded("a picture that is a device", folder() | {"d/a/9.png": _link("/dev/zero")}, harmless=True)
    yield loaded("a class that is a link to itself", folder() | {"d/c": _link("inside/d/c")}, harmless=True)
    yield loaded("a class within itself", folder() | {"d/a/a": _link("inside/d/a")}, harmless=True)
    yield loaded("a test part that is a link out", {"d/train/a/0.png": GOOD, "d/test": _link("outside")})
    yield loaded("no class", {"d/x.txt": ""})
    yield loaded("an empty class", folder() | {"d/c/x.txt": ""})


def loaded(name: str, files: dict[str, Content], *, harmless: bool = False) -> Hostile:
    text = search_space(data="data: {name: folder, path: d}")
    return Hostile(f"pictures: {name}", ("load",), {"space.yaml": text, **files}, harmless=harmless)


def _link(target: str) -> Content:
    def link(path: Path) -> None:
        here = next(parent for parent in path.parents if parent.name == "inside").parent
        path.symlink_to(target if target[0] in "/." else here / target)

    return link
