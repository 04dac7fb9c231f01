"""What every process of the bot does that receives or works."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from adapters.roles import load_roles
from bot.assembly import assembled
from bot.settings import Settings
from bot.watching import UNWATCHED
from core.recent import kept
from core.runner import forgetting


async def test_what_was_made_of_words_is_forgotten_in_time(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "SAID_S", 0.01)
    made: list[str] = []
    keep = kept(8)(made.append)
    async with assembled(Settings(), load_roles(()), UNWATCHED, ()):
        async with asyncio.timeout(10):
            while len(made) < 2:
                keep("said")
                await asyncio.sleep(0.001)
