from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import ending, platform_check, serve
from bot.platforms import Opened, UnusableError
from bot.settings import load_settings
from core.messages import Outbound
from core.model import Conversation
from core.ports import NoteGoneError
from core.speech import Speech, VoiceNote
from tests.process.home import Home

LOADED = (
    "import atexit, sys; from bot.cli import main;"
    "atexit.register(lambda: print(sorted({'discord', 'telegram', 'prometheus_client'} & sys.modules.keys()))); main()"
)


class RefusedError(Exception):
    """How the made-up platform says that it cannot be used."""


class Faulty:
    """A platform whose runs end one after the other as `runs` says; after the last it serves."""

    def __init__(self, *runs: BaseException | None) -> None:
        self.runs = [*runs]
        self.serving = asyncio.Event()
        self.serves = False
        self.closed = False

    async def open(self) -> None:
        """There is nothing to be done."""

    async def run(self) -> None:
        if not self.runs:
            self.serving.set()
            await asyncio.Event().wait()
        if error := self.runs.pop(0):
            raise error

    async def send(self, conversation: Conversation, message: Outbound, key: str, speech: Speech | None = None) -> None:
        """Nothing is sent here."""

    async def working(self, conversation: Conversation, *, speaking: bool = False) -> None:
        """Nor is anything worked on."""

    async def fetch(self, conversation: Conversation, note: VoiceNote) -> bytes:
        raise NoteGoneError

    async def check(self) -> str:
        await asyncio.Event().wait()
        return "never"

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    def pause(first: float, longest: float) -> None:
        monkeypatch.setattr(serve, "FIRST_PAUSE_S", first)
        monkeypatch.setattr(serve, "LONGEST_PAUSE_S", longest)

    return pause


async def test_a_platform_that_fails_is_started_again_after_longer_and_longer_pauses(
    pauses: Callable[[float, float], None], caplog: pytest.LogCaptureFixture
) -> None:
    pauses(0.01, 0.03)
    faulty = Faulty(ValueError("I sold chairs"), None, OSError("gone"), KeyError())
    task = asyncio.create_task(serve._keep_serving(Opened("Pigeons", faulty, RefusedError)))
    async with asyncio.timeout(5):
        await faulty.serving.wait()
    task.cancel()
    assert [record.getMessage() for record in caplog.records] == [
        "Pigeons ended with ValueError; starting it again in 0.01 s.",
        "Pigeons ended with no error; starting it again in 0.02 s.",
        "Pigeons ended with OSError; starting it again in 0.03 s.",
        "Pigeons ended with KeyError; starting it again in 0.03 s.",
    ]


async def test_a_platform_that_was_cancelled_within_itself_is_started_again(
    pauses: Callable[[float, float], None], caplog: pytest.LogCaptureFixture
) -> None:
    pauses(0.01, 0.01)
    faulty = Faulty(asyncio.CancelledError())
    task = asyncio.create_task(serve._keep_serving(Opened("Pigeons", faulty, RefusedError)))
    async with asyncio.timeout(5):
        await faulty.serving.wait()
    assert caplog.messages == ["Pigeons ended with CancelledError; starting it again in 0.01 s."]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_platform_that_served_for_long_is_started_again_soon(
    pauses: Callable[[float, float], None], caplog: pytest.LogCaptureFixture
) -> None:
    pauses(0.01, 0.0)
    faulty = Faulty(OSError(), OSError())
    task = asyncio.create_task(serve._keep_serving(Opened("Pigeons", faulty, RefusedError)))
    async with asyncio.timeout(5):
        await faulty.serving.wait()
    task.cancel()
    assert caplog.text.count("again in 0.01 s") == 2


async def test_a_platform_that_cannot_be_used_is_one_line_and_not_started_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    faulty = Faulty(RefusedError("The pigeons are gone."))
    async with asyncio.timeout(5):
        await serve._keep_serving(Opened("Pigeons", faulty, RefusedError))
    assert capsys.readouterr().err == "Pigeons is not served: The pigeons are gone.\n"


