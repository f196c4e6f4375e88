"""Ctrl-C is remembered where it would be swallowed."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

import pytest

from nas.runner.interrupt import Interrupts, Terminated


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


def test_sigterm_is_told_from_ctrl_c():
    with Interrupts() as interrupts:
        with pytest.raises(Terminated):
            signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Terminated):
            interrupts.check()


def test_an_inner_one_is_the_outer_one():
    with Interrupts() as outer, Interrupts() as inner:
        assert inner is outer
        interrupt_that_is_swallowed()
        with pytest.raises(KeyboardInterrupt):
            outer.check()


def test_another_thread_ends_what_the_main_thread_waits_for():
    with Interrupts() as interrupts:
        threading.Timer(0.2, lambda: interrupts.fail(RuntimeError("the head is gone"))).start()
        with pytest.raises(RuntimeError, match="the head is gone"):
            threading.Event().wait(20)


def test_what_comes_while_it_is_held_is_raised_after():
    def struck(interrupts: Interrupts) -> None:
        with interrupts.held():
            signal.raise_signal(signal.SIGTERM)
            done.append("all of it")
        done.append("no more")

    done: list[str] = []
    with Interrupts() as interrupts, pytest.raises(Terminated):
        struck(interrupts)
    assert done == ["all of it"]


def test_an_error_while_it_is_held_gives_way_to_the_signal_that_may_have_caused_it():
    def fails(interrupts: Interrupts) -> None:
        with interrupts.held():
            signal.raise_signal(signal.SIGINT)
            raise ValueError("its own")

    with Interrupts() as interrupts, pytest.raises(KeyboardInterrupt):
        fails(interrupts)


def test_an_error_of_a_held_block_without_a_signal_is_raised():
    with Interrupts() as interrupts, pytest.raises(ValueError, match="its own"), interrupts.held():
        raise ValueError("its own")


def test_a_held_block_that_goes_on_after_a_signal_is_ended_with_the_process():
    script = (
        "import signal, time\n"
        "from nas.runner import interrupt\n"
        "interrupt.HELD_SECONDS = 0.1\n"
        "with interrupt.Interrupts() as interrupts, interrupts.held():\n"
        "    signal.raise_signal(signal.SIGTERM)\n"
        "    time.sleep(60)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=50).returncode == 143
