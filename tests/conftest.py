"""What all tests share: decoded images are kept in a folder that goes away; made-up examples are the same each time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # `buckets`

settings.register_profile("alike", derandomize=True, database=None, deadline=None)  # the same examples on every machine
settings.load_profile("alike")


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
