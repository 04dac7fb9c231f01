"""Whether the platforms can be reached from where nothing is received, and the owner told when that changes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.assembly import tell_unusable
from bot.logs import tell
from bot.platforms import Opened, UnusableError

LOOK_S, LOOK_AGAIN_S = 30.0, 5.0
"""So often a platform is asked whether it is there, and so often once it was not; our own choice."""


class Reach:
    """Asks a platform again and again whether it is there."""

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
                    tell_unusable(self.name, error)
                lost, self.reached = True, False
            else:
                if lost:
                    tell(f"{self.name} is reached again.")
                lost, self.reached = False, True
            await asyncio.sleep(LOOK_AGAIN_S if lost else LOOK_S)


async def why_unreached(reaches: Sequence[Reach]) -> str:
    """Why nothing can be sent, "" where something can."""
    return unreached([one.name for one in reaches if not one.reached], of=len(reaches))


def unreached(names: Sequence[str], *, of: int) -> str:
    """That so many of the platforms, which are all, cannot be reached; "" where one can."""
    return f"{' and '.join(names)} cannot be reached." if len(names) == of else ""