async def test_ending_waits_for_nobody_who_hangs_or_fails(caplog: pytest.LogCaptureFixture) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    async def fail() -> None:
        raise ValueError("I sold chairs")

    async with asyncio.timeout(5):
        await ending.at_most(0.05, [hang(), fail()])
        await ending.at_most(60, [])
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert told == [
        "Ending failed with ValueError.",
        "Ending took longer than 0.05 s and was cut short; the next start goes on from there.",
    ]


async def test_a_platform_that_does_not_answer_is_told_and_closed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = Faulty()
    monkeypatch.setattr(platform_check, "CHECK_S", 0.05)
    monkeypatch.setattr(
        platform_check, "with_token", lambda _: {"Discord": lambda _: Opened("Discord", faulty, RefusedError)}
    )
    discord, telegram, _ = await platform_check.examine_platforms(load_settings())
    assert (discord.state, discord.detail) == ("broken", "Discord did not answer within 0.05 s.")
    assert telegram.state == "off"
    assert faulty.closed


ANYONE = {
    "discord access": "open to everyone who finds the bot; "
    "DISCORD_ALLOWED_USERS or DISCORD_ALLOWED_SERVERS would narrow that",
    "telegram access": "open to everyone who finds the bot; TELEGRAM_ALLOWED_USERS would narrow that",
}
SOME = {
    "discord access": "open to 1 person and the members of 2 servers",
    "telegram access": "open to 3 people",
}


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, ANYONE),
        (
            {
                "DISCORD_ALLOWED_USERS": "7",
                "DISCORD_ALLOWED_SERVERS": "8, 9",
                "TELEGRAM_ALLOWED_USERS": "1,2,3",
            },
            SOME,
        ),
        ({"DISCORD_ALLOWED_SERVERS": "8"}, ANYONE | {"discord access": "open to the members of 1 server"}),
    ],
)
async def test_who_may_use_the_bots_is_told(
    place: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], told: dict[str, str]
) -> None:
    class Fine(Faulty):
        async def check(self) -> str:
            return "Percy"

    openings = {name: lambda _: Opened("Pigeons", Fine(), RefusedError) for name in ("Discord", "Telegram")}
    monkeypatch.setattr(platform_check, "with_token", lambda _: openings)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    found = {one.part: one.detail for one in await platform_check.examine_platforms(load_settings())}
    assert found == {"discord": "the bot is Percy", "telegram": "the bot is Percy"} | told


async def test_without_a_token_nothing_is_said_about_access(place: Path) -> None:
    found = await platform_check.examine_platforms(load_settings())
    assert [(one.part, one.state) for one in found] == [("discord", "off"), ("telegram", "off")]


async def test_what_a_platform_refuses_is_said_in_its_own_words() -> None:
    class Refusing(Faulty):
        async def check(self) -> str:
            raise RefusedError("The pigeons are gone.")

    with pytest.raises(UnusableError, match=r"^The pigeons are gone\.$"):
        await Opened("Pigeons", Refusing(), RefusedError).check()


@pytest.mark.parametrize(
    ("command", "settings", "ended_with"),
    [
        ("doctor", {}, (0, "[]")),
        ("run", {"TELEGRAM_TOKEN": "nonsense"}, (1, "['telegram']")),
        ("doctor", {"DISCORD_TOKEN": "nonsense"}, (1, "['discord']")),
    ],
)
def test_only_what_has_a_token_is_loaded(
    tmp_path: Path, closed_port: int, command: str, settings: dict[str, str], ended_with: tuple[int, str]
) -> None:
    elsewhere = {"DISCORD_API_BASE_URL": f"http://127.0.0.1:{closed_port}"}
    ended = Home(tmp_path).run(command, program=("-c", LOADED), settings=settings | elsewhere)
    assert (ended.status, ended.out.splitlines()[-1]) == ended_with
