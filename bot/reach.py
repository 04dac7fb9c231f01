"""Whether the platforms can be reached, and the owner told when that changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from bot.assembly import tell_unusable
from bot.logs import tell
from bot.platforms import Opened, UnusableError, with_token
from bot.settings import Settings
from bot.watching import Check

LOOK_S, LOOK_AGAIN_S = 30.0, 5.0
"""So often a platform is asked whether it is there, and so often once it was not; our own choice."""


class Reach:
    """Asks a platform again and again that is not received from whether it is there."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.name = opened.name
        self.reached = False

    async def keep_looking(self) -> None:
        """Ask until cancelled. A message that does not go is tried again without that."""
        lost = False
        while True:
            try:
                await self._opened.open()
            except UnusableError as error:
                if not lost:
                    tell_unusable(self.name, error, f"I try again every {LOOK_AGAIN_S:g} s.")
                lost, self.reached = True, False
            else:
                if lost:
                    tell(f"{self.name} is reached again.")
                lost, self.reached = False, True
            await asyncio.sleep(LOOK_AGAIN_S if lost else LOOK_S)


class Served:
    """Looks at a platform again and again that is received from."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.name = opened.name

    @property
    def reached(self) -> bool:
        return self._opened.platform.serves

    async def keep_looking(self) -> None:
        """Tell when it is served that was not, until cancelled; why it was not is told where that is noticed."""
        was_reached = True
        while True:
            await asyncio.sleep(LOOK_AGAIN_S)
            if self.reached and not was_reached:
                tell(f"{self.name} is served now.")
            was_reached = self.reached


def checks_of(settings: Settings, looked_at: Sequence[Reach | Served]) -> dict[str, Check]:
    """A check of each platform that has a token, by its name in small letters; what could not be opened fails it."""
    found = {one.name: one for one in looked_at}
    return {name.lower(): partial(_why_unusable, name, found.get(name)) for name in with_token(settings)}


async def _why_unusable(name: str, looked_at: Reach | Served | None) -> str:
    return "" if looked_at and looked_at.reached else f"{name} cannot be used."
