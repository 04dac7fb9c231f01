"""Chats with their people and messages, and the updates that wait for the bot."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Any

WHEN = 1_790_000_000
BOT: dict[str, Any] = {"id": 424_242, "is_bot": True, "first_name": "Interviewer", "username": "practice_test_bot"}
ABOUT_BOT = BOT | {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
    "can_connect_to_business": False,
    "has_main_web_app": False,
    "has_topics_enabled": False,
    "allows_users_to_create_topics": False,
    "can_manage_bots": False,
    "supports_guest_queries": False,
    "supports_join_request_queries": False,
}


@dataclass(slots=True)
class Chat:
    """A chat; `closed` is the reason why the bot may not write there: "bot was blocked by the user" or the like.

    `forbids_voice`: the person takes no voice messages from others than friends.
    """

    id: int
    type: str = "private"
    closed: str = ""
    forbids_voice: bool = False
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def plain(self) -> dict[str, Any]:
        more = {"first_name": "Robin"} if self.type == "private" else {"title": "A group"}
        return {"id": self.id, "type": self.type} | more

    def add(self, sender: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
        """A new message; one by the bot is also kept in `said`, in order."""
        number = next(self._numbers)
        message = {"message_id": number, "date": WHEN + number, "chat": self.plain, "from": sender} | fields
        self.messages[number] = message
        if sender is BOT:
            self.said.append(message)
        self.notice()
        return message

    def notice(self) -> None:
        self.changed.set()
        self.changed.clear()


def replied_to(message: dict[str, Any] | None) -> dict[str, Any]:
    """The field of a reply to a message, which does not tell what that one replies to."""
    if message is None:
        return {}
    return {"reply_to_message": {name: value for name, value in message.items() if name != "reply_to_message"}}


class Updates:
    """The queue of updates: what is confirmed is gone, unless a test wants it delivered again."""

    def __init__(self) -> None:
        self.waiting: list[dict[str, Any]] = []
        self.confirmed: list[dict[str, Any]] = []
        self.allowed: list[str] | None = None
        self.came = asyncio.Event()
        self._numbers = itertools.count(870_000_001)

    def add(self, kind: str, value: dict[str, Any]) -> None:
        if self.allowed is None or kind in self.allowed:
            self.waiting.append({"update_id": next(self._numbers), kind: value})
            self.came.set()

    def confirm(self, offset: int) -> None:
        self.confirmed += [one for one in self.waiting if one["update_id"] < offset]
        self.waiting = [one for one in self.waiting if one["update_id"] >= offset]

    def deliver_again(self) -> None:
        """What was confirmed comes once more, as if the confirmation had been lost."""
        self.waiting = [*self.confirmed, *self.waiting]
        self.confirmed = []
        self.came.set()

    async def batch(self, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        try:
            async with asyncio.timeout(timeout_s):
                while not self.waiting:
                    self.came.clear()
                    await self.came.wait()
        except TimeoutError:
            return []
        return self.waiting[:limit]
