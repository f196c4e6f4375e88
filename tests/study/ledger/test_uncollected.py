"""Without garbage collection for a while, and with it again afterwards."""

from __future__ import annotations

import gc

import pytest

from nas.study.ledger.uncollected import uncollected


def test_garbage_is_collected_again_afterwards_even_after_an_error():
    assert gc.isenabled()

    @uncollected()
    def fail() -> None:
        assert not gc.isenabled()
        raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert gc.isenabled()


def test_who_had_switched_it_off_finds_it_switched_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
