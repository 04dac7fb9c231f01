"""Procrastinate's connector, which listens for new jobs with one connection for a whole process.

At every commit that tells of a job the server wakes every connection that listens, whatever for: one for each queue of
each process would be woken for the jobs of all of them. And every process that is woken looks for a job, which one of
them has taken: so where many come one after the other, they are told of together.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Iterable
from typing import Any

from procrastinate import PsycopgConnector
from procrastinate.connector import Notify

TOGETHER_S = 0.1
"""New jobs of a queue of which is heard within this time after the last was told of are told of at its end."""
AGAIN_S = 0.2
"""After so many seconds what still listens is asked again to end."""


class Connector(PsycopgConnector):
    """Listens to all `channels` as soon as somebody wants to hear of one of them."""

    def __init__(self, channels: Iterable[str], **options: Any) -> None:
        super().__init__(**options)
        self._channels = tuple(channels)
        self._told: list[tuple[frozenset[str], Notify]] = []
        self._listening: asyncio.Task[None] | None = None
        self._held: dict[str, str | None] = {}  # what is told at the end of a pause, by channel
        self._begun: set[asyncio.Task[None]] = set()

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Tell somebody of what is heard on some of the channels. Raises ConnectorException; nobody listens then."""
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(super().listen_notify(self._tell, self._channels))
        told = frozenset(channels), on_notification
        self._told.append(told)
        try:
            await asyncio.shield(self._listening)
        finally:
            self._told.remove(told)
            if not self._told and self._listening is not None:
                self._begin(_ended(self._listening))
                self._listening = None

    async def _tell(self, *, channel: str, payload: str) -> None:
        """Tell of something at once, unless it is a new job so soon after another."""
        if json.loads(payload)["type"] == "job_inserted":
            if channel in self._held:
                self._held[channel] = payload
                return
            self._held[channel] = None
            asyncio.get_running_loop().call_later(TOGETHER_S, self._tell_held, channel)
        for channels, on_notification in [*self._told]:
            if channel in channels:
                await on_notification(channel=channel, payload=payload)

    def _tell_held(self, channel: str) -> None:
        payload = self._held.pop(channel)
        if payload is not None:
            self._begin(self._tell(channel=channel, payload=payload))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for."""
        task = asyncio.create_task(work)
        self._begun.add(task)
        task.add_done_callback(self._begun.discard)


async def _ended(listening: asyncio.Task[None]) -> None:
    """End what listens: asked once, it may take that for the loss of its connection, and make a new one."""
    while not listening.done():
        listening.cancel()
        await asyncio.wait([listening], timeout=AGAIN_S)
