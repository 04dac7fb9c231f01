from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from adapters.telegram import TelegramPlatform, Timing, Webhook
from core.messages import Block, BlockStyle, Choice, Inbound, Outbound, OutboundKind
from core.model import Conversation
from core.ports import StoreUnavailableError
from core.roles import Role
from core.speech import Speech
from tests.wires.telegram import TOKEN, Person, TelegramServer

QUICK = Timing(
    poll_s=5, read_s=2.0, connect_s=1.0, send_s=3.0, message_s=0.01, first_pause_s=0.01, longest_pause_s=0.05
)
SPEECH = Speech(b"OggS sound", 3.4, b"\x80\x10")
ROLE = Role("backend_engineer", "Backend Engineer", "Servers.", (), ())
WAIT_S = 5.0


class Takes:
    """Takes what comes in; `fails` is what the next ones end with, `refuses` an account that it does not take from.

    What comes while it `drops` is too much for it.
    """

    def __init__(self) -> None:
        self.taken: list[Inbound] = []
        self.attempts: list[Inbound] = []
        self.fails: list[Exception] = []
        self.refuses = ""
        self.drops = False
        self.holding: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()

    async def __call__(self, inbound: Inbound) -> bool:
        self.attempts.append(inbound)
        if inbound.conversation.account in self.holding:
            await self.holding[inbound.conversation.account].wait()
        if inbound.conversation.account == self.refuses:
            raise StoreUnavailableError("The disk is full.")
        if self.fails:
            self._notice()
            raise self.fails.pop(0)
        if not self.drops:
            self.taken.append(inbound)
        self._notice()
        return not self.drops

    def _notice(self) -> None:
        self._changed.set()
        self._changed.clear()

    async def until(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not wanted():
                await self._changed.wait()

    async def next(self, number: int = 0) -> Inbound:
        """The one with that number, counted from 0."""
        await self.until(lambda: len(self.taken) > number)
        return self.taken[number]


def conversation(person: Person) -> Conversation:
    return Conversation("telegram", str(person.chat.id), str(person.account))


def saying(*texts: str, style: BlockStyle = BlockStyle.TEXT, choices: tuple[Choice, ...] = ()) -> Outbound:
    return Outbound(OutboundKind.NOTICE, tuple(Block(style, text) for text in texts), choices)


async def until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not wanted():  # noqa: ASYNC110 - what is waited for tells nobody
            await asyncio.sleep(0.005)


@asynccontextmanager
async def running(platform: TelegramPlatform) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(platform.run())
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
        await platform.close()


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    """No message of the bot, and no edit, may turn words into a preview of a link."""
    async with TelegramServer() as server:
        yield server
    for form in server.asked("sendMessage") + server.asked("editMessageText"):
        assert form.link_preview_options.is_disabled


@pytest.fixture
def robin(server: TelegramServer) -> Person:
    return Person(server)


@pytest.fixture
def takes() -> Takes:
    return Takes()


def make(
    server: TelegramServer,
    takes: Takes,
    webhook: Webhook | None = None,
    quick: float = QUICK.send_s,
    allowed: Collection[int] = (),
    *,
    listens: bool = True,
) -> TelegramPlatform:
    return TelegramPlatform(
        TOKEN,
        takes,
        [ROLE],
        api_base_url=server.url,
        webhook=webhook,
        allowed_users=allowed,
        listens=listens,
        timing=replace(QUICK, send_s=quick),
    )


@pytest.fixture
async def platform(server: TelegramServer, takes: Takes) -> AsyncIterator[TelegramPlatform]:
    """Connected and polling."""
    platform = make(server, takes)
    async with running(platform):
        await until(lambda: bool(server.asked("getUpdates")))
        yield platform
