"""Ctrl-C is remembered where it would be swallowed."""

from __future__ import annotations

import signal
import threading

import pytest

from nas.runner.interrupt import Interrupts


def interrupt_that_is_swallowed() -> None:
    """As in a finaliser, whose exceptions nobody sees."""
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_swallowed_interrupt_is_raised_at_the_next_look():
    with Interrupts() as interrupts:
        interrupts.check()
        interrupt_that_is_swallowed()
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()


def test_afterwards_everything_is_as_before():
    before = signal.getsignal(signal.SIGINT)
    with Interrupts():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_it_does_nothing():
    def use() -> None:
        with Interrupts() as interrupts:
            interrupts.check()
        done.append(True)

    done: list[bool] = []
    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert done == [True]
