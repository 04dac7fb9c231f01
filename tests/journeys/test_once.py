"""One step, one answer and one call of the model for each thing done on a platform, however often it arrives there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import discord
import pytest

from adapters.discord import DiscordPlatform
from adapters.ollama import OllamaModel
from adapters.telegram import TelegramPlatform, Webhook
from bot.wiring import SystemClock
from core.interviewers.model import ModelInterviewer
from core.interviewers.queue import ModelQueue
from core.model import Conversation, Interview, Phase
from core.ports import Platform, Store
from core.runner import Runner
from tests.adapters.telegram.conftest import QUICK
from tests.adapters.telegram.conftest import running as telegram_running
from tests.adapters.telegram.test_webhook import SECRET, free_port
from tests.contracts.fake_store import FakeStore
from tests.journeys.house import ANSWERS, ROLES
from tests.journeys.speaking import CRITERIA, GAP_S, SENTENCES, is_consideration, listening
from tests.wires.discord import DiscordServer, Interaction, Message
from tests.wires.ollama import ChatRequest, OllamaServer
from tests.wires.telegram import TOKEN, Person, TelegramServer

ROLES_LISTED = "Jobs I can interview for"
WAIT_S = 10.0


class OnTelegram:
    def __init__(self, server: TelegramServer, *, by_webhook: bool) -> None:
        self._server, self._robin = server, Person(server)
        self.where = Conversation("telegram", str(self._robin.chat.id), str(self._robin.account))
        port = free_port()
        self._webhook = Webhook(f"http://127.0.0.1:{port}/hook", port, SECRET) if by_webhook else None
        self._polling: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def serving(self, runner: Runner, _: Store) -> AsyncIterator[TelegramPlatform]:
        roles, url = [*ROLES.values()], self._server.url
        more = {"api_base_url": url, "webhook": self._webhook, "timing": QUICK}
        platform = TelegramPlatform(TOKEN, runner.receive, roles, **more)  # type: ignore[arg-type]
        async with telegram_running(platform):
            yield platform

    async def writes(self, *texts: str) -> None:
        for text in texts:
            self._robin.writes(text)

    async def presses(self, *labels: str) -> None:
        seen = {label: dict(self._with(label)) for label in labels}
        for label in labels:
            self._robin.presses(label, seen[label])

    async def again(self) -> None:
        """The next poll brings it under other numbers; a webhook's answers were lost."""
        updates = self._server.updates
        if self._webhook is not None:
            updates.deliver_again()
            return
        for one in [*updates.confirmed]:
            (kind,) = one.keys() - {"update_id"}
            updates.add(kind, one[kind])

    def said(self) -> list[str]:
        return [str(one.get("text", one.get("caption", ""))) for one in self._robin.chat.said]

    def _with(self, label: str) -> dict[str, object]:
        every = reversed(self._robin.chat.said)
        return next(one for one in every if any(label in str(row) for row in [one.get("reply_markup")]))


class OnDiscord:
    def __init__(self, server: DiscordServer) -> None:
        self._server, self._ana = server, server.world.user("ana")
        self._direct = server.world.direct(self._ana)
        self.where = Conversation("discord", self._direct.id, self._ana.id)
        self._written: list[Message] = []
        self._pressed: list[Interaction] = []

    @asynccontextmanager
    async def serving(self, runner: Runner, store: Store) -> AsyncIterator[DiscordPlatform]:
        platform = DiscordPlatform(
            self._server.token,
            receive=runner.receive,
            typing=runner.typing,
            roles=[*ROLES.values()],
            last_seen=partial(store.last_seen, "discord"),
            api_base_url=self._server.url,
            first_pause_s=0.01,
        )
        running = asyncio.create_task(platform.run())
        await self._server.connected()
        yield platform
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await platform.close()

    async def writes(self, *texts: str) -> None:
        self._written += await asyncio.gather(*(self._server.writes(self._ana, text) for text in texts))

    async def presses(self, *labels: str) -> None:
        every = self._server.said_in(self._direct)
        messages = [next(one for one in reversed(every) if label in one.buttons) for label in labels]
        both = zip(messages, labels, strict=True)
        self._pressed += await asyncio.gather(*(self._server.presses(self._ana, *one) for one in both))

    async def again(self) -> None:
        """The same events once more, and then a session that has to fetch what it missed, and knows it all."""
        for message in self._written:
            await self._server.again(message)
        for one in self._pressed:
            await self._server.gateway.dispatch("INTERACTION_CREATE", one.wire(self._server.world))
        await self._server.gateway.invalidate()
        await self._server.connected()

    def said(self) -> list[str]:
        return [one.text for one in self._server.said_in(self._direct)]


@pytest.fixture(autouse=True)
def no_pause_between_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(self: discord.Client, shard_id: int | None, *, initial: bool = False) -> None:
        pass

    monkeypatch.setattr(discord.Client, "before_identify_hook", at_once)


@pytest.fixture(params=["polls", "webhook", "discord"])
async def place(request: pytest.FixtureRequest) -> AsyncIterator[OnTelegram | OnDiscord]:
    if request.param == "discord":
        async with DiscordServer() as server:
            yield OnDiscord(server)
    else:
        async with TelegramServer() as telegram:
            yield OnTelegram(telegram, by_webhook=request.param == "webhook")


