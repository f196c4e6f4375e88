"""How long tests of faults wait for what takes seconds on a quiet machine; what a promise limits, its test measures itself."""

from __future__ import annotations

SECONDS = 900.0  # for one thing that must come
LONG_TEST_SECONDS = 3600.0  # for a test that is marked `long` and says nothing else
