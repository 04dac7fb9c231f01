"""The program serving chat platforms, and candidates who do the same on each of them."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from base64 import b64decode
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self

from tests.process.home import Home
from tests.wires.discord import DiscordServer, Message
from tests.wires.telegram import TOKEN, Person, TelegramServer, buttons_of

_OPTIONS = {"voice": "mode"}
"""What an argument is called on Discord, where it is no code."""
START_S, HEAR_S, END_S = 60.0, 10.0, 10.0
"""`END_S` is a promise; the others are only so long that a busy machine fails no test."""


class Serving:
    """`interview-bot run`, or another command, until the end of the block; killed unless it was ended before."""

    def __init__(
        self, home: Home, *, program: Sequence[str] = ("-m", "bot"), command: Sequence[str] = ("run",), **settings: str
    ) -> None:
        self._home = home
        self._program = program
        self._command = command
        self._settings = {"QUIET_GAP_SECONDS": "0.2"} | settings

    async def __aenter__(self) -> Self:
        command = (sys.executable, *self._program, *self._command)
        environment = self._home.environment(**self._settings)
        self._process: Process = await asyncio.create_subprocess_exec(
            *command, cwd=self._home.path, env=environment, stdout=PIPE, stderr=PIPE
        )
        self.begins_with = await self._first_line()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._process.returncode is None:
            self._process.kill()
        _, err = await self._process.communicate()
        if kind is not None:
            sys.stderr.write(err.decode())

    @property
    def pid(self) -> int:
        return self._process.pid

    async def end(self, by: signal.Signals) -> tuple[int | None, str]:
        """End it by a signal; its exit status, and what else it told the owner."""
        with suppress(ProcessLookupError):  # somebody else was faster
            os.kill(self._process.pid, by)  # asking the process object would take its exit status away
        return await self.ended()

    async def ended(self) -> tuple[int | None, str]:
        """When it has ended: its exit status, and what else it told the owner."""
        async with asyncio.timeout(END_S):
            _, err = await self._process.communicate()
        return self._process.returncode, err.decode()

    async def _first_line(self) -> str:
        assert self._process.stderr is not None
        async with asyncio.timeout(START_S):
            return (await self._process.stderr.readline()).decode().strip()


@dataclass(frozen=True, slots=True)
class Heard:
    """A voice message: its sound, and what its platform was told of it; Telegram makes the waveform by itself."""

    sound: bytes
    seconds: float | None = None
    waveform: bytes = b""


class Candidate(Protocol):
    """Somebody on a platform."""

    settings: dict[str, str]

    async def start(self) -> None:
        """Ask for an interview."""

    async def write(self, text: str) -> None: ...

    async def speak(self, sound: bytes, seconds: float) -> None:
        """Send a voice note of so many seconds."""

    async def press(self, label: str) -> None: ...

    async def listened(self) -> list[Heard]:
        """All voice messages of the bot so far."""

    async def command(self, name: str, argument: str = "") -> None: ...

    async def turn(self, label: str, words: str) -> None:
        """Press a button, and wait until the message that it stands under holds these words instead."""

    async def hear(self, *words: str) -> str:
        """The bot's next message that holds any of these words."""


class OnTelegram:
    def __init__(self, server: TelegramServer) -> None:
        self._person = Person(server)
        self.settings = {"TELEGRAM_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": server.url}

    async def start(self) -> None:
        await self.command("start")
        assert "Telegram carries and keeps the messages" in await self.hear("Your interview partner")
        await self.press("Start an interview")

    async def write(self, text: str) -> None:
        self._person.writes(text)

    async def speak(self, sound: bytes, seconds: float) -> None:
        self._person.speaks(sound, round(seconds))

    async def listened(self) -> list[Heard]:
        voices = [one for one in self._person.chat.said if "voice" in one]
        return [Heard(self._person.listens(one), one["voice"]["duration"]) for one in voices]

    async def press(self, label: str) -> None:
        self._person.presses(label)

    async def command(self, name: str, argument: str = "") -> None:
        self._person.writes(f"/{name} {argument}".strip())

    async def turn(self, label: str, words: str) -> None:
        page = next(one for one in reversed(self._person.chat.said) if label in buttons_of(one))
        self._person.presses(label, page)
        async with asyncio.timeout(HEAR_S):
            while words not in page["text"]:
                await self._person.chat.changed.wait()

    async def hear(self, *words: str) -> str:
        async with asyncio.timeout(HEAR_S):
            while True:
                try:
                    said = await self._person.hears()
                    text = str(said.get("text") or said.get("caption", ""))
                except TimeoutError:
                    continue
                if any(word in text for word in words):
                    return text


class OnDiscord:
    def __init__(self, server: DiscordServer) -> None:
        self._server = server
        self._user = server.world.user("ana")
        self.id = self._user.id
        self._heard = 0
        self.settings = {"DISCORD_TOKEN": server.token, "DISCORD_API_BASE_URL": server.url}

    async def start(self) -> None:
        await self.connected()
        await self.command("interview start")

    async def connected(self) -> None:
        async with asyncio.timeout(START_S):
            await self._server.gateway.ready.wait()

    async def write(self, text: str) -> None:
        await self._server.writes(self._user, text)

    async def speak(self, sound: bytes, seconds: float) -> None:
        await self._server.speaks(self._user, sound, seconds=seconds)

    async def listened(self) -> list[Heard]:
        voices = [one for one in self._said() if one.voice]
        return [_heard(one) for one in voices]

    async def press(self, label: str) -> None:
        await self.connected()
        await self._server.presses(self._user, self._offering(label), label)

    async def command(self, name: str, argument: str = "") -> None:
        options: dict[str, Any] = {_OPTIONS.get(name, "code"): argument} if argument else {}
        await self._server.gives(self._user, name, **options)

    async def turn(self, label: str, words: str) -> None:
        page = self._offering(label)
        await self._server.presses(self._user, page, label)
        async with asyncio.timeout(HEAR_S):
            while words not in page.text:
                await self._server.next_change()

    def _offering(self, label: str) -> Message:
        return next(one for one in reversed(self._said()) if label in one.buttons)

    async def hear(self, *words: str) -> str:
        async with asyncio.timeout(HEAR_S):
            while True:
                for message in self._said()[self._heard :]:
                    self._heard += 1
                    if any(word in message.text for word in words):
                        return message.text
                await self._server.next_change()

    def _said(self) -> list[Message]:
        return self._server.said_in(self._server.world.direct(self._user))


def _heard(message: Message) -> Heard:
    ((_, sound),) = message.files.values()
    return Heard(sound, message.voice["duration_secs"], b64decode(message.voice["waveform"]))
