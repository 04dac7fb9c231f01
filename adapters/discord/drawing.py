"""Turns a message into what Discord is sent: one or several posts, the buttons on the last."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord

from adapters.discord import markdown, wording
from adapters.discord.buttons import SAY, per_post, view_of
from adapters.discord.speaking import NumberedFile, SpeechFile
from adapters.discord.words import blocks_of
from core.messages import Choice, Document, Outbound, OutboundKind
from core.speech import Speech

TEXT_LIMIT = 1900
"""Discord's 2,000 less the line that says what was chosen."""
CARD_LIMIT = 4096
_COLOUR = 0x3B7A78
_ANSWERED = frozenset({OutboundKind.QUESTION, OutboundKind.FOLLOW_UP, OutboundKind.NOTICE, OutboundKind.FEEDBACK})
_NONCE_LENGTH = 25


class _Card(discord.Embed):
    def to_dict(self) -> Any:
        """Without the flags that the library adds, which Discord does not describe for what it is sent."""
        return {name: value for name, value in super().to_dict().items() if name != "flags"}


@dataclass(frozen=True, slots=True)
class Post:
    """One message on Discord: text or a card, with buttons, or with files, one of which may be `speech`."""

    text: str
    is_card: bool = False
    choices: tuple[Choice, ...] = ()
    document: Document | None = None
    speech: Speech | None = None

    @property
    def is_changeable(self) -> bool:
        """Whether an earlier post can become this one."""
        return not self.is_card and self.document is None and self.speech is None

    def changes(self) -> dict[str, Any]:
        """How discord.py's `edit` of an earlier post is called, so that it becomes this one."""
        view = view_of(self.choices) if self.choices else None
        return {"content": self.text, "embeds": [], "view": view, "allowed_mentions": discord.AllowedMentions.none()}

    def arguments(self, key: str, number: int) -> dict[str, Any]:
        """How discord.py's `send` is called. The same key and number give the same nonce."""
        shown: dict[str, Any] = {"nonce": nonce(key, number), "allowed_mentions": discord.AllowedMentions.none()}
        if self.is_card:
            shown["embed"] = _Card(description=self.text, colour=_COLOUR)
        else:
            shown |= {"content": self.text, "suppress_embeds": True}
        if files := self._files():
            shown["files"] = files
        return shown | ({"view": view_of(self.choices)} if self.choices else {})

    def _files(self) -> list[discord.File]:
        speech = [SpeechFile(self.speech)] if self.speech else []
        if self.document is None:
            return [*speech]
        return [*speech, NumberedFile(io.BytesIO(self.document.text.encode()), filename=self.document.name)]


def with_file(posts: Sequence[Post], speech: Speech) -> list[Post]:
    """The posts with the speech as a file, which is all there is where there are none."""
    first, *further = posts or [Post("")]
    return [replace(first, speech=speech), *further]


def posts(message: Outbound, *, by_form: bool) -> list[Post]:
    """`by_form`: what the candidate writes cannot be read there, so a button opens a form to answer in."""
    is_card = message.kind is OutboundKind.REPORT
    texts = markdown.pieces(blocks_of(message), CARD_LIMIT if is_card else TEXT_LIMIT)
    choices = message.choices
    if by_form and _wants_words(message):
        choices = (_answer(choices), *choices)
    buttons, *further = per_post(choices) or [()]
    made = [Post(text, is_card) for text in texts[:-1]]
    made += [Post(text, is_card, buttons) for text in texts[-1:]]
    made += [Post(wording.MORE, choices=more) for more in further]
    return [*made[:-1], replace(made[-1], document=message.document)] if made else []


def _wants_words(message: Outbound) -> bool:
    """Whether it can be answered in words: what belongs to a turn can, whatever else there is to choose."""
    return message.kind in _ANSWERED or any(choice.turn is not None for choice in message.choices)


def _answer(choices: Sequence[Choice]) -> Choice:
    """The button to answer with, of the same interview and turn as those beside it."""
    turn = next((choice.turn for choice in choices if choice.turn is not None), None)
    words = (choice.argument.partition(" ")[0] for choice in choices)
    return Choice(wording.ANSWER, SAY, next((word for word in words if word.startswith("#")), ""), turn)


def nonce(key: str, part: int | str) -> str:
    return hashlib.sha256(f"{key}/{part}".encode()).hexdigest()[:_NONCE_LENGTH]
