"""A file system that fsspec knows by "bucket://", as an object store would be: each process reaches the same objects.

Its objects lie in the folder that the environment variable BUCKETS names. A file there called "broken" makes it fail.
"""

from __future__ import annotations

import os
from typing import Any

from fsspec.implementations.local import LocalFileSystem


class Buckets(LocalFileSystem):
    """Objects below a folder; folders are made as they are needed, as in an object store there are none."""

    protocol = ("bucket",)

    def __init__(self, **options: Any) -> None:
        super().__init__(auto_mkdir=True, **options)

    @classmethod
    def _strip_protocol(cls, path: Any, *arguments: Any) -> str:
        text = str(path)
        root = os.environ["BUCKETS"]
        return text if text.startswith(root) else f"{root}/{text.removeprefix('bucket://').strip('/')}"

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **options: Any) -> None:
        self._fail()
        super().pipe_file(path, value, mode, **options)

    def cat_file(self, path: str, *arguments: Any, **options: Any) -> bytes:
        self._fail()
        return super().cat_file(path, *arguments, **options)

    def _fail(self) -> None:
        """What the libraries of object stores raise is no OSError."""
        try:
            with open(f"{os.environ['BUCKETS']}/broken") as file:
                raise RuntimeError(file.read())
        except FileNotFoundError:
            return


def register() -> None:
    """Make it known to this process."""
    import fsspec

    fsspec.register_implementation("bucket", Buckets, clobber=True)


register()
