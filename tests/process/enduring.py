"""Candidates who go through an interview whatever happens to the process that holds it, and do nothing twice.

They do again only what their platform itself says has failed: a command or press on Discord that nobody took. What
was taken and only not acknowledged any more is answered, so it is not done again.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from random import Random
from typing import Any, Protocol

from tests.process.home import Home
from tests.process.serving import HEAR_S
from tests.wires.discord import DiscordServer, Interaction
from tests.wires.telegram import Person, TelegramServer, buttons_of

RATING = "how well did it go"
_ASKS = re.compile(r"(Question|Follow-up) \d of \d")
_THINKING_S = 0.05
_LOOK_S, _MISSED_S = 0.02, 0.3


class Seat(Protocol):
    """Where a candidate sits: one account on a platform."""

    platform: str
    account: str

    async def begin(self, request: dict[str, Any]) -> None:
        """Ask for an interview."""

    async def write(self, text: str) -> None: ...

    async def press(self, label: str) -> None: ...

    def told(self) -> list[str]:
        """Everything that the bot has said here, as it was said first."""

    async def next_change(self) -> None:
        """Until anything has happened, on the platform at large."""


class OnTelegram:
    platform = "telegram"

    def __init__(self, server: TelegramServer, account: int) -> None:
        self.account = str(account)
        self._server = server
        self._person = Person(server, account)

    async def begin(self, request: dict[str, Any]) -> None:
        self._person.writes(f"/interview {' '.join(map(str, request.values()))}")

    async def write(self, text: str) -> None:
        self._person.writes(text)

    async def press(self, label: str) -> None:
        offering = next(one for one in reversed(self._person.chat.said) if label in buttons_of(one))
        self._person.presses(label, offering)

    def told(self) -> list[str]:
        return [form.text for form in self._server.asked("sendMessage") if str(form.chat_id) == self.account]

    async def next_change(self) -> None:
        await self._person.chat.changed.wait()


class OnDiscord:
    """`lost` counts what was acknowledged by a process that was killed before it was on disk: it is done again, too."""

    platform = "discord"

    def __init__(self, server: DiscordServer, home: Home, name: str) -> None:
        self._server = server
        self._home = home
        self._user = server.world.user(name)
        self._room = server.world.direct(self._user)
        self.account = self._user.id
        self.lost = 0

    async def begin(self, request: dict[str, Any]) -> None:
        await self._insist(lambda: self._server.gives(self._user, "interview start", **request))

    async def write(self, text: str) -> None:
        await self._server.writes(self._user, text)

    async def press(self, label: str) -> None:
        offering = next(one for one in reversed(self._server.said_in(self._room)) if label in one.buttons)
        await self._insist(lambda: self._server.presses(self._user, offering, label))

    def told(self) -> list[str]:
        path, first = f"/channels/{self._room.id}/messages", dict[str, str]()
        for one in self._server.exchanges:
            if one.method == "POST" and one.path.endswith(path) and one.status == 200:
                cards = [str(card["description"]) for card in one.body.get("embeds", ())]
                first.setdefault(one.answer["id"], "\n".join([one.body.get("content") or "", *cards]).strip())
        return [first.get(one.id, one.text) for one in self._server.said_in(self._room)]

    async def next_change(self) -> None:
        await self._server.next_change()

    async def _insist(self, act: Callable[[], Awaitable[Interaction]]) -> None:
        """Do it until it is taken: a person sees that Discord says it has failed, or else that it is answered."""
        while True:
            await self._server.gateway.ready.wait()
            before = {*self._server.interactions}
            acting = asyncio.ensure_future(act())
            await until(lambda: acting.done() or not self._is_connected)  # noqa: B023 - it is over by the next time
            if acting.done():
                if await self._is_stored(await acting):
                    return
                self.lost += 1
            else:
                acting.cancel()
                if any(map(self._rows, self._given_since(before))):
                    return

    async def _is_stored(self, taken: Interaction) -> bool:
        """Whether it gets to the disk as long as that process lives."""
        await until(lambda: self._rows(taken) or not self._is_connected)
        return bool(self._rows(taken))

    def _given_since(self, before: set[str]) -> list[Interaction]:
        every = self._server.interactions.items()
        return [one for token, one in every if token not in before and one.user is self._user]

    def _rows(self, taken: Interaction) -> list[tuple[Any, ...]]:
        return self._home.rows(f"SELECT id FROM seen_update WHERE inbound_id = 'interaction:{taken.id}'")

    @property
    def _is_connected(self) -> bool:
        return self._server.gateway.ready.is_set()


async def until(fits: Callable[[], object]) -> None:
    """Until something is so that nobody tells of."""
    while not fits():  # noqa: ASYNC110 - see above
        await asyncio.sleep(_LOOK_S)


async def hear(seat: Seat, *words: str, after: int = 0) -> None:
    """Until one has been told something with any of these words, after so many messages."""
    async with asyncio.timeout(HEAR_S):
        while not any(word in text for text in seat.told()[after:] for word in words):
            with suppress(TimeoutError):  # it may have come just before it was waited for
                await asyncio.wait_for(seat.next_change(), _MISSED_S)


async def go_through(seat: Seat, request: dict[str, Any], answers: Iterator[str], chance: Random) -> None:
    """A whole interview, each thing said once: what the bot says a second time is not answered a second time."""
    await seat.begin(request)
    heard, before = 0, ""
    while True:
        told = seat.told()
        if len(told) == heard:
            with suppress(TimeoutError):  # it may have come just before it was waited for
                await asyncio.wait_for(seat.next_change(), _MISSED_S)
            continue
        is_repeat, text, heard = told[heard] == before, told[heard], heard + 1
        before = text
        if is_repeat:
            continue
        await asyncio.sleep(chance.uniform(0, _THINKING_S))
        if "Your report:" in text:
            return
        if RATING in text:
            await seat.press("Well")
        elif _ASKS.search(text):
            await seat.write(next(answers))
