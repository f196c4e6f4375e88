"""Every reader, on its corpus and on random changes of it: the error of a user, within a second, or a value."""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # `readers` and `mutate`, which the fuzzer imports too

import mutate  # noqa: E402
import readers  # noqa: E402

SECONDS = 1
pytestmark = pytest.mark.filterwarnings("ignore::Warning:PIL")  # of pictures that it can make something of


def took(name: str, content: bytes) -> float:
    started = time.process_time()
    try:
        readers.read(name, content)
    except Exception as error:
        raise AssertionError(f"{name} of {content[:2000]!r}") from error
    return time.process_time() - started


@pytest.mark.parametrize("name", readers.READERS)
def test_the_first_seed_of_a_reader_is_taken(name):
    if name != "trained_weights":  # whose seed is of no network
        assert readers.read(name, readers.corpus(name)[0])


@pytest.mark.parametrize("name", readers.READERS)
def test_what_once_broke_a_reader_is_refused_or_read(name):
    for content in readers.corpus(name):
        assert took(name, content) < SECONDS


@pytest.mark.parametrize("count", [150, pytest.param(20_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", readers.READERS)
def test_random_changes_are_refused_or_read(name, count):
    numbers = random.Random(f"{name} {count}")
    known = readers.corpus(name)
    for _ in range(count):
        content = mutate.mutated(numbers.choice(known), known, numbers)
        assert took(name, content) < SECONDS, content
