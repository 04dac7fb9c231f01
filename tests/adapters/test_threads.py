"""Worker threads that hold nobody up."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from adapters.threads import CLOSE_S, Threads, ThreadsClosedError
from core.about import about, current
from tests.contracts.sample import CONVERSATION

PATIENCE_S = 10.0


class Gate:
    """A call that is over when the gate is opened, and no sooner."""

    def __init__(self) -> None:
        self.came, self.opened = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.came.set()
        self.opened.wait()
        return "passed"


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def threads(gate: Gate) -> AsyncIterator[Threads]:
    threads = Threads(1, "one")
    yield threads
    gate.opened.set()
    await threads.close()


def alive(name: str) -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(name)]


async def test_what_a_call_gives_or_raises_comes_back(threads: Threads) -> None:
    assert await threads.submit(lambda: threading.current_thread().name) == "one_0"
    with pytest.raises(ZeroDivisionError):
        await threads.submit(lambda: 1 // 0)
    assert await threads.submit(lambda: 2) == 2


async def test_calls_are_made_in_the_order_they_come_by_no_more_threads_than_allowed() -> None:
    two, gates = Threads(2, "two"), [Gate(), Gate()]
    order: list[int] = []
    calls: list[asyncio.Future[Any]] = [two.submit(gate) for gate in gates]
    calls += [two.submit(partial(order.append, number)) for number in range(3)]
    for gate in gates:
        assert await asyncio.to_thread(gate.came.wait, PATIENCE_S)
    assert (order, len(alive("two"))) == ([], 2)
    gates[0].opened.set()
    await asyncio.wait(calls[2:], timeout=PATIENCE_S)
    assert order == [0, 1, 2]
    gates[1].opened.set()
    await two.close()
    assert alive("two") == []


async def test_what_a_call_logs_is_about_whoever_asked_for_it(threads: Threads) -> None:
    with about(CONVERSATION):
        asked = threads.submit(current)
    assert await asked == CONVERSATION
    assert await threads.submit(current) is None


async def test_what_is_cancelled_before_its_turn_is_left_out(threads: Threads, gate: Gate) -> None:
    made: list[str] = []
    running, left_out = threads.submit(gate), threads.submit(partial(made.append, "cancelled"))
    left_out.cancel()
    await asyncio.sleep(0)  # which the loop tells the thread's future in its next round
    gate.opened.set()
    await threads.submit(partial(made.append, "following"))
    assert (await running, made) == ("passed", ["following"])


async def test_closing_waits_for_what_runs_and_drops_what_waits(threads: Threads, gate: Gate) -> None:
    running, waiting = threads.submit(gate), threads.submit(lambda: "never")
    assert await asyncio.to_thread(gate.came.wait, PATIENCE_S)
    closing = asyncio.create_task(threads.close())
    with pytest.raises(ThreadsClosedError):
        await waiting
    gate.opened.set()
    await closing
    assert await running == "passed"
    assert alive("one") == []
    with pytest.raises(ThreadsClosedError):
        threads.submit(lambda: "too late")


@pytest.mark.parametrize("raises", [False, True])
async def test_closing_leaves_a_call_that_hangs_to_itself(gate: Gate, raises: bool) -> None:  # noqa: FBT001
    def call() -> None:
        gate()
        if raises:
            raise RuntimeError

    hanging = Threads(1, "hanging")
    running = hanging.submit(call)
    assert await asyncio.to_thread(gate.came.wait, PATIENCE_S)
    begun = time.monotonic()
    await hanging.close()
    assert CLOSE_S <= time.monotonic() - begun < CLOSE_S + 2
    with pytest.raises(ThreadsClosedError):
        await running
    [thread] = alive("hanging")
    gate.opened.set()
    await asyncio.to_thread(thread.join, PATIENCE_S)
    assert not thread.is_alive()  # what came of it after all is nobody's, and no error


async def test_a_call_that_failed_is_not_held_on_to(threads: Threads) -> None:
    class Sound:
        """As large as sounds are."""

    def fail(_: Sound) -> None:
        raise RuntimeError

    sound = Sound()
    held = weakref.ref(sound)
    gc.disable()
    try:
        with pytest.raises(RuntimeError):
            await threads.submit(partial(fail, sound))
        await threads.submit(lambda: None)
        del sound
        assert held() is None
    finally:
        gc.enable()


PROGRAM = """
import asyncio, sys, threading
from adapters.threads import Threads, leave_if_stuck

async def main():
    threads, came = Threads(1, "hanging"), threading.Event()
    def hang():
        came.set()
        threading.Event().wait()
    running = asyncio.create_task(asyncio.wait([threads.submit(hang)]))
    await asyncio.to_thread(came.wait)
    await threads.close()
    await running

leave_if_stuck(2)
asyncio.run(main())
print("over")
if len(sys.argv) > 1:
    leave_if_stuck(int(sys.argv[1]))
    print("taken apart")
"""


@pytest.mark.parametrize("status", ["", "1"])
def test_a_call_that_hangs_does_not_keep_the_process(status: str) -> None:
    command = [sys.executable, "-c", PROGRAM, *status]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (int(status or 0), "over\n", "")
