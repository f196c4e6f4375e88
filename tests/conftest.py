"""What all tests share: decoded images are kept in a folder that goes away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