@pytest.fixture
async def model() -> AsyncIterator[OllamaServer]:
    async with OllamaServer(listening()) as model:
        yield model


class Sitting:
    """Somebody at a place, with everything behind it."""

    def __init__(self, place: OnTelegram | OnDiscord, model: OllamaServer, runner: Runner, store: Store) -> None:
        self.place, self._runner, self._store = place, runner, store
        self._model = model

    @property
    def considered(self) -> list[ChatRequest]:
        return [chat.body for chat in self._model.chats if is_consideration(chat.body)]

    @property
    def calls(self) -> int:
        return len(self._model.chats)

    async def until(self, words: str) -> None:
        await self._until(lambda: any(words in one for one in self.place.said()))

    async def quiet(self) -> None:
        """Until all that has arrived is taken, and nothing is under way."""
        before = self.count(ROLES_LISTED)
        await self.place.writes("/roles")
        await self._until(lambda: self.count(ROLES_LISTED) > before)
        await self._runner.idle(self.place.where)

    async def interview(self) -> Interview:
        found = await self._store.current_interview(await self._store.candidate(self.place.where))
        assert found
        return found

    def count(self, words: str) -> int:
        return sum(words in one for one in self.place.said())

    async def _until(self, wanted: Callable[[], bool]) -> None:
        async with asyncio.timeout(WAIT_S):
            while not wanted():  # noqa: ASYNC110 - what is waited for tells nobody
                await asyncio.sleep(0.005)


@pytest.fixture
async def sitting(place: OnTelegram | OnDiscord, model: OllamaServer) -> AsyncIterator[Sitting]:
    store = FakeStore(ROLES)
    async with OllamaModel(model.url, "llama3.1:8b") as language:
        await language.prepare()
        platforms: dict[str, Platform] = {}
        runner = Runner(
            store=store,
            interviewer=ModelInterviewer(ModelQueue(language)),
            platforms=platforms,
            roles=ROLES,
            clock=SystemClock(),
            quiet_gap_s=GAP_S,
        )
        async with place.serving(runner, store) as platforms[place.where.platform]:
            sitting = Sitting(place, model, runner, store)
            await place.writes("/interview sales_associate 3")
            await sitting.until("Question 1 of 3")
            yield sitting
            await runner.close()


async def test_what_arrives_twice_counts_once(sitting: Sitting) -> None:
    place = sitting.place
    await place.writes(ANSWERS[0])
    await sitting.until("Question 2 of 3")
    await place.presses("Hint")
    await sitting.until("A hint:")
    await place.presses("Skip")
    await sitting.until("Question 3 of 3")
    await sitting.quiet()
    said, interview = place.said(), await sitting.interview()
    await place.again()
    await sitting.quiet()
    assert place.said()[: len(said)] == said
    assert [ROLES_LISTED in one for one in place.said()[len(said) :]] == [True]
    assert (await sitting.interview()).turns == interview.turns
    assert (await sitting.interview()).version == interview.version + 1  # by the roles that were asked for
    assert (len(sitting.considered), sitting.calls) == (1, 1 + CRITERIA)


async def test_a_button_pressed_five_times_is_one_step_and_one_answer(sitting: Sitting) -> None:
    before = (await sitting.interview()).version
    said = len(sitting.place.said())
    await sitting.place.presses(*["Skip"] * 5)
    await sitting.quiet()
    interview = await sitting.interview()
    assert (len(interview.turns), interview.version) == (2, before + 2)  # the last by the roles
    _, question, roles = ["", *sitting.place.said()[said:]]
    assert "Question 2 of 3" in question
    assert ROLES_LISTED in roles
    assert sitting.calls == 0


async def test_eight_messages_at_once_are_one_answer(sitting: Sitting) -> None:
    said = len(sitting.place.said())
    await sitting.place.writes(*SENTENCES)
    await sitting.until("Question 2 of 3")
    await sitting.quiet()
    turn = (await sitting.interview()).turns[0]
    assert [one.text for one in turn.answers] == [*SENTENCES]
    (asked,) = sitting.considered
    assert all(sentence in asked.user for sentence in SENTENCES)
    assert sitting.calls == 1 + CRITERIA
    assert len(sitting.place.said()[said:]) == 2


async def test_two_devices_of_an_account_do_one_thing_at_a_time(sitting: Sitting) -> None:
    """On one somebody writes and skips, on the other they skip and finish: the first of each counts."""
    place = sitting.place
    await asyncio.gather(place.writes(SENTENCES[0]), place.presses("Skip"), place.presses("Skip"))
    await sitting.until("Question 2 of 3")
    await sitting.quiet()
    assert len((await sitting.interview()).turns) == 2
    assert sitting.count("Question 2 of 3") == 1
    await asyncio.gather(place.presses("Finish"), place.presses("Finish"))
    await sitting.quiet()
    assert (await sitting.interview()).phase is Phase.FINISHED
    assert sitting.count("Your report") == 1
    assert (len(sitting.considered), sitting.calls) == (0, CRITERIA)
