"""People who use the bot: they write, press, edit and wait for what it says."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from tests.wires.telegram.chats import WHEN, Chat, replied_to
from tests.wires.telegram.markup import units
from tests.wires.telegram.server import TelegramServer

_COMMAND = re.compile(r"/[a-zA-Z0-9_]{1,32}(@[a-zA-Z0-9_]+)?\b")
WAIT_S = 5.0


def buttons_of(message: dict[str, Any]) -> dict[str, str]:
    """What stands under a message: labels with their payloads, or addresses."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", ())
    return {one["text"]: one.get("callback_data") or one["url"] for row in rows for one in row}


class Person:
    """One account, in the private chat with the bot unless `chat` says otherwise."""

    def __init__(self, server: TelegramServer, account: int = 1001, chat: Chat | None = None) -> None:
        self.server = server
        self.account = account
        self.chat = chat or server.chat(account)
        self._heard = len(self.chat.said)

    @property
    def plain(self) -> dict[str, Any]:
        return {"id": self.account, "is_bot": False, "first_name": "Robin", "language_code": "en"}

    def writes(self, text: str, to: dict[str, Any] | int | None = None, **more: Any) -> int:
        """Sends a text, as a reply `to` a message; the message's id."""
        replied = self.chat.messages.get(to) if isinstance(to, int) else to
        return self._sends({"text": text} | _entities(text) | replied_to(replied) | more)

    def speaks(
        self,
        sound: bytes,
        seconds: int = 3,
        caption: str = "",
        kind: str = "voice",
        to: dict[str, Any] | None = None,
        **more: Any,
    ) -> int:
        """Sends a sound: a `voice`, `audio`, `video_note`, `video` or `document`; the message's id."""
        kinds: dict[str, dict[str, Any]] = {
            "voice": {"duration": seconds, "mime_type": "audio/ogg"},
            "audio": {"duration": seconds, "mime_type": "audio/mpeg", "file_name": "a.mp3", "title": "A"},
            "video_note": {"duration": seconds, "length": 240},
            "video": {"duration": seconds, "width": 320, "height": 240, "mime_type": "video/mp4"},
            "document": {"mime_type": "audio/x-wav", "file_name": "a.wav"},
        }
        said = {"caption": caption} | _entities(caption, "caption_entities") if caption else {}
        return self._sends({kind: self.server.files.add(sound) | kinds[kind] | more} | said | replied_to(to))

    def sends(self, **fields: Any) -> int:
        """Sends something that is no text, as in `voice={…}`; the message's id."""
        return self._sends(fields)

    def _sends(self, fields: dict[str, Any]) -> int:
        message = self.chat.add(self.plain, fields)
        self.server.updates.add("message", dict(message))
        return int(message["message_id"])

    def edits(self, message_id: int, text: str) -> None:
        """Changes a text, or the caption of what is none."""
        message = self.chat.messages[message_id]
        words, marks = ("text", "entities") if "text" in message else ("caption", "caption_entities")
        message.pop(marks, None)
        message |= {words: text, "edit_date": WHEN + 100_000} | _entities(text, marks)
        self.server.updates.add("edited_message", dict(message))

    def presses(self, label: str, message: dict[str, Any] | None = None) -> str:
        """Presses a button of a message, of the latest that has one of that name by default; the press's id.

        One that was deleted meanwhile comes as a message that is out of reach.
        """
        found = message or next(one for one in reversed(self.chat.said) if label in buttons_of(one))
        number = int(found["message_id"])
        seen = found if number in self.chat.messages else self._out_of_reach(number)
        return self.presses_payload(buttons_of(found)[label], seen)

    def presses_payload(self, payload: str, message: dict[str, Any] | None) -> str:
        """As an old or a changed client does it; without a message it is one that is out of reach."""
        number = str(next(self.server.callback_ids))
        self.server.open_presses.add(number)
        gone = self._out_of_reach(1)
        press = {"id": number, "from": self.plain, "chat_instance": "77", "data": payload}
        self.server.updates.add("callback_query", press | {"message": dict(message or gone)})
        return number

    def _out_of_reach(self, number: int) -> dict[str, Any]:
        return {"chat": self.chat.plain, "message_id": number, "date": 0}

    def deletes(self, message: dict[str, Any]) -> None:
        """For both sides, as anybody can in a private chat; the bot is not told."""
        del self.chat.messages[message["message_id"]]

    def opens(self, message: dict[str, Any]) -> tuple[str, str]:
        """The name and the text of the file that came with a message."""
        document = message["document"]
        return document["file_name"], self.server.files.contents[document["file_id"]].decode()

    def listens(self, message: dict[str, Any]) -> bytes:
        """The sound of a voice message."""
        return self.server.files.contents[message["voice"]["file_id"]]

    def blocks(self) -> None:
        self.chat.closed = "bot was blocked by the user"
        before, now = {"status": "member"}, {"status": "kicked", "until_date": 0}
        change = {"old_chat_member": before | {"user": self.plain}, "new_chat_member": now | {"user": self.plain}}
        self.server.updates.add("my_chat_member", {"chat": self.chat.plain, "from": self.plain, "date": WHEN} | change)

    async def hears(self) -> dict[str, Any]:
        """The next message of the bot that was not heard yet; it changes when the bot edits it."""
        async with asyncio.timeout(WAIT_S):
            while len(self.chat.said) <= self._heard:
                await self.chat.changed.wait()
        self._heard += 1
        return self.chat.said[self._heard - 1]

    async def sees(self, message: dict[str, Any], words: str) -> None:
        """Until a message, which the bot may have edited, holds these words."""
        async with asyncio.timeout(WAIT_S):
            while words not in message.get("text", message.get("caption", "")):
                await self.chat.changed.wait()


def _entities(text: str, name: str = "entities") -> dict[str, Any]:
    found = _COMMAND.match(text)
    return {name: [{"type": "bot_command", "offset": 0, "length": units(found[0])}]} if found else {}
