"""Whether platforms can be reached, as whoever watches the bot is told and its owner."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot import reach
from bot.ending import EXIT_OK
from bot.platforms import Opened
from bot.reach import Served, checks_of
from bot.serve import _serve_all
from bot.settings import load_settings
from tests.bot.test_serve import Faulty, RefusedError


async def test_each_platform_that_has_a_token_is_a_part_of_its_own(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TELEGRAM_TOKEN", "DISCORD_TOKEN"):
        monkeypatch.setenv(name, "nonsense")
    pigeons = Faulty()
    checks = checks_of(load_settings(), [Served(Opened("Discord", pigeons, RefusedError))])
    unusable = {name: f"{name.capitalize()} cannot be used." for name in ("discord", "telegram")}
    assert {part: await check() for part, check in checks.items()} == unusable
    pigeons.serves = True
    assert {part: await check() for part, check in checks.items()} == unusable | {"discord": ""}


async def test_without_a_token_there_is_no_such_part(place: Path) -> None:
    assert checks_of(load_settings(), []) == {}


async def test_the_owner_of_a_process_that_receives_is_told_once_when_a_platform_is_served_again(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def nothing() -> None: ...

    monkeypatch.setattr(reach, "LOOK_AGAIN_S", 0.0)
    pigeons, stopped = Faulty(), asyncio.Event()
    assembly: Any = SimpleNamespace(
        store=SimpleNamespace(jobs=None),
        runner=SimpleNamespace(resume_all=nothing),
        opened=[Opened("Pigeons", pigeons, RefusedError)],
        queues=[],
    )
    pigeons.serves = True
    serving = asyncio.create_task(_serve_all(load_settings(), assembly, stopped))
    await pigeons.serving.wait()
    told = []
    for serves in (True, False, False, True, True):
        pigeons.serves = serves
        for _ in range(5):
            await asyncio.sleep(0)
        told.append(capsys.readouterr().err)
    stopped.set()
    assert await serving == EXIT_OK
    assert told == ["Serving Pigeons. Ctrl-C stops.\n", "", "", "Pigeons is served now.\n", ""]
