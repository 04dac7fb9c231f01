"""Everybody's turn comes soon, whatever else has come at once."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bot.loop import run

MANY = 40
EACH_S = 0.005
Pairs = list[tuple[socket.socket, socket.socket]]


@pytest.fixture
def pairs() -> Iterator[Pairs]:
    with ExitStack() as stack:
        made = [socket.socketpair() for _ in range(MANY)]
        for one in (one for pair in made for one in pair):
            stack.enter_context(one).settimeout(0)
        yield made


def reading(pairs: Pairs, read: Callable[[int], None]) -> None:
    """Have something come for all at once, and call `read` with the number of each."""
    loop = asyncio.get_running_loop()
    for number, (here, there) in enumerate(pairs):
        loop.add_reader(here, read, number)
        there.send(b"it")


def test_a_timer_need_not_wait_for_all_that_has_come_at_once(pairs: Pairs) -> None:
    order = list[int | str]()

    async def work() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def read(number: int) -> None:
            pairs[number][0].recv(2)
            time.sleep(EACH_S)
            order.append(number)
            if len([one for one in order if one != "timer"]) == MANY:
                done.set()

        reading(pairs, read)
        loop.call_later(2 * EACH_S, order.append, "timer")
        await done.wait()

    run(work())
    assert {one for one in order if one != "timer"} == {*range(MANY)}
    assert "timer" in order[: MANY // 4]


def test_nobody_waits_for_those_who_have_something_again_and_again(pairs: Pairs) -> None:
    read_by = [0] * MANY

    async def work() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def read(number: int) -> None:
            read_by[number] += 1  # and what has come stays there
            if sum(read_by) == 3 * MANY:
                done.set()

        reading(pairs, read)
        await done.wait()
        for here, _ in pairs:
            loop.remove_reader(here)

    run(work())
    assert max(read_by) - min(read_by) <= 1


def test_who_no_longer_waits_is_not_told(pairs: Pairs) -> None:
    told = list[str]()

    async def work() -> None:
        loop = asyncio.get_running_loop()

        def read(number: int) -> None:
            told.append("first")
            for other, (here, _) in enumerate(pairs):
                loop.remove_reader(here)
                if other == MANY - 1:
                    loop.add_reader(here, anew)

        def anew() -> None:
            told.append("anew")
            pairs[-1][0].recv(2)

        reading(pairs, read)
        await asyncio.sleep(0.05)
        pairs[-1][1].send(b"it")  # who waits anew still does
        await asyncio.sleep(0.05)

    run(work())
    assert told == ["first", "anew", "anew"]


def test_it_gives_what_the_work_gives_and_raises_what_it_raises() -> None:
    async def gives() -> int:
        return 7

    async def fails() -> None:
        raise LookupError

    assert run(gives()) == 7
    with pytest.raises(LookupError):
        run(fails())
