"""Worker threads for calls that nobody can break off: one that hangs holds up neither its owner nor the process.

The pools of the standard library are waited for when the process ends, as long as it takes.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

CLOSE_S = 1.0
"""How long closing waits for calls that run; our own choice: a server that is told to end has 10 s for all."""

_Result = TypeVar("_Result")
_Call = tuple["Future[Any]", Callable[[], Any]]


_stuck: list[Thread] = []


def leave_if_stuck(status: int) -> None:
    """End the process with a status, here and now, where a call still runs that was given up; else do nothing.

    A library that is taken apart at the end of a process while a call of it runs crashes with it.
    """
    if any(thread.is_alive() for thread in _stuck):
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):  # nobody reads it any more
                stream.flush()
        os._exit(status)


class ThreadsClosedError(Exception):
    """The threads were closed before the call came to its end."""


class Threads:
    """Up to `most` threads, begun when they are first needed, which do calls in the order they come.

    It belongs to one event loop; only the calls themselves are made in the threads.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._threads: list[Thread] = []
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._unfinished: set[Future[Any]] = set()
        self._closed = False

    def submit(self, call: Callable[[], _Result]) -> asyncio.Future[_Result]:
        """Have a call made; one that is cancelled before its turn is left out. Raises ThreadsClosedError."""
        if self._closed:
            raise ThreadsClosedError
        future: Future[_Result] = Future()
        self._unfinished.add(future)
        self._calls.put((future, partial(copy_context().run, call)))  # what it logs is about whoever asks for it
        if len(self._threads) < self._most:
            thread = Thread(target=_work, args=(self._calls,), name=f"{self._name}_{len(self._threads)}", daemon=True)
            thread.start()
            self._threads.append(thread)
        result = asyncio.wrap_future(future)
        result.add_done_callback(lambda _: self._unfinished.discard(future))
        return result

    async def close(self) -> None:
        """Take no more calls, and wait for those that run, for `CLOSE_S` at most.

        All that have not come to their end then, and those whose turn had not come, end with ThreadsClosedError.
        """
        self._closed = True
        self._drop_waiting()
        for _ in self._threads:
            self._calls.put(None)
        try:
            await asyncio.to_thread(_join, self._threads)
        finally:
            for future in tuple(self._unfinished):
                _give_up(future)
            _stuck.extend(thread for thread in self._threads if thread.is_alive())

    def _drop_waiting(self) -> None:
        with suppress(Empty):
            while waiting := self._calls.get_nowait():
                _give_up(waiting[0])


def _work(calls: SimpleQueue[_Call | None]) -> None:
    while next_one := calls.get():
        future, call = next_one
        if future.set_running_or_notify_cancel():
            _make(future, call)
        del next_one, future, call  # nothing of it is held until the next one comes


def _make(future: Future[Any], call: Callable[[], Any]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - it is for whoever waits for the call
        with suppress(InvalidStateError):  # nobody waits any more: it was given up
            future.set_exception(error)
    else:
        with suppress(InvalidStateError):
            future.set_result(result)
    finally:
        del future, call  # the error holds what is in this frame, and the future holds the error


def _give_up(future: Future[Any]) -> None:
    with suppress(InvalidStateError):  # it has come to its end
        future.set_exception(ThreadsClosedError())


def _join(threads: list[Thread]) -> None:
    until = time.monotonic() + CLOSE_S
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
